//! Two engines that look like one: which of them a command goes to, and what of their events the page hears.
//!
//! The first serves SQL cells, the catalog and the connection. The second runs PySpark cells; it is loaded when one asks for
//! something, and joins the session that the first has opened. Both hold results, under one budget.

use std::collections::{HashMap, HashSet};

use engine_api::{Command, ConnectionId, Endpoint, ErrorKind, ErrorReport, Event, Language, RunId};

/// One of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Side {
    Sql,
    Python,
}

/// What is to be done, in order.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Routed {
    pub(super) send: Vec<(Side, Command)>,
    /// What the page hears.
    pub(super) tell: Vec<Event>,
}

/// What is known of both.
#[derive(Debug, Default)]
pub(super) struct Routes {
    /// Where each connection of the first engine leads; to which session, once it is open.
    endpoints: HashMap<ConnectionId, String>,
    sessions: HashMap<ConnectionId, String>,
    /// The connections of the second engine, and whether they are open.
    joined: HashMap<ConnectionId, bool>,
    /// Commands to the second engine that wait for their connection.
    waiting: Vec<Command>,
    /// Runs of the second engine that are not closed, and whether they are under way.
    runs: HashMap<RunId, bool>,
    budget: Option<u64>,
    held: HashMap<Side, u64>,
    is_loaded: bool,
}

impl Routes {
    /// Takes a command of the page.
    pub(super) fn command(&mut self, command: &Command) -> Routed {
        let mut routed = Routed::default();
        match command {
            Command::Connect { connection, endpoint } => {
                self.endpoints
                    .insert(*connection, endpoint.connection_string.clone());
                routed.to(Side::Sql, command);
            }
            Command::Disconnect { connection } => {
                self.endpoints.remove(connection);
                self.sessions.remove(connection);
                routed.to(Side::Sql, command);
                if self.joined.remove(connection).is_some() {
                    routed.to(Side::Python, command);
                }
            }
            Command::Run(request) if request.language == Language::Python => {
                self.python(request.connection, command, &mut routed);
            }
            Command::Plan {
                connection,
                language: Language::Python,
                ..
            }
            | Command::Complete { connection, .. } => self.python(*connection, command, &mut routed),
            Command::Cancel { run } => self.cancel(*run, command, &mut routed),
            Command::Close { run } => {
                self.cancel(*run, command, &mut routed);
                self.runs.remove(run);
            }
            Command::Window { run, .. }
            | Command::Value { run, .. }
            | Command::Copy { run, .. }
            | Command::Statistics { run, .. } => routed.to(self.side_of(*run), command),
            Command::Budget { bytes } => {
                self.budget = Some(*bytes);
                self.share(Side::Sql, &mut routed);
                self.share(Side::Python, &mut routed);
            }
            Command::Run(_) | Command::Plan { .. } | Command::Catalog { .. } => routed.to(Side::Sql, command),
        }
        routed
    }

    /// Takes an event of one of them.
    pub(super) fn event(&mut self, side: Side, event: Event) -> Routed {
        let mut routed = Routed::default();
        match (&event, side) {
            (
                Event::Connected {
                    connection,
                    session_id,
                    ..
                },
                Side::Sql,
            ) => {
                if let Some(endpoint) = self.endpoints.get(connection) {
                    self.sessions.insert(*connection, joining(endpoint, session_id));
                }
            }
            (Event::Connected { connection, .. }, Side::Python) => {
                self.joined.insert(*connection, true);
                let (ready, waiting) = std::mem::take(&mut self.waiting)
                    .into_iter()
                    .partition(|command| connection_of(command) == Some(*connection));
                self.waiting = waiting;
                routed.send = ready
                    .into_iter()
                    .map(|command: Command| (Side::Python, command))
                    .collect();
                return routed;
            }
            (Event::ConnectFailed { connection, .. }, Side::Sql) => drop(self.sessions.remove(connection)),
            // One that was open and is lost is told like any other event.
            (Event::ConnectFailed { connection, error }, Side::Python)
                if self.joined.remove(connection) != Some(true) =>
            {
                routed.tell = self.refuse(error, |of| of == Some(*connection));
                return routed;
            }
            (Event::Ready | Event::Farewell { .. }, Side::Python) => return routed,
            (Event::Finished { run, .. } | Event::Failed { run, .. }, Side::Python) => {
                if let Some(under_way) = self.runs.get_mut(run) {
                    *under_way = false;
                }
            }
            (Event::Memory { bytes, budget }, _) => {
                let before = self.held.insert(side, *bytes);
                let other = side.other();
                if before != Some(*bytes) {
                    self.share(other, &mut routed);
                }
                routed.tell.push(Event::Memory {
                    bytes: self.held.values().sum(),
                    budget: self.budget.unwrap_or(*budget),
                });
                return routed;
            }
            _ => {}
        }
        routed.tell.push(event);
        routed
    }

