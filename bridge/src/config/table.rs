//! Reads one table of the settings: each key once, with its type, and at the end whatever nobody asked for.
//!
//! A section asks for all its keys before it gives up on any, so that every mistake is told at once and unknown keys
//! can be compared with the known ones.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    fmt::Display,
    path::{Path, PathBuf},
    str::FromStr,
};

use super::{
    problem::{Place, Problem},
    secret::Secret,
    tree::{self, Entries, Node, Value},
    value::{self, Setting, problem},
};

/// A part of the settings with a table of its own.
pub(crate) trait Section: Sized {
    /// Reads the part. `None` only after a problem was told.
    fn read(table: &mut Table<'_>) -> Option<Self>;
}

/// What all tables of one reading share.
pub(super) struct Reading<'a> {
    pub(super) file: Option<&'a Path>,
    pub(super) environment: &'a BTreeMap<String, String>,
    /// Whether files and variables that settings name are read too.
    pub(super) resolve: bool,
    pub(super) problems: RefCell<Vec<Problem>>,
    /// Every key that was asked for, with dots between its tables and `*` for an operator's own name.
    pub(super) asked: RefCell<Vec<String>>,
}

/// One table while it is read.
pub(crate) struct Table<'a> {
    reading: &'a Reading<'a>,
    /// As in the file's headers; empty for the file itself.
    path: String,
    /// The same with `*` for an operator's own name.
    pattern: String,
    place: Place,
    entries: Entries,
    known: BTreeMap<String, Place>,
}

impl<'a> Table<'a> {
    /// Reads everything.
    pub(super) fn root<S: Section>(reading: &'a Reading<'a>, entries: Entries) -> Option<S> {
        let root = Self {
            reading,
            path: String::new(),
            pattern: String::new(),
            place: Place::Nowhere,
            entries,
            known: BTreeMap::new(),
        };
        root.read()
    }

    fn inside<S: Section>(&self, path: String, pattern: String, place: Place, entries: Entries) -> Option<S> {
        let table = Table {
            reading: self.reading,
            path,
            pattern,
            place,
            entries,
            known: BTreeMap::new(),
        };
        table.read()
    }

    /// Reads a whole section and tells what is left over.
    fn read<S: Section>(self) -> Option<S> {
        let mut table = self;
        let section = S::read(&mut table);
        for (key, (place, _)) in &table.entries {
            table.tell(problem(place, table.unknown(key)));
        }
        section
    }

    /// The setting `key`, if there is one.
    pub(crate) fn get<T: Setting>(&mut self, key: &str) -> Option<T> {
        let node = self.take(key)?;
        self.told(T::read(&node))
    }

    /// The setting `key`, or `default`.
    pub(crate) fn or<T: Setting>(&mut self, key: &str, default: T) -> T {
        self.get(key).unwrap_or(default)
    }

    /// The setting `key`, which there must be.
    pub(crate) fn required<T: Setting>(&mut self, key: &str) -> Option<T> {
        self.demand(key);
        self.get(key)
    }

    /// A string that means a `T`, by `FromStr`; its error is a sentence that does not quote the string.
    pub(crate) fn parsed<T: FromStr<Err: Display>>(&mut self, key: &str) -> Option<T> {
        let node = self.take(key)?;
        self.told(value::parsed(&node))
    }

    /// A list of strings that each mean a `T`; `None` if it is not there or one of them does not.
    pub(crate) fn parsed_list<T: FromStr<Err: Display>>(&mut self, key: &str) -> Option<Vec<T>> {
        let node = self.take(key)?;
        let items = self.told(value::items(&node))?;
        let parsed: Vec<_> = items.iter().map(|item| self.told(value::parsed(item))).collect();
        parsed.into_iter().collect()
    }

    /// A path; a relative one starts at the file's directory.
    pub(crate) fn path(&mut self, key: &str) -> Option<PathBuf> {
        let path: String = self.get(key)?;
        Some(self.beside(&path))
    }

    /// A path as seen from the file's directory.
    pub(crate) fn beside(&self, path: &str) -> PathBuf {
        tree::beside(self.reading.file, path)
    }

    /// A path that there must be.
    pub(crate) fn required_path(&mut self, key: &str) -> Option<PathBuf> {
        self.demand(key);
        self.path(key)
    }

    /// What the file named by `key` contains, as `parse` understands it. `None` also while files are not read.
    pub(crate) fn file<T>(&mut self, key: &str, parse: impl FnOnce(&[u8]) -> Result<T, String>) -> Option<T> {
        self.resolved(key, |path| {
            let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
            parse(&bytes)
        })
    }

    /// What the path named by `key` leads to. `None` also while files are not read.
    pub(crate) fn resolved<T>(
        &mut self,
        key: &str,
        read: impl FnOnce(&Path) -> Result<T, String>,
    ) -> Option<T> {
        let path = self.path(key)?;
        if !self.reading.resolve {
            return None;
        }
        match read(&path) {
            Ok(value) => Some(value),
            Err(sentence) => {
                self.problem(key, format!("{}: {sentence}", path.display()));
                None
            }
        }
    }

