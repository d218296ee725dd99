//! The catalog as a tree that is fetched a level at a time: what is known, what is open, which rows show. Pure.

use std::collections::{HashMap, HashSet};

use engine_api::{CatalogEntry, CatalogKind};

/// Names from the catalog down.
pub(crate) type Path = Vec<String>;

/// What is known of the entries below a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    /// They were asked for.
    Loading,
    /// They are known.
    Loaded(Vec<CatalogEntry>),
    /// They could not be told.
    Failed(String),
}

/// The catalog as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tree {
    levels: HashMap<Path, Level>,
    open: HashSet<Path>,
}

/// One row of the tree, as it shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// Where it is.
    pub(crate) path: Path,
    /// What it is; none for a row that only tells the state of a level.
    pub(crate) entry: Option<CatalogEntry>,
    /// What such a row tells.
    pub(crate) note: Option<String>,
    /// Whether its children show; none if it cannot have any.
    pub(crate) open: Option<bool>,
    /// Its place among its siblings, from 1, and how many they are.
    pub(crate) place: (usize, usize),
}

impl Row {
    /// Tells it from every other row, and from itself once it has to be drawn anew.
    pub(crate) fn key(&self) -> (Path, Option<String>, (usize, usize), String) {
        let looks = self.entry.as_ref();
        let looks = looks.map(|entry| format!("{:?} {} {}", entry.kind, entry.data_type, entry.comment));
        (
            self.path.clone(),
            self.note.clone(),
            self.place,
            looks.unwrap_or_default(),
        )
    }

    /// How deep it is, from 1.
    pub(crate) fn depth(&self) -> usize {
        self.path.len()
    }
}

impl Tree {
    /// What is known below a path.
    pub(crate) fn level(&self, path: &[String]) -> Option<&Level> {
        self.levels.get(path)
    }

    /// Notes what is known below a path.
    pub(crate) fn set(&mut self, path: Path, level: Level) {
        self.levels.insert(path, level);
    }

    /// Forgets what is known below a path, but not what is open.
    pub(crate) fn forget_all(&mut self) {
        self.levels.clear();
    }

    /// Shows or hides what is below a path.
    pub(crate) fn set_open(&mut self, path: &[String], open: bool) {
        if open {
            self.open.insert(path.to_vec());
        } else {
            self.open.remove(path);
        }
    }

    /// Whether what is below a path shows.
    pub(crate) fn is_open(&self, path: &[String]) -> bool {
        path.is_empty() || self.open.contains(path)
    }

    /// The paths that are open and whose entries are not known.
    pub(crate) fn missing(&self) -> Vec<Path> {
        let mut missing: Vec<_> = self
            .open
            .iter()
            .filter(|path| !self.levels.contains_key(*path))
            .cloned()
            .collect();
        missing.sort();
        missing
    }

    /// Forgets what is known below paths that do not show, and gives those that do, from the top down.
    pub(crate) fn shown(&mut self) -> Vec<Path> {
        let open = &self.open;
        self.levels
            .retain(|path, _| (1..=path.len()).all(|depth| open.contains(&path[..depth])));
        let mut shown: Vec<_> = self.levels.keys().cloned().collect();
        shown.sort();
        shown
    }

    /// Whether the level above lists the path; the root is always there.
    pub(crate) fn lists(&self, path: &[String]) -> bool {
        let Some((name, above)) = path.split_last() else {
            return true;
        };
        match self.levels.get(above) {
            Some(Level::Loaded(entries)) => entries.iter().any(|entry| entry.name == *name),
            _ => false,
        }
    }

    /// Forgets a path that is gone, and everything below it.
    pub(crate) fn remove(&mut self, gone: &[String]) {
        self.levels.retain(|path, _| !path.starts_with(gone));
        self.open.retain(|path| !path.starts_with(gone));
    }

    /// The rows that show, from top to bottom. With a search, all known entries whose name or type contains it, with
    /// what is above them.
    pub(crate) fn rows(&self, search: &str) -> Vec<Row> {
        let search = search.trim().to_lowercase();
        let mut rows = Vec::new();
        self.collect(&[], &search, &mut rows);
        rows
    }

