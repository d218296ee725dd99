//! The connection to Spark: which one, how it is, and how it comes back.

mod button;
mod dialog;
mod endpoint;

use engine_api::{Command, ConnectionId, Endpoint, ErrorKind, ErrorReport, Event, Farewell};
use leptos::{prelude::*, task::spawn_local};

use crate::{
    browser::{self, setting},
    engine::{Engine, EngineState},
};

pub(crate) use button::ConnectionButton;
pub(crate) use dialog::ConnectionDialog;

const SETTING: &str = "connection";

/// A session on the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Session {
    /// The server's version.
    pub(crate) spark_version: String,
    /// Its name on the server.
    pub(crate) id: String,
    /// The zone in which timestamps are shown.
    pub(crate) time_zone: String,
}

/// How the connection is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ConnectionState {
    /// A session is being opened.
    Connecting,
    /// A session is open.
    Connected(Session),
    /// The session is open as far as is known, but the server did not answer last time.
    Interrupted(Session, ErrorReport),
    /// There is no session.
    Failed(ErrorReport),
}

impl ConnectionState {
    /// Whether a run may be sent.
    pub(crate) fn is_usable(&self) -> bool {
        matches!(self, Self::Connected(_) | Self::Interrupted(..))
    }

    /// Why there is no answer, if so.
    pub(crate) fn error(&self) -> Option<&ErrorReport> {
        match self {
            Self::Interrupted(_, error) | Self::Failed(error) => Some(error),
            Self::Connecting | Self::Connected(_) => None,
        }
    }

    /// The open session.
    pub(crate) fn session(&self) -> Option<&Session> {
        match self {
            Self::Connected(session) | Self::Interrupted(session, _) => Some(session),
            Self::Connecting | Self::Failed(_) => None,
        }
    }
}

/// A connection to somewhere else that is tried while the present one goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Attempt {
    id: ConnectionId,
    string: String,
    /// Why it failed, once it did.
    pub(crate) error: Option<ErrorReport>,
}

/// The page's one connection.
#[derive(Clone, Copy)]
pub(crate) struct Connection {
    engine: Engine,
    state: RwSignal<ConnectionState>,
    string: RwSignal<String>,
    id: RwSignal<ConnectionId>,
    last_id: StoredValue<u32>,
    attempt: RwSignal<Option<Attempt>>,
    /// What ends the session when the page goes away.
    farewell: RwSignal<Option<Farewell>>,
}

impl Connection {
    /// The connection that was used last, else the bridge that serves the page. Not opened yet.
    pub(crate) fn new(engine: Engine) -> Self {
        Self {
            engine,
            state: RwSignal::new(ConnectionState::Connecting),
            string: RwSignal::new(setting::get(SETTING).unwrap_or_else(Self::default_string)),
            id: RwSignal::new(ConnectionId(0)),
            last_id: StoredValue::new(0),
            attempt: RwSignal::new(None),
            farewell: RwSignal::new(None),
        }
    }

    /// The connection string of the bridge that serves the page.
    pub(crate) fn default_string() -> String {
        let (secure, host) = browser::origin();
        endpoint::of_page(secure, &host)
    }

    /// How it is.
    pub(crate) fn state(self) -> Signal<ConnectionState> {
        self.state.into()
    }

    /// The connection string, with its secrets.
    pub(crate) fn string(self) -> Signal<String> {
        self.string.into()
    }

    /// The connection that is tried in place of this one, until it is open or given up.
    pub(crate) fn attempt(self) -> Signal<Option<Attempt>> {
        self.attempt.into()
    }

    /// The engine's name for it; another one for each session.
    pub(crate) fn id(self) -> ConnectionId {
        self.id.get_untracked()
    }

    /// Opens a new session, in place of the one that is.
    pub(crate) fn connect(self) {
        if let EngineState::Failed(reason) = self.engine.state().get_untracked() {
            return self.on_engine_failed(&reason);
        }
        if self.state.with_untracked(ConnectionState::is_usable) {
            let connection = self.id();
            self.engine.send(&Command::Disconnect { connection });
        }
        let connection = self.next_id();
        self.id.set(connection);
        self.farewell.set(None);
        self.state.set(ConnectionState::Connecting);
        let endpoint = Endpoint {
            connection_string: self.string.get_untracked(),
        };
        self.engine.send(&Command::Connect { connection, endpoint });
    }

    /// Tries to open a session somewhere else. Only when it is open does it take the place of the present one.
    pub(crate) fn change(self, string: String) {
        let id = self.next_id();
        let endpoint = Endpoint {
            connection_string: string.clone(),
        };
        let error = match self.engine.state().get_untracked() {
            EngineState::Failed(reason) => Some(engine_stopped(&reason)),
            EngineState::Loading | EngineState::Ready => None,
        };
        self.attempt.set(Some(Attempt { id, string, error }));
        let connection = id;
        self.engine.send(&Command::Connect { connection, endpoint });
    }

    /// Gives up what is being tried. A session that opens all the same is ended then.
    pub(crate) fn give_up(self) {
        self.attempt.set(None);
    }

    fn next_id(self) -> ConnectionId {
        self.last_id.update_value(|last| *last = last.wrapping_add(1));
        ConnectionId(self.last_id.get_value())
    }