    /// A secret: from the variable that `KEY_env` names or from the file that `KEY_file` names.
    pub(crate) fn secret(&mut self, key: &str) -> Option<Secret> {
        if let Some(inline) = self.entries.remove(key) {
            let sentence = format!(
                "secrets do not stand in this file: name a variable with {key}_env or a file with {key}_file"
            );
            self.tell(problem(&inline.0, sentence));
        }
        let (variable, file) = (format!("{key}_env"), format!("{key}_file"));
        let name = self.get::<String>(&variable);
        let path = self.path(&file);
        if name.is_some() && path.is_some() {
            self.problem(&file, format!("give either {variable} or {file}"));
            return None;
        }
        let resolve = self.reading.resolve;
        let (key, secret) = if let Some(name) = name {
            let set = self.reading.environment.get(&name);
            let secret = match set {
                Some(secret) => Secret::new(secret),
                None if resolve => Err(format!("the environment variable {name} is not set")),
                None => return Some(Secret::unresolved()),
            };
            (variable, secret)
        } else {
            let path = path?;
            if !resolve {
                return Some(Secret::unresolved());
            }
            let secret = std::fs::read_to_string(&path)
                .map_err(|error| format!("{} cannot be read: {error}", path.display()))
                .and_then(|text| Secret::new(&text));
            (file, secret)
        };
        match secret {
            Ok(secret) => Some(secret),
            Err(sentence) => {
                self.problem(&key, sentence);
                None
            }
        }
    }

    /// The table `key`; one that is not there is read as an empty one.
    pub(crate) fn section<S: Section>(&mut self, key: &str) -> Option<S> {
        let (place, entries) = match self.take(key) {
            Some(node) => self.entries_of(node)?,
            None => (self.place.clone(), Entries::new()),
        };
        self.inside(join(&self.path, key), join(&self.pattern, key), place, entries)
    }

    /// The table `key`, if there is one.
    pub(crate) fn optional_section<S: Section>(&mut self, key: &str) -> Option<S> {
        let node = self.take(key)?;
        let (place, entries) = self.entries_of(node)?;
        self.inside(join(&self.path, key), join(&self.pattern, key), place, entries)
    }

    /// The tables inside `key`, by names that are the operator's own.
    pub(crate) fn sections<S: Section>(&mut self, key: &str) -> BTreeMap<String, S> {
        let Some((_, entries)) = self.take(key).and_then(|node| self.entries_of(node)) else {
            return BTreeMap::new();
        };
        let path = join(&self.path, key);
        let pattern = format!("{}.*", join(&self.pattern, key));
        let mut sections = BTreeMap::new();
        for (name, (_, node)) in entries {
            if let Some((place, entries)) = self.entries_of(node)
                && let Some(section) = self.inside(format!("{path}.{name}"), pattern.clone(), place, entries)
            {
                sections.insert(name, section);
            }
        }
        sections
    }

    /// The tables of the list `key`, written as `[[KEY]]`.
    pub(crate) fn list<S: Section>(&mut self, key: &str) -> Vec<S> {
        let Some(node) = self.take(key) else {
            return Vec::new();
        };
        let Value::Array(items) = node.value else {
            self.tell(problem(
                &node.place,
                format!(
                    "expected a list of tables, each below [[{}]]",
                    join(&self.path, key)
                ),
            ));
            return Vec::new();
        };
        items
            .into_iter()
            .filter_map(|item| {
                let (place, entries) = self.entries_of(item)?;
                self.inside(join(&self.path, key), join(&self.pattern, key), place, entries)
            })
            .collect()
    }

    /// Whether files and variables that settings name are read too.
    pub(crate) fn resolves(&self) -> bool {
        self.reading.resolve
    }

    /// Tells that the setting `key`, which was asked for, is wrong, also together with others.
    pub(crate) fn problem(&self, key: &str, sentence: impl Into<String>) {
        let place = self.known.get(key).unwrap_or(&self.place);
        self.tell(problem(place, sentence));
    }

    /// Whether the setting `key`, which was asked for, was made.
    pub(crate) fn is_set(&self, key: &str) -> bool {
        self.known.get(key).is_some_and(|place| *place != Place::Nowhere)
    }

    /// Tells that `key` is missing, if it is. Comes before the key is read.
    pub(crate) fn demand(&self, key: &str) {
        if !self.entries.contains_key(key) {
            let sentence = format!("{} needs the setting `{key}`", self.title());
            self.tell(problem(&self.place, sentence));
        }
    }

    fn take(&mut self, key: &str) -> Option<Node> {
        self.reading.asked.borrow_mut().push(join(&self.pattern, key));
        let entry = self.entries.remove(key);
        let place = entry
            .as_ref()
            .map_or(Place::Nowhere, |(_, node)| node.place.clone());
        self.known.insert(key.to_owned(), place);
        entry.map(|(_, node)| node)
    }

    fn entries_of(&self, node: Node) -> Option<(Place, Entries)> {
        match node.value {
            Value::Table(entries) => Some((node.place, entries)),
            _ => {
                self.tell(problem(&node.place, "expected a table of settings"));
                None
            }
        }
    }

    fn told<T>(&self, read: Result<T, Problem>) -> Option<T> {
        read.map_err(|problem| self.tell(problem)).ok()
    }

    fn tell(&self, problem: Problem) {
        self.reading.problems.borrow_mut().push(problem);
    }

    fn title(&self) -> String {
        match &*self.path {
            "" => "the file".to_owned(),
            path => format!("[{path}]"),
        }
    }

    fn unknown(&self, key: &str) -> String {
        let likeness = |known: &str| strsim::jaro_winkler(key, known);
        let nearest = self
            .known
            .keys()
            .max_by(|a, b| likeness(a).total_cmp(&likeness(b)))
            .filter(|known| likeness(known) > 0.75);
        let title = self.title();
        match nearest {
            Some(nearest) => format!("{title} has no setting `{key}`; perhaps `{nearest}` is meant"),
            None => {
                let known: Vec<_> = self.known.keys().map(String::as_str).collect();
                format!("{title} has no setting `{key}`, only {}", known.join(", "))
            }
        }
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}