    /// Adds the rows below a path; tells whether any entry among them answers the search.
    fn collect(&self, path: &[String], search: &str, rows: &mut Vec<Row>) -> bool {
        let note = |text: &str| Row {
            path: [path, &[String::new()]].concat(),
            entry: None,
            note: Some(text.to_owned()),
            open: None,
            place: (1, 1),
        };
        let entries = match self.levels.get(path) {
            Some(Level::Loaded(entries)) => entries,
            _ if !search.is_empty() => return false,
            Some(Level::Failed(reason)) => {
                rows.push(note(reason));
                return false;
            }
            Some(Level::Loading) | None => {
                rows.push(note("Loading…"));
                return false;
            }
        };
        if entries.is_empty() && search.is_empty() {
            rows.push(note("empty"));
        }
        let mut any = false;
        for (index, entry) in entries.iter().enumerate() {
            let below = [path, std::slice::from_ref(&entry.name)].concat();
            let leaf = matches!(entry.kind, CatalogKind::Column(_));
            let at = rows.len();
            rows.push(Row {
                path: below.clone(),
                entry: Some(entry.clone()),
                note: None,
                open: (!leaf).then(|| self.is_open(&below)),
                place: (index + 1, entries.len()),
            });
            let hit = search.is_empty()
                || entry.name.to_lowercase().contains(search)
                || (leaf && entry.data_type.to_lowercase().contains(search));
            let found = if leaf {
                false
            } else if search.is_empty() {
                self.is_open(&below) && self.collect(&below, search, rows)
            } else {
                self.collect(&below, search, rows)
            };
            if !search.is_empty() && !leaf {
                rows[at].open = Some(found);
            }
            if hit || found {
                any = true;
            } else {
                rows.truncate(at);
            }
        }
        any
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine_api::ColumnKind;

    fn entry(name: &str, kind: CatalogKind, data_type: &str) -> CatalogEntry {
        CatalogEntry {
            name: name.into(),
            kind,
            data_type: data_type.into(),
            comment: String::new(),
        }
    }

    fn path(text: &str) -> Path {
        text.split('.')
            .filter(|part| !part.is_empty())
            .map(Into::into)
            .collect()
    }

    fn tree() -> Tree {
        let mut tree = Tree::default();
        let column = CatalogKind::Column(ColumnKind::Text);
        tree.set(
            path(""),
            Level::Loaded(vec![entry("main", CatalogKind::Catalog, "")]),
        );
        let schemas = vec![
            entry("samples", CatalogKind::Schema, ""),
            entry("other", CatalogKind::Schema, ""),
        ];
        tree.set(path("main"), Level::Loaded(schemas));
        let tables = vec![
            entry("trips", CatalogKind::Table, ""),
            entry("zones", CatalogKind::Table, ""),
        ];
        tree.set(path("main.samples"), Level::Loaded(tables));
        let columns = vec![
            entry("fare", column, "decimal(10,2)"),
            entry("zone", column, "string"),
        ];
        tree.set(path("main.samples.trips"), Level::Loaded(columns));
        tree
    }

    fn shown(tree: &Tree, search: &str) -> Vec<String> {
        let line = |row: Row| row.note.unwrap_or_else(|| row.path.join("."));
        tree.rows(search).into_iter().map(line).collect()
    }

    #[test]
    fn only_what_is_open_shows() {
        let mut tree = tree();
        assert_eq!(shown(&tree, ""), ["main"]);
        tree.set_open(&path("main"), true);
        assert_eq!(shown(&tree, ""), ["main", "main.samples", "main.other"]);
        tree.set_open(&path("main.samples.trips"), true);
        assert_eq!(shown(&tree, "").len(), 3, "what is above is closed");
        tree.set_open(&path("main.samples"), true);
        assert_eq!(shown(&tree, "").len(), 7);
        assert_eq!(tree.rows("")[2].place, (1, 2));
    }

    #[test]
    fn levels_tell_their_state() {
        let mut tree = tree();
        tree.set_open(&path("main"), true);
        tree.set_open(&path("main.other"), true);
        assert_eq!(tree.missing(), [path("main.other")]);
        for (level, expected) in [
            (Level::Loading, "Loading…"),
            (Level::Failed("no access".into()), "no access"),
            (Level::Loaded(vec![]), "empty"),
        ] {
            tree.set(path("main.other"), level);
            assert_eq!(shown(&tree, "").last().map(String::as_str), Some(expected));
        }
        assert!(tree.missing().is_empty());
    }

    #[test]
    fn what_shows_is_asked_again_and_what_is_gone_closes() {
        let mut tree = tree();
        tree.set_open(&path("main"), true);
        tree.set_open(&path("main.samples.trips"), true);
        assert_eq!(
            tree.clone().shown(),
            [path(""), path("main")],
            "the samples are closed"
        );
        tree.set_open(&path("main.samples"), true);
        let all = ["", "main", "main.samples", "main.samples.trips"].map(path);
        assert_eq!(tree.shown(), all);
        assert!(all.iter().all(|path| tree.lists(path)));

        tree.set(path("main.samples"), Level::Loaded(vec![]));
        assert!(!tree.lists(&path("main.samples.trips")));
        tree.remove(&path("main.samples.trips"));
        assert!(tree.level(&path("main.samples.trips")).is_none());
        assert!(!tree.is_open(&path("main.samples.trips")));
        assert!(tree.is_open(&path("main.samples")));
    }

    #[test]
    fn a_search_finds_names_and_types_wherever_they_are() {
        let tree = tree();
        assert_eq!(
            shown(&tree, "ZONE"),
            [
                "main",
                "main.samples",
                "main.samples.trips",
                "main.samples.trips.zone",
                "main.samples.zones"
            ]
        );
        assert_eq!(
            shown(&tree, "decimal").last().map(String::as_str),
            Some("main.samples.trips.fare")
        );
        assert_eq!(shown(&tree, "oth"), ["main", "main.other"]);
        assert!(shown(&tree, "nothing").is_empty());
    }
}