    /// Puts an opened session in place of the present one, and remembers where it is, without secrets.
    fn swap(self, attempt: Attempt) {
        let (kept, _) = endpoint::without_secrets(&attempt.string);
        if kept == Self::default_string() {
            setting::remove(SETTING);
        } else {
            setting::set(SETTING, &kept);
        }
        if self.state.with_untracked(ConnectionState::is_usable) {
            let connection = self.id();
            self.engine.send(&Command::Disconnect { connection });
        }
        self.string.set(attempt.string);
        self.id.set(attempt.id);
        self.farewell.set(None);
        self.attempt.set(None);
    }

    /// Tries again: with the same session if there may still be one, else with a new one.
    pub(crate) fn retry(self) {
        let ConnectionState::Interrupted(session, _) = self.state.get_untracked() else {
            return self.connect();
        };
        let connection = self.id();
        self.state.set(ConnectionState::Connecting);
        spawn_local(async move {
            let path = Vec::new();
            let answer = self
                .engine
                .ask(None, |request| Command::Catalog {
                    connection,
                    request,
                    path,
                })
                .await;
            if self.id.try_get_untracked() != Some(connection) {
                return;
            }
            match answer {
                Some(Event::Catalog {
                    entries: Err(error), ..
                }) if is_about_connection(&error) => {
                    if error.kind == ErrorKind::SessionLost {
                        self.connect();
                    } else {
                        self.state.set(ConnectionState::Interrupted(session, error));
                    }
                }
                Some(_) => self.state.set(ConnectionState::Connected(session)),
                // The engine ended; whoever sees that says so.
                None => {}
            }
        });
    }

    /// What ends the session of a connection, once it is open.
    pub(crate) fn on_farewell(self, connection: ConnectionId, request: Farewell) {
        if connection == self.id() {
            self.farewell.set(Some(request));
        }
    }

    /// Ends the session when the page goes away, so that nothing runs on for nobody. A page that the browser keeps for
    /// the way back keeps its session, unless something runs in it; shown again without one, it connects anew.
    pub(crate) fn release_on_leave(self, busy: impl Fn() -> bool + 'static) {
        let leave = move |event: web_sys::PageTransitionEvent| {
            if event.persisted() && !busy() {
                return;
            }
            if let Some(request) = self.farewell.get_untracked() {
                self.farewell.set(None);
                browser::post_last(&request.url, &request.headers, &request.body);
            }
        };
        browser::on_event(&window(), "pagehide", leave);
        let back = move |event: web_sys::PageTransitionEvent| {
            if event.persisted() && self.farewell.get_untracked().is_none() {
                self.connect();
            }
        };
        browser::on_event(&window(), "pageshow", back);
    }

    /// Takes in what the engine says of the connection. Tells whether it concerned the present one.
    pub(crate) fn on_event(self, event: &Event) -> bool {
        match event {
            Event::Connected { connection, .. } if *connection != self.id() => {
                let tried = self.attempt.get_untracked();
                match tried.filter(|attempt| attempt.id == *connection) {
                    Some(attempt) => self.swap(attempt),
                    // Nobody waits for it any more.
                    None => self.engine.send(&Command::Disconnect {
                        connection: *connection,
                    }),
                }
            }
            Event::ConnectFailed { connection, error } => self.attempt.update(|attempt| {
                if let Some(attempt) = attempt.as_mut().filter(|attempt| attempt.id == *connection) {
                    attempt.error = Some(error.clone());
                }
            }),
            _ => {}
        }
        let state = match event {
            Event::Connected {
                connection,
                spark_version,
                session_id,
                time_zone,
            } if *connection == self.id() => ConnectionState::Connected(Session {
                spark_version: spark_version.clone(),
                id: session_id.clone(),
                time_zone: time_zone.clone(),
            }),
            Event::ConnectFailed { connection, error } if *connection == self.id() => {
                ConnectionState::Failed(error.clone())
            }
            _ => return false,
        };
        self.state.set(state);
        true
    }

    /// The server answered: an interruption is over.
    pub(crate) fn is_alive(self) {
        let back = self.state.with_untracked(|state| match state {
            ConnectionState::Interrupted(session, _) => Some(session.clone()),
            _ => None,
        });
        if let Some(session) = back {
            self.state.set(ConnectionState::Connected(session));
        }
    }

    /// A run failed; if the connection is the reason, it shows.
    pub(crate) fn on_run_failed(self, error: &ErrorReport) {
        match error.kind {
            ErrorKind::Unreachable => {
                let session = self.state.with_untracked(|state| state.session().cloned());
                if let Some(session) = session {
                    self.state
                        .set(ConnectionState::Interrupted(session, error.clone()));
                }
            }
            ErrorKind::SessionLost => self.state.set(ConnectionState::Failed(error.clone())),
            ErrorKind::Spark => self.is_alive(),
            _ => {}
        }
    }

    /// The engine ended, and the session with it.
    pub(crate) fn on_engine_failed(self, reason: &str) {
        self.attempt.set(None);
        self.state.set(ConnectionState::Failed(engine_stopped(reason)));
    }
}

fn engine_stopped(reason: &str) -> ErrorReport {
    let message = format!("The engine stopped ({reason}). Restart it, then try again.");
    ErrorReport::new(ErrorKind::Internal, message)
}

fn is_about_connection(error: &ErrorReport) -> bool {
    matches!(
        error.kind,
        ErrorKind::Unreachable | ErrorKind::SessionLost | ErrorKind::Denied
    )
}
