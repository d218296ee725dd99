//! Keeping the notebook in the browser: saved soon after each change, back after a reload, and never over what
//! another tab saved.

mod database;
mod journal;

use futures::future::{Either, select};
use gloo_timers::{callback::Timeout, future::TimeoutFuture};
use leptos::{prelude::*, task::spawn_local};
use web_sys::BroadcastChannel;

use crate::{
    browser::{self, setting},
    document::Document,
    model::Notebook,
};
use database::{Database, Put, Record};
use journal::Journal;

/// How long after a change it is saved.
const PAUSE_MS: u32 = 300;

/// How long the database may take to open before the page shows without it.
const PATIENCE_MS: u32 = 4_000;

/// The setting that names the open notebook.
const OPEN: &str = "notebook";

/// Where tabs tell each other what they saved.
const CHANNEL: &str = "spark-notebook";

/// Whether what was typed is safe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SaveState {
    /// All of it.
    Saved,
    /// It will be in a moment.
    Saving,
    /// The browser does not keep it, for this reason. It is in memory.
    NotSaved(String),
    /// Another tab saved changes, and this one has none of its own.
    Behind,
    /// Another tab saved other changes; the user has to choose.
    Conflict,
}

/// What was found when the page was opened.
pub(crate) struct Opened {
    /// The notebook, if there was one.
    pub(crate) notebook: Option<Notebook>,
    /// What a person should know about it.
    pub(crate) notice: Option<String>,
    /// Where it is kept.
    store: Inner,
    state: SaveState,
}

struct Inner {
    database: Option<Database>,
    /// The revision that this tab's notebook is based on.
    revision: u64,
    /// This tab's name.
    writer: String,
    timer: Option<Timeout>,
    dirty: bool,
    saving: bool,
    channel: Option<BroadcastChannel>,
}

/// Finds the notebook that was open last. Whatever goes wrong is told, never fatal.
pub(crate) async fn open() -> Opened {
    let mut store = Inner {
        database: None,
        revision: 0,
        writer: browser::random_name(),
        timer: None,
        dirty: false,
        saving: false,
        channel: BroadcastChannel::new(CHANNEL).ok(),
    };
    let id = setting::get(OPEN);
    let patience = TimeoutFuture::new(PATIENCE_MS);
    let database = match select(Box::pin(Database::open()), patience).await {
        Either::Left((database, _)) => database,
        Either::Right(_) => Err("the browser's storage does not answer".into()),
    };
    match database {
        Ok(database) => store.database = Some(database),
        Err(reason) => {
            return Opened {
                notebook: None,
                notice: None,
                store,
                state: SaveState::NotSaved(reason),
            };
        }
    }
    let (Some(id), Some(database)) = (id, &store.database) else {
        return Opened {
            notebook: None,
            notice: None,
            store,
            state: SaveState::Saved,
        };
    };
    let record = match database.get(&id).await {
        Ok(record) => record,
        Err(reason) => {
            return Opened {
                notebook: None,
                notice: Some(reason),
                store,
                state: SaveState::Saved,
            };
        }
    };
    store.revision = record.as_ref().map_or(0, |record| record.revision);
    let mut text = record.as_ref().map(|record| record.text.clone());
    if let Some(journal) = Journal::read(&id).filter(|journal| journal.is_newer_than(record.as_ref())) {
        store.revision = journal.base;
        store.dirty = true;
        text = Some(journal.text);
    }
    let (notebook, notice) = match text.as_deref().map(Notebook::from_text) {
        Some(Ok(notebook)) => (Some(notebook), None),
        Some(Err(unreadable)) => (None, Some(unreadable.to_string())),
        None => (None, None),
    };
    Opened {
        notebook,
        notice,
        store,
        state: SaveState::Saved,
    }
}

/// Saves the open notebook.
#[derive(Clone, Copy)]
pub(crate) struct Saver {
    document: Document,
    state: RwSignal<SaveState>,
    inner: StoredValue<Inner, LocalStorage>,
}

impl Saver {
    /// Saves the document from here on. `flush` is called before the page may go, to take in what was just typed.
    pub(crate) fn start(document: Document, opened: Opened, flush: impl Fn() + Copy + 'static) -> Self {
        let dirty = opened.store.dirty;
        let saver = Self {
            document,
            state: RwSignal::new(opened.state),
            inner: StoredValue::new_local(opened.store),
        };
        setting::set(
            OPEN,
            &document.notebook().with_untracked(|notebook| notebook.id.clone()),
        );

        let changes = document.changes();
        Effect::watch(move || changes.get(), move |_, _, _| saver.changed(), false);
        if dirty {
            saver.changed();
        }
        saver.hear_other_tabs();

        let leave = move || {
            flush();
            saver.leave();
        };
        browser::on_event(&window(), "pagehide", move |_: web_sys::Event| leave());
        browser::on_event(
            &leptos::prelude::document(),
            "visibilitychange",
            move |_: web_sys::Event| {
                if browser::is_hidden() {
                    leave();
                }
            },
        );
        saver
    }

    /// Whether what was typed is safe.
    pub(crate) fn state(self) -> Signal<SaveState> {
        self.state.into()
    }

    /// Ends a conflict with the other tab's version. Gives it, to be shown.
    pub(crate) async fn take_theirs(self) -> Result<Notebook, String> {
        let (revision, notebook) = self.theirs().await?;
        self.adopt(revision);
        Ok(notebook)
    }

    /// Takes the other tab's version, to be shown. If this tab has changes of its own by now, or the version cannot be
    /// had, the user has to choose.
    pub(crate) async fn catch_up(self) -> Option<Notebook> {
        let theirs = self.theirs().await;
        if self.state.get_untracked() != SaveState::Behind {
            return None;
        }
        match theirs {
            Ok((revision, notebook)) => {
                self.adopt(revision);
                Some(notebook)
            }
            Err(_) => {
                self.state.set(SaveState::Conflict);
                None
            }
        }
    }

