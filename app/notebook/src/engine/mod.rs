//! The engine as the page sees it: commands go in, events come out, questions get answers. That it is two, each in a worker
//! of its own, is known to `routes` only.
//!
//! Events are taken up once a frame, in order, so that a stream of rows costs one update of the page per frame.

mod routes;
mod worker;

use std::{collections::HashMap, rc::Rc};

use engine_api::{Command, Event, RequestId, RunId};
use futures::channel::oneshot;
use leptos::prelude::*;

use crate::browser;
use routes::{Routed, Routes, Side};
use worker::{FromWorker, WorkerLink};

/// Whether the engine can be spoken to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum EngineState {
    /// It is being loaded; commands wait.
    Loading,
    /// It takes commands.
    Ready,
    /// It ended or never came up, for this reason. Every result is lost.
    Failed(String),
}

/// The engine in its workers.
#[derive(Clone, Copy)]
pub(crate) struct Engine {
    state: RwSignal<EngineState>,
    inner: StoredValue<Inner, LocalStorage>,
}

type Listener = Rc<dyn Fn(Event)>;

struct Inner {
    url: String,
    python_url: String,
    worker: Option<WorkerLink>,
    /// Loaded when the first PySpark cell asks for something.
    python: Option<WorkerLink>,
    routes: Routes,
    listener: Option<Listener>,
    inbox: Vec<Event>,
    scheduled: bool,
    next_request: u32,
    questions: HashMap<RequestId, Question>,
}

struct Question {
    /// The run that it is about; when its result is dropped, no answer comes.
    run: Option<RunId>,
    answer: oneshot::Sender<Event>,
}

impl Engine {
    /// An engine that is not started yet: the addresses of its two workers.
    pub(crate) fn new(url: String, python_url: String) -> Self {
        let inner = Inner {
            url,
            python_url,
            worker: None,
            python: None,
            routes: Routes::default(),
            listener: None,
            inbox: Vec::new(),
            scheduled: false,
            next_request: 0,
            questions: HashMap::new(),
        };
        Self {
            state: RwSignal::new(EngineState::Loading),
            inner: StoredValue::new_local(inner),
        }
    }

    /// How the engine is.
    pub(crate) fn state(self) -> Signal<EngineState> {
        self.state.into()
    }

    /// Starts the worker, in place of one that ended. Events that answer no question go to the listener.
    pub(crate) fn start(self, listener: impl Fn(Event) + 'static) {
        self.inner
            .update_value(|inner| inner.listener = Some(Rc::new(listener)));
        self.restart();
    }

    /// Starts a new worker. What the old one held is gone.
    pub(crate) fn restart(self) {
        self.state.set(EngineState::Loading);
        self.forget();
        let url = self.inner.with_value(|inner| inner.url.clone());
        match WorkerLink::open(&url, move |message| self.receive(Side::Sql, message)) {
            Ok(link) => self.inner.update_value(|inner| inner.worker = Some(link)),
            Err(error) => self.state.set(EngineState::Failed(error)),
        }
    }

    /// Sends a command. Its answers come as events.
    pub(crate) fn send(self, command: &Command) {
        let routed = self.inner.try_update_value(|inner| inner.routes.command(command));
        self.follow(routed);
    }

    /// Does what the routes say.
    fn follow(self, routed: Option<Routed>) {
        let Some(Routed { send, tell }) = routed else {
            return;
        };
        for (side, command) in send {
            let sent = match side {
                Side::Sql => self.inner.with_value(|inner| match &inner.worker {
                    Some(worker) => worker.send(&command),
                    None => Ok(()),
                }),
                Side::Python => self.send_python(&command),
            };
            if let Err(error) = sent {
                self.ended(side, error);
            }
        }
        for event in tell {
            self.take_up(event);
        }
    }

    fn send_python(self, command: &Command) -> Result<(), String> {
        if self.inner.with_value(|inner| inner.python.is_none()) {
            let url = self.inner.with_value(|inner| inner.python_url.clone());
            let link = WorkerLink::open(&url, move |message| self.receive(Side::Python, message))?;
            self.inner.update_value(|inner| inner.python = Some(link));
        }
        self.inner.with_value(|inner| match &inner.python {
            Some(worker) => worker.send(command),
            None => Ok(()),
        })
    }

    /// Asks a question; the answer is the event that carries the same request. `None` if the engine ends first,
    /// or the run's result is dropped.
    pub(crate) async fn ask(
        self,
        run: Option<RunId>,
        command: impl FnOnce(RequestId) -> Command,
    ) -> Option<Event> {
        let (sender, receiver) = oneshot::channel();
        let request = self.inner.try_update_value(|inner| {
            inner.next_request = inner.next_request.wrapping_add(1);
            let request = RequestId(inner.next_request);
            inner.questions.insert(request, Question { run, answer: sender });
            request
        })?;
        self.send(&command(request));
        receiver.await.ok()
    }

    /// Drops the result of a run, and the questions about it.
    pub(crate) fn close(self, run: RunId) {
        self.inner
            .update_value(|inner| inner.questions.retain(|_, question| question.run != Some(run)));
        self.send(&Command::Close { run });
    }

    fn receive(self, side: Side, message: FromWorker) {
        match message {
            FromWorker::Event(event) => {
                let routed = self
                    .inner
                    .try_update_value(|inner| inner.routes.event(side, event));
                self.follow(routed);
            }
            FromWorker::Failed(reason) => self.ended(side, reason),
        }
    }

    fn take_up(self, event: Event) {
        let schedule = self.inner.try_update_value(|inner| {
            inner.inbox.push(event);
            !std::mem::replace(&mut inner.scheduled, true)
        });
        if schedule == Some(true) {
            browser::before_paint(move || self.deliver());
        }
    }

    /// One of the two ended. Without the first there is nothing; without the second PySpark cells begin anew.
    fn ended(self, side: Side, reason: String) {
        match side {
            Side::Sql => self.fail(reason),
            Side::Python => {
                let routed = self.inner.try_update_value(|inner| {
                    inner.python = None;
                    inner.routes.lost(&reason)
                });
                self.follow(routed);
            }
        }
    }

    /// Hands all events that came in since the last frame to those who wait for them.
    fn deliver(self) {
        let taken = self.inner.try_update_value(|inner| {
            inner.scheduled = false;
            (std::mem::take(&mut inner.inbox), inner.listener.clone())
        });
        let Some((events, listener)) = taken else { return };
        for event in events {
            if event == Event::Ready {
                self.state.set(EngineState::Ready);
            }
            let question = request_of(&event).and_then(|request| {
                self.inner
                    .try_update_value(|inner| inner.questions.remove(&request))
                    .flatten()
            });
            match (question, &listener) {
                // Whoever asked may have gone meanwhile.
                (Some(question), _) => drop(question.answer.send(event)),
                (None, Some(listener)) => listener(event),
                (None, None) => {}
            }
        }
    }

    fn fail(self, reason: String) {
        self.forget();
        self.state.set(EngineState::Failed(reason));
    }

    fn forget(self) {
        self.inner.update_value(|inner| {
            inner.worker = None;
            inner.python = None;
            inner.routes = Routes::default();
            inner.inbox.clear();
            inner.questions.clear();
        });
    }
}

fn request_of(event: &Event) -> Option<RequestId> {
    match event {
        Event::Window { request, .. }
        | Event::Value { request, .. }
        | Event::Copied { request, .. }
        | Event::Statistics { request, .. }
        | Event::Catalog { request, .. }
        | Event::Completions { request, .. }
        | Event::Plan { request, .. } => Some(*request),
        _ => None,
    }
}
