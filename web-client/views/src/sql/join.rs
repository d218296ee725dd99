//! Joins and set operations in SQL.

use spark_connect_client::proto::{self as pb, join::JoinType, set_operation::SetOpType};

use super::{Sql, expression::Piece, no_sql, relation::same, select::Select};
use crate::{Result, error::ViewError, literal::quoted};

impl Sql<'_> {
    /// A query as a part of FROM beside others.
    fn side(&mut self, select: Select, others: &[String]) -> Select {
        let clashes = select
            .sides
            .iter()
            .any(|side| others.iter().any(|other| same(other, &side.alias)));
        match select.is_plain() && !clashes {
            true => select,
            false if clashes => {
                let alias = self.alias();
                self.around_as(select, alias, false)
            }
            false => self.around(select),
        }
    }

    pub(super) fn join(
        &mut self,
        join: &pb::Join,
        left: Select,
        right: Select,
        pieces: &[Piece],
    ) -> Result<Select> {
        if join.join_data_type.is_some() {
            return Err(no_sql("Join", "typed joins are Scala's"));
        }
        let word = join_word(join.join_type, "Join")?;
        let left = self.side(left, &[]);
        let taken: Vec<String> = left.sides.iter().map(|side| side.alias.clone()).collect();
        let mut right = self.side(right, &taken);
        if right.sides.len() > 1 {
            right = self.around(right);
            right = self.side(right, &taken);
        }
        let criteria = match (pieces, &join.using_columns[..]) {
            ([], []) => String::new(),
            ([], columns) => {
                let columns = columns
                    .iter()
                    .map(|column| quoted(column))
                    .collect::<Result<Vec<_>>>()?;
                format!(" USING ({})", columns.join(", "))
            }
            ([condition], []) => format!(" ON {}", condition.text),
            _ => return Err(ViewError::unknown("Join", "condition beside its columns")),
        };
        Ok(joined(left, right, word, "", &criteria, is_half(join.join_type)))
    }

    pub(super) fn lateral_join(
        &mut self,
        join: &pb::LateralJoin,
        left: Select,
        right: Select,
        pieces: &[Piece],
    ) -> Result<Select> {
        let word = join_word(join.join_type, "LateralJoin")?;
        let left = self.side(left, &[]);
        let alias = self.alias();
        let mut right = Select {
            is_table: false,
            ..right
        };
        right = self.around_as(right, alias, false);
        let criteria = pieces
            .first()
            .map_or(String::new(), |condition| format!(" ON {}", condition.text));
        Ok(joined(
            left,
            right,
            word,
            "LATERAL ",
            &criteria,
            is_half(join.join_type),
        ))
    }

    pub(super) fn set_operation(
        &mut self,
        set: &pb::SetOperation,
        below: &[&pb::Relation],
        left: Select,
        right: Select,
    ) -> Result<Select> {
        let all = set.is_all == Some(true);
        let word = match (SetOpType::try_from(set.set_op_type), all) {
            (Ok(SetOpType::Union), true) => "UNION ALL",
            (Ok(SetOpType::Union), false) => "UNION",
            (Ok(SetOpType::Intersect), true) => "INTERSECT ALL",
            (Ok(SetOpType::Intersect), false) => "INTERSECT",
            (Ok(SetOpType::Except), true) => "EXCEPT ALL",
            (Ok(SetOpType::Except), false) => "EXCEPT",
            (Ok(SetOpType::Unspecified) | Err(_), _) => {
                return Err(ViewError::unknown("SetOperation", "kind"));
            }
        };
        let hidden = left.hidden.iter().chain(&right.hidden).cloned().collect();
        let mut names = left.names.clone();
        let (mut left, mut right) = (left, right);
        if set.by_name == Some(true) {
            let [first, second] = below else {
                return Err(ViewError::missing("SetOperation", "input"));
            };
            let left_names = self.names(&left, first, "SetOperation")?;
            let right_names = self.names(&right, second, "SetOperation")?;
            let has = |names: &[String], name: &str| names.iter().any(|known| same(known, name));
            let missing = left_names.iter().filter(|name| !has(&right_names, name)).count();
            let new: Vec<&String> = right_names
                .iter()
                .filter(|name| !has(&left_names, name))
                .collect();
            if set.allow_missing_columns != Some(true) && (missing > 0 || !new.is_empty()) {
                return Err(no_sql(
                    "SetOperation",
                    "one side lacks a column that the other has",
                ));
            }
            let column = |names: &[String], name: &str| -> Result<String> {
                let quoted = quoted(name)?;
                Ok(if has(names, name) {
                    quoted
                } else {
                    format!("NULL AS {quoted}")
                })
            };
            let wanted: Vec<String> = left_names.iter().chain(new).cloned().collect();
            for (side, known) in [(&mut left, &left_names), (&mut right, &right_names)] {
                if side.names.as_ref() != Some(&wanted) {
                    let mut select = self.ready(std::mem::take(side), Select::takes_filter);
                    let columns = wanted.iter().map(|name| column(known, name));
                    select.columns = Some(columns.collect::<Result<Vec<_>>>()?);
                    *side = select;
                }
            }
            names = Some(wanted);
        }
        Ok(Select {
            names,
            hidden,
            ..Select::whole(format!("{}\n{word}\n{}", left.bracketed(), right.bracketed()))
        })
    }
}

fn is_half(join_type: i32) -> bool {
    matches!(
        JoinType::try_from(join_type),
        Ok(JoinType::LeftSemi | JoinType::LeftAnti)
    )
}

fn join_word(join_type: i32, node: &str) -> Result<&'static str> {
    Ok(match JoinType::try_from(join_type) {
        Ok(JoinType::Inner) => "JOIN",
        Ok(JoinType::FullOuter) => "FULL JOIN",
        Ok(JoinType::LeftOuter) => "LEFT JOIN",
        Ok(JoinType::RightOuter) => "RIGHT JOIN",
        Ok(JoinType::LeftAnti) => "LEFT ANTI JOIN",
        Ok(JoinType::LeftSemi) => "LEFT SEMI JOIN",
        Ok(JoinType::Cross) => "CROSS JOIN",
        Ok(JoinType::Unspecified) | Err(_) => return Err(ViewError::unknown(node, "type of join")),
    })
}

fn joined(left: Select, right: Select, word: &str, lateral: &str, criteria: &str, is_half: bool) -> Select {
    let mut both = Select {
        from: format!("{}\n{word} {lateral}{}", left.from, right.from),
        sides: left.sides.iter().chain(&right.sides).cloned().collect(),
        hidden: left.hidden.union(&right.hidden).cloned().collect(),
        ids: left.ids.clone(),
        ..Select::default()
    };
    both.from += &both.resolved(criteria);
    // The right may look at the left.
    both.from = both.resolved(&both.from);
    if is_half {
        both.names = left.names;
        let right = right
            .sides
            .into_iter()
            .filter(|side| side.of_user)
            .map(|side| side.alias);
        both.hidden.extend(right);
        both.sides = left.sides;
    }
    both
}