    /// The user has to choose between this version and the other tab's.
    pub(crate) fn let_choose(self) {
        self.state.set(SaveState::Conflict);
    }

    async fn theirs(self) -> Result<(u64, Notebook), String> {
        let record = self
            .stored()
            .await?
            .ok_or("the notebook is not in this browser's storage any more")?;
        let notebook = Notebook::from_text(&record.text).map_err(|unreadable| unreadable.to_string())?;
        Ok((record.revision, notebook))
    }

    fn adopt(self, revision: u64) {
        self.inner
            .update_value(|inner| (inner.revision, inner.dirty) = (revision, false));
        Journal::remove(&self.id());
        self.state.set(SaveState::Saved);
    }

    /// Ends a conflict with this tab's version, over the other's.
    pub(crate) async fn keep_mine(self) -> Result<(), String> {
        let revision = self.stored().await?.map_or(0, |record| record.revision);
        self.inner
            .update_value(|inner| (inner.revision, inner.dirty) = (revision, true));
        self.state.set(SaveState::Saving);
        self.save_soon(0);
        Ok(())
    }

    async fn stored(self) -> Result<Option<Record>, String> {
        let id = self.id();
        match self.database() {
            Some(database) => database.get(&id).await,
            None => Err("this browser keeps nothing for the page".into()),
        }
    }

    fn changed(self) {
        self.inner.update_value(|inner| inner.dirty = true);
        if self.state.get_untracked() == SaveState::Conflict || self.database().is_none() {
            return;
        }
        self.state.set(SaveState::Saving);
        self.save_soon(PAUSE_MS);
    }

    fn save_soon(self, pause: u32) {
        self.inner
            .update_value(|inner| inner.timer = Some(Timeout::new(pause, move || self.save())));
    }

    fn save(self) {
        let start = self.inner.try_update_value(|inner| {
            inner.timer = None;
            inner.dirty && !std::mem::replace(&mut inner.saving, true)
        });
        if start == Some(true) {
            spawn_local(async move {
                self.save_until_clean().await;
                self.inner.try_update_value(|inner| inner.saving = false);
            });
        }
    }

    async fn save_until_clean(self) {
        loop {
            let taken = self.inner.try_update_value(|inner| {
                std::mem::take(&mut inner.dirty).then(|| (inner.revision, inner.writer.clone()))
            });
            let (Some(Some((revision, writer))), Some(database)) = (taken, self.database()) else {
                return;
            };
            let text = self.document.notebook().with_untracked(Notebook::to_text);
            let id = self.id();
            let outcome = match text {
                Ok(text) => {
                    database
                        .put(
                            &id,
                            Record {
                                revision,
                                writer,
                                text,
                            },
                        )
                        .await
                }
                Err(unreadable) => Err(unreadable.to_string()),
            };
            match outcome {
                Ok(Put::Stored(revision)) => {
                    self.inner.try_update_value(|inner| inner.revision = revision);
                    Journal::remove(&id);
                    self.tell_other_tabs(&id, revision);
                    let clean = self.inner.try_with_value(|inner| !inner.dirty) == Some(true);
                    // A conflict that was heard of meanwhile stays.
                    if clean && self.state.get_untracked() == SaveState::Saving {
                        self.state.set(SaveState::Saved);
                    }
                }
                Ok(Put::Conflict) => return self.not_saved(SaveState::Conflict),
                Err(reason) => return self.not_saved(SaveState::NotSaved(reason)),
            }
        }
    }

    fn not_saved(self, state: SaveState) {
        self.inner.try_update_value(|inner| inner.dirty = true);
        self.state.set(state);
    }

    /// The page may go: what is not saved yet is written down at once, and saving starts.
    fn leave(self) {
        let unsaved = self.inner.with_value(|inner| {
            (inner.dirty || inner.saving).then(|| (inner.revision, inner.writer.clone()))
        });
        let Some((base, writer)) = unsaved else { return };
        if let Ok(text) = self.document.notebook().with_untracked(Notebook::to_text) {
            Journal { base, writer, text }.write(&self.id());
        }
        if self.state.get_untracked() != SaveState::Conflict {
            self.save();
        }
    }

    fn tell_other_tabs(self, id: &str, revision: u64) {
        self.inner.with_value(|inner| {
            if let Some(channel) = &inner.channel {
                let message = format!("{revision} {id}");
                // Without it the other tab notices when it saves.
                let _ = channel.post_message(&message.into());
            }
        });
    }

    fn hear_other_tabs(self) {
        let Some(channel) = self.inner.with_value(|inner| inner.channel.clone()) else {
            return;
        };
        browser::on_event(&channel, "message", move |message: web_sys::MessageEvent| {
            let Some(text) = message.data().as_string() else {
                return;
            };
            let Some((revision, id)) = text.split_once(' ') else {
                return;
            };
            let known = self
                .inner
                .try_with_value(|inner| inner.revision)
                .unwrap_or(u64::MAX);
            if id == self.id() && revision.parse::<u64>().is_ok_and(|revision| revision > known) {
                // A change of this tab's own makes the state another at once; see `changed`.
                let clean = matches!(self.state.get_untracked(), SaveState::Saved | SaveState::Behind);
                self.state.set(if clean {
                    SaveState::Behind
                } else {
                    SaveState::Conflict
                });
            }
        });
    }

    fn id(self) -> String {
        self.document
            .notebook()
            .with_untracked(|notebook| notebook.id.clone())
    }

    fn database(self) -> Option<Database> {
        self.inner
            .try_with_value(|inner| inner.database.clone())
            .flatten()
    }
}
