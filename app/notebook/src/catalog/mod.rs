//! The server's catalog in the rail and in completion: asked for a level at a time, kept until the connection changes.

mod completion;
mod name;
mod tree;
mod view;

use engine_api::{CatalogEntry, Command, Event};
use gloo_timers::callback::Timeout;
use leptos::{prelude::*, task::spawn_local};

use crate::{
    connection::{Connection, ConnectionState},
    engine::Engine,
};
use tree::{Level, Path, Tree};

pub(crate) use name::{proposals, qualified};
pub(crate) use view::CatalogTree;

/// How long after a command the catalog is asked again: several commands in a row ask once.
const PAUSE_MS: u32 = 300;

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
    refresh: StoredValue<Option<Timeout>, LocalStorage>,
}

impl Catalog {
    /// Nothing is known yet.
    pub(crate) fn new(engine: Engine, connection: Connection) -> Self {
        Self {
            engine,
            connection,
            tree: RwSignal::new(Tree::default()),
            samples: RwSignal::new(None),
            refresh: StoredValue::new_local(None),
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

    /// A command may have changed what there is.
    pub(crate) fn refresh_soon(self) {
        self.refresh
            .set_value(Some(Timeout::new(PAUSE_MS, move || self.refresh())));
    }

    /// Asks anew for everything that shows, which stays as it is until the answers are there.
    pub(crate) fn refresh(self) {
        let shown = self.tree.try_update_untracked(Tree::shown).unwrap_or_default();
        spawn_local(async move {
            for path in shown {
                let there = self.tree.try_with_untracked(|tree| tree.lists(&path));
                match there {
                    Some(true) => {
                        if let Some(level) = self.ask(path.clone()).await {
                            self.tree.try_update(|tree| tree.set(path, level));
                        }
                    }
                    Some(false) => drop(self.tree.try_update(|tree| tree.remove(&path))),
                    None => return,
                }
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
        if !self.is_connected() {
            return Vec::new();
        }
        self.tree.update(|tree| tree.set(path.clone(), Level::Loading));
        let Some(level) = self.ask(path.clone()).await else {
            return Vec::new();
        };
        let entries = match &level {
            Level::Loaded(entries) => entries.clone(),
            _ => Vec::new(),
        };
        self.tree.try_update(|tree| tree.set(path, level));
        entries
    }

    /// The server's answer to what is below a path; none if there is no connection, or another one by then.
    async fn ask(self, path: Path) -> Option<Level> {
        if !self.is_connected() {
            return None;
        }
        let connection = self.connection.id();
        let ask = self.engine.ask(None, move |request| Command::Catalog {
            connection,
            request,
            path,
        });
        let answer = ask.await;
        (self.connection.id() == connection).then(|| match answer {
            Some(Event::Catalog {
                entries: Ok(entries), ..
            }) => Level::Loaded(entries),
            Some(Event::Catalog {
                entries: Err(error), ..
            }) => Level::Failed(error.message),
            _ => Level::Failed("The engine did not answer.".into()),
        })
    }

    fn is_connected(self) -> bool {
        self.connection.state().with_untracked(ConnectionState::is_usable)
    }
}
