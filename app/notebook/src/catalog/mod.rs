//! The server's catalog in the rail and in completion: asked for a level at a time, kept until the connection changes.

mod completion;
mod name;
mod tree;
mod view;

use engine_api::{CatalogEntry, Command, Event};
use leptos::{prelude::*, task::spawn_local};

use crate::{connection::Connection, engine::Engine};
use tree::{Level, Path, Tree};

pub(crate) use name::{proposals, qualified};
pub(crate) use view::CatalogTree;

/// The database that the first notebook reads.
const SAMPLES: &str = "samples";

/// What is known of the server's catalog.
#[derive(Clone, Copy)]
pub(crate) struct Catalog {
    engine: Engine,
    connection: Connection,
    tree: RwSignal<Tree>,
    /// Whether there is a database of samples, once known.
    samples: RwSignal<Option<bool>>,
}

impl Catalog {
    /// Nothing is known yet.
    pub(crate) fn new(engine: Engine, connection: Connection) -> Self {
        Self {
            engine,
            connection,
            tree: RwSignal::new(Tree::default()),
            samples: RwSignal::new(None),
        }
    }

    /// What is known.
    pub(crate) fn tree(self) -> Signal<Tree> {
        self.tree.into()
    }

    /// Whether there is a database of samples, once known.
    pub(crate) fn has_samples(self) -> Signal<Option<bool>> {
        self.samples.into()
    }

    /// Another session: everything is asked for anew, and what was open opens again.
    pub(crate) fn reload(self) {
        self.tree.update(Tree::forget_all);
        spawn_local(async move {
            let catalogs = self.entries(Vec::new()).await;
            // The first catalog opens by itself, and the samples in it, so that a newcomer sees tables.
            let Some(first) = catalogs.first().map(|catalog| vec![catalog.name.clone()]) else {
                return;
            };
            self.open(first.clone(), true);
            let schemas = self.entries(first.clone()).await;
            let samples = schemas.iter().any(|schema| schema.name == SAMPLES);
            self.samples.set(Some(samples));
            if samples {
                self.open([first, vec![SAMPLES.into()]].concat(), true);
            }
            for path in self.tree.with_untracked(Tree::missing) {
                self.entries(path).await;
            }
        });
    }

    /// No session: nothing is known, except that.
    pub(crate) fn disconnect(self) {
        self.samples.set(None);
        self.tree.update(|tree| {
            tree.forget_all();
            tree.set(Path::new(), Level::Failed("not connected".into()));
        });
    }

    /// Shows or hides what is below a path; asks for it if it is not known.
    pub(crate) fn open(self, path: Path, open: bool) {
        self.tree.update(|tree| tree.set_open(&path, open));
        if open {
            spawn_local(async move {
                self.entries(path).await;
            });
        }
    }

    /// Whether what is below a path shows.
    pub(crate) fn is_open(self, path: &[String]) -> bool {
        self.tree.with_untracked(|tree| tree.is_open(path))
    }

    /// What is below a path: what is known of it, or the server's answer.
    pub(crate) async fn entries(self, path: Path) -> Vec<CatalogEntry> {
        match self.tree.try_with_untracked(|tree| tree.level(&path).cloned()) {
            Some(Some(Level::Loaded(entries))) => return entries,
            Some(Some(Level::Loading)) => return Vec::new(),
            _ => {}
        }
        if !self.connection.state().with_untracked(|state| state.is_usable()) {
            return Vec::new();
        }
        self.tree.update(|tree| tree.set(path.clone(), Level::Loading));
        let connection = self.connection.id();
        let asked = path.clone();
        let ask = self.engine.ask(None, move |request| Command::Catalog {
            connection,
            request,
            path: asked,
        });
        let answer = ask.await;
        if self.connection.id() != connection {
            return Vec::new();
        }
        let level = match answer {
            Some(Event::Catalog {
                entries: Ok(entries), ..
            }) => Level::Loaded(entries),
            Some(Event::Catalog {
                entries: Err(error), ..
            }) => Level::Failed(error.message),
            _ => Level::Failed("The engine did not answer.".into()),
        };
        let entries = match &level {
            Level::Loaded(entries) => entries.clone(),
            _ => Vec::new(),
        };
        self.tree.try_update(|tree| tree.set(path, level));
        entries
    }
}