    /// The second engine ended, and what it held with it.
    pub(super) fn lost(&mut self, reason: &str) -> Routed {
        let error = ErrorReport::new(
            ErrorKind::Internal,
            format!("The engine for PySpark cells stopped ({reason}). Run the cell again to start it anew."),
        );
        let mut tell = self.refuse(&error, |_| true);
        let under_way: HashSet<_> = self
            .runs
            .drain()
            .filter_map(|(run, on)| on.then_some(run))
            .collect();
        tell.extend(under_way.into_iter().map(|run| Event::Failed {
            run,
            error: error.clone(),
        }));
        self.joined.clear();
        self.held.remove(&Side::Python);
        self.is_loaded = false;
        Routed {
            send: Vec::new(),
            tell,
        }
    }

    /// A command for the second engine, on a connection that it may have to open first.
    fn python(&mut self, connection: ConnectionId, command: &Command, routed: &mut Routed) {
        let opened = self.joined.get(&connection).copied();
        let session = self.sessions.get(&connection);
        if opened.is_none() && session.is_none() {
            // The first engine says what there is to say where nothing is connected.
            return routed.to(Side::Sql, command);
        }
        if let Command::Run(request) = command {
            self.runs.insert(request.run, true);
        }
        if opened == Some(true) {
            return routed.to(Side::Python, command);
        }
        self.waiting.push(command.clone());
        if let (None, Some(session)) = (opened, session) {
            let endpoint = Endpoint {
                connection_string: session.clone(),
            };
            self.joined.insert(connection, false);
            if !std::mem::replace(&mut self.is_loaded, true) {
                self.share(Side::Python, routed);
            }
            routed
                .send
                .push((Side::Python, Command::Connect { connection, endpoint }));
        }
    }

    fn cancel(&mut self, run: RunId, command: &Command, routed: &mut Routed) {
        let waits = |command: &Command| matches!(command, Command::Run(request) if request.run == run);
        if let Some(at) = self.waiting.iter().position(waits) {
            self.waiting.remove(at);
            self.runs.remove(&run);
            routed.tell.push(Event::Failed {
                run,
                error: ErrorReport::new(ErrorKind::Cancelled, "Stopped."),
            });
        } else {
            routed.to(self.side_of(run), command);
        }
    }

    fn side_of(&self, run: RunId) -> Side {
        match self.runs.contains_key(&run) {
            true => Side::Python,
            false => Side::Sql,
        }
    }

    /// Tells one of them how much it may hold: what the other leaves.
    fn share(&self, side: Side, routed: &mut Routed) {
        if let Some(budget) = self.budget
            && (side == Side::Sql || self.is_loaded)
        {
            let others = self.held.get(&side.other()).copied().unwrap_or(0);
            let bytes = budget.saturating_sub(others);
            routed.send.push((side, Command::Budget { bytes }));
        }
    }

    /// Answers what waits for connections that will not be.
    fn refuse(
        &mut self,
        error: &ErrorReport,
        concerned: impl Fn(Option<ConnectionId>) -> bool,
    ) -> Vec<Event> {
        let (refused, waiting): (Vec<_>, Vec<_>) = std::mem::take(&mut self.waiting)
            .into_iter()
            .partition(|command| concerned(connection_of(command)));
        self.waiting = waiting;
        let answer = |command| match command {
            Command::Run(request) => {
                self.runs.remove(&request.run);
                Some(Event::Failed {
                    run: request.run,
                    error: error.clone(),
                })
            }
            Command::Complete { request, at, .. } => Some(Event::Completions {
                request,
                start: at,
                items: Vec::new(),
            }),
            Command::Plan { request, .. } => Some(Event::Plan {
                request,
                plan: Err(error.clone()),
            }),
            _ => None,
        };
        refused.into_iter().filter_map(answer).collect()
    }
}

impl Routed {
    fn to(&mut self, side: Side, command: &Command) {
        self.send.push((side, command.clone()));
    }
}

impl Side {
    fn other(self) -> Self {
        match self {
            Self::Sql => Self::Python,
            Self::Python => Self::Sql,
        }
    }
}

fn connection_of(command: &Command) -> Option<ConnectionId> {
    match command {
        Command::Run(request) => Some(request.connection),
        Command::Complete { connection, .. } | Command::Plan { connection, .. } => Some(*connection),
        _ => None,
    }
}

/// The connection string with the session that is open already.
fn joining(connection_string: &str, session_id: &str) -> String {
    if connection_string.contains("session_id=") {
        return connection_string.to_owned();
    }
    let place = connection_string.trim_end_matches([';', '/']);
    let separator = if place.contains("/;") { "" } else { "/" };
    format!("{place}{separator};session_id={session_id}")
}

#[cfg(test)]
mod tests {
    use engine_api::{RequestId, RowLimit, RunRequest};

    use super::*;

    const HERE: ConnectionId = ConnectionId(1);

    fn run(run: u32, language: Language) -> Command {
        Command::Run(RunRequest {
            run: RunId(run),
            connection: HERE,
            language,
            source: "1".to_owned(),
            limit: RowLimit::All,
        })
    }

    fn connect(connection_string: &str) -> Command {
        Command::Connect {
            connection: HERE,
            endpoint: Endpoint {
                connection_string: connection_string.to_owned(),
            },
        }
    }

