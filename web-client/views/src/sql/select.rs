//! One SELECT while it grows: steps of a plan become its clauses as long as they come in the order of the clauses, and
//! the next one begins around it.

use std::collections::{BTreeSet, HashSet};

use super::Sql;

/// A part of FROM, by the name under which its columns can be meant.
#[derive(Clone, Debug, Default)]
pub(super) struct Side {
    /// The name, as it is.
    pub(super) alias: String,
    /// Whether the plan calls it so too.
    pub(super) of_user: bool,
    /// The relations whose columns it has.
    pub(super) ids: HashSet<i64>,
}

/// A query.
#[derive(Clone, Debug, Default)]
pub(super) struct Select {
    /// A query that is no SELECT: only another can be put around it.
    pub(super) whole: Option<String>,
    pub(super) hints: Vec<String>,
    pub(super) distinct: bool,
    /// All columns, if there are none.
    pub(super) columns: Option<Vec<String>>,
    pub(super) from: String,
    /// Whether FROM is the bare name of a table.
    pub(super) is_table: bool,
    pub(super) filters: Vec<String>,
    pub(super) group: Option<String>,
    pub(super) order: Option<String>,
    pub(super) limit: Option<i32>,
    pub(super) offset: Option<i32>,
    pub(super) sides: Vec<Side>,
    /// Names of the plan that cannot be meant any more.
    pub(super) hidden: BTreeSet<String>,
    /// The columns that it gives, if that is known.
    pub(super) names: Option<Vec<String>>,
    /// The relations that all of it stands for.
    pub(super) ids: HashSet<i64>,
}

impl Select {
    /// A SELECT of everything in something.
    pub(super) fn from(from: String, alias: String, of_user: bool) -> Self {
        Self {
            from,
            sides: vec![Side {
                alias,
                of_user,
                ids: HashSet::new(),
            }],
            ..Self::default()
        }
    }

    pub(super) fn whole(query: String) -> Self {
        Self {
            whole: Some(query),
            ..Self::default()
        }
    }

    /// Whether it is a FROM and nothing else.
    pub(super) fn is_plain(&self) -> bool {
        self.takes_filter() && self.filters.is_empty()
    }

    pub(super) fn takes_filter(&self) -> bool {
        self.takes_distinct() && self.columns.is_none() && self.group.is_none()
    }

    pub(super) fn takes_distinct(&self) -> bool {
        self.takes_order() && !self.distinct
    }

    pub(super) fn takes_order(&self) -> bool {
        self.takes_offset() && self.order.is_none()
    }

    pub(super) fn takes_offset(&self) -> bool {
        self.takes_limit() && self.offset.is_none()
    }

    pub(super) fn takes_limit(&self) -> bool {
        self.whole.is_none() && self.hints.is_empty() && self.limit.is_none()
    }

    /// The query as text.
    pub(super) fn text(&self) -> String {
        if let Some(whole) = &self.whole {
            return whole.clone();
        }
        let mut text = "SELECT".to_owned();
        if !self.hints.is_empty() {
            text += &format!(" /*+ {} */", self.hints.join(", "));
        }
        if self.distinct {
            text += " DISTINCT";
        }
        match &self.columns {
            None => text += " *",
            Some(columns) => {
                let line = columns.join(", ");
                if line.len() <= 80 && !line.contains('\n') {
                    text += &format!(" {line}");
                } else {
                    text += &format!("\n  {}", columns.join(",\n  "));
                }
            }
        }
        text += &format!("\nFROM {}", self.from);
        if !self.filters.is_empty() {
            text += &format!("\nWHERE {}", self.filters.join("\n  AND "));
        }
        text += self.group.as_deref().unwrap_or_default();
        text += self.order.as_deref().unwrap_or_default();
        if let Some(limit) = self.limit {
            text += &format!("\nLIMIT {limit}");
        }
        if let Some(offset) = self.offset {
            text += &format!("\nOFFSET {offset}");
        }
        text
    }

    /// Text in which columns of relations have the names that they have here, as far as the relations are here.
    pub(super) fn resolved(&self, text: &str) -> String {
        let mut resolved = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('\u{1}') {
            resolved += before;
            let parts = after.split_once('\u{2}').and_then(|(id, after)| {
                let (name, after) = after.split_once('\u{3}')?;
                Some((id.parse::<i64>().ok()?, name, after))
            });
            let Some((id, column, after)) = parts else {
                resolved.push('\u{1}');
                rest = after;
                continue;
            };
            rest = after;
            match self.sides.iter().find(|side| side.ids.contains(&id)) {
                Some(side) => resolved += &format!("{}.{column}", super::name(&side.alias)),
                None if self.ids.contains(&id) => resolved += column,
                None => resolved += &format!("\u{1}{id}\u{2}{column}\u{3}"),
            }
        }
        resolved + rest
    }

    /// The query in brackets.
    pub(super) fn bracketed(&self) -> String {
        format!("(\n{}\n)", self.text())
    }
}

impl Sql<'_> {
    /// A name of our own for a part of FROM.
    pub(super) fn alias(&mut self) -> String {
        self.aliases += 1;
        format!("_q{}", self.aliases)
    }

    /// A SELECT of everything around a query. A name of the plan stays, if the query has just one.
    pub(super) fn around(&mut self, select: Select) -> Select {
        let user: Vec<&Side> = select.sides.iter().filter(|side| side.of_user).collect();
        let (alias, of_user) = match (&user[..], select.sides.len()) {
            ([side], 1) => (side.alias.clone(), true),
            _ => (self.alias(), false),
        };
        self.around_as(select, alias, of_user)
    }

    pub(super) fn around_as(&mut self, select: Select, alias: String, of_user: bool) -> Select {
        let mut hidden = select.hidden.clone();
        hidden.extend(
            select
                .sides
                .iter()
                .filter(|side| side.of_user)
                .map(|side| side.alias.clone()),
        );
        hidden.remove(&alias);
        let mut ids: HashSet<i64> = select.sides.iter().flat_map(|side| &side.ids).copied().collect();
        ids.extend(&select.ids);
        let from = match select.is_plain() && select.is_table {
            // A table under another name needs no query.
            true => format!("{} AS {}", select.from, super::name(&alias)),
            false => format!("{} AS {}", select.bracketed(), super::name(&alias)),
        };
        Select {
            from,
            sides: vec![Side { alias, of_user, ids }],
            hidden,
            names: select.names,
            ..Select::default()
        }
    }

    /// The query, or one around it if it does not take another clause.
    pub(super) fn ready(&mut self, select: Select, takes: impl Fn(&Select) -> bool) -> Select {
        if takes(&select) {
            select
        } else {
            self.around(select)
        }
    }
}