    fn connected() -> Event {
        Event::Connected {
            connection: HERE,
            spark_version: "4.3.0".to_owned(),
            session_id: "s".to_owned(),
            time_zone: "UTC".to_owned(),
        }
    }

    fn failed(run: u32, error: &ErrorReport) -> Event {
        Event::Failed {
            run: RunId(run),
            error: error.clone(),
        }
    }

    /// With a session on the first engine, and a budget.
    fn opened() -> Routes {
        let mut routes = Routes::default();
        routes.command(&Command::Budget { bytes: 100 });
        routes.command(&connect("sc://h:1"));
        assert_eq!(routes.event(Side::Sql, connected()).tell, [connected()]);
        routes
    }

    #[test]
    fn sql_needs_one_engine() {
        let mut routes = opened();
        for command in [
            run(1, Language::Sql),
            Command::Cancel { run: RunId(1) },
            Command::Close { run: RunId(1) },
        ] {
            let routed = routes.command(&command);
            assert_eq!((routed.send, routed.tell), (vec![(Side::Sql, command)], vec![]));
        }
    }

    #[test]
    fn the_second_engine_joins_the_session_first() {
        let mut routes = opened();
        let memory = |bytes| Event::Memory { bytes, budget: 0 };
        assert_eq!(
            routes.event(Side::Sql, memory(30)).tell,
            [Event::Memory {
                bytes: 30,
                budget: 100
            }]
        );
        let joining = [
            (Side::Python, Command::Budget { bytes: 70 }),
            (Side::Python, connect("sc://h:1/;session_id=s")),
        ];
        assert_eq!(routes.command(&run(1, Language::Python)).send, joining);
        assert_eq!(routes.command(&run(2, Language::Python)).send, []);
        assert_eq!(routes.event(Side::Python, Event::Ready), Routed::default());
        let routed = routes.event(Side::Python, connected());
        let runs = [1, 2].map(|at| (Side::Python, run(at, Language::Python)));
        assert_eq!((routed.send, routed.tell), (runs.to_vec(), vec![]));

        // What it holds, the other may not.
        let routed = routes.event(Side::Python, memory(20));
        assert_eq!(routed.send, [(Side::Sql, Command::Budget { bytes: 80 })]);
        assert_eq!(
            routed.tell,
            [Event::Memory {
                bytes: 50,
                budget: 100
            }]
        );
        assert_eq!(routes.event(Side::Python, memory(20)).send, []);

        let close = Command::Close { run: RunId(1) };
        assert_eq!(routes.command(&close).send, [(Side::Python, close.clone())]);
        let leave = Command::Disconnect { connection: HERE };
        let both = [(Side::Sql, leave.clone()), (Side::Python, leave.clone())];
        assert_eq!(routes.command(&leave).send, both);
    }

    #[test]
    fn what_waits_is_answered_when_nothing_comes_of_it() {
        let error = ErrorReport::new(ErrorKind::Unreachable, "Nobody is there.");
        let mut routes = opened();
        routes.command(&run(1, Language::Python));
        routes.command(&run(2, Language::Python));
        let complete = Command::Complete {
            connection: HERE,
            request: RequestId(7),
            source: "sp".to_owned(),
            at: 2,
        };
        routes.command(&complete);
        let stopped = ErrorReport::new(ErrorKind::Cancelled, "Stopped.");
        let routed = routes.command(&Command::Cancel { run: RunId(2) });
        assert_eq!((routed.send, routed.tell), (vec![], vec![failed(2, &stopped)]));
        let routed = routes.event(
            Side::Python,
            Event::ConnectFailed {
                connection: HERE,
                error: error.clone(),
            },
        );
        let nothing = Event::Completions {
            request: RequestId(7),
            start: 2,
            items: Vec::new(),
        };
        assert_eq!(
            (routed.send, routed.tell),
            (vec![], vec![failed(1, &error), nothing])
        );
        // The next one tries again.
        assert_eq!(routes.command(&run(3, Language::Python)).send.len(), 1);
    }

    #[test]
    fn runs_of_an_engine_that_ends_fail() {
        let mut routes = opened();
        routes.command(&run(1, Language::Python));
        routes.event(Side::Python, connected());
        let [Event::Failed { run: lost, error }] = &routes.lost("trap").tell[..] else {
            panic!("the run goes on")
        };
        assert_eq!(*lost, RunId(1));
        assert!(error.message.contains("trap"), "{}", error.message);
        assert_eq!(routes.command(&run(2, Language::Python)).send.len(), 2);
    }

    #[test]
    fn sessions_are_named_in_connection_strings() {
        for (given, expected) in [
            ("sc://h:1", "sc://h:1/;session_id=s"),
            ("sc://h:1/", "sc://h:1/;session_id=s"),
            ("sc://h:1/;use_ssl=true", "sc://h:1/;use_ssl=true;session_id=s"),
            ("sc://h:1/;use_ssl=true;", "sc://h:1/;use_ssl=true;session_id=s"),
            ("sc://h:1/;session_id=t", "sc://h:1/;session_id=t"),
        ] {
            assert_eq!(joining(given, "s"), expected);
        }
    }
}
