//! The engine as the page sees it: commands go in, events come out, questions get answers.
//!
//! Events are taken up once a frame, in order, so that a stream of rows costs one update of the page per frame.

mod worker;

use std::{collections::HashMap, rc::Rc};

use engine_api::{Command, Event, RequestId, RunId};
use futures::channel::oneshot;
use leptos::prelude::*;

use crate::browser;
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

/// The engine in its worker.
#[derive(Clone, Copy)]
pub(crate) struct Engine {
    state: RwSignal<EngineState>,
    inner: StoredValue<Inner, LocalStorage>,
}

type Listener = Rc<dyn Fn(Event)>;

struct Inner {
    url: String,
    worker: Option<WorkerLink>,
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
    /// An engine that is not started yet.
    pub(crate) fn new(url: String) -> Self {
        let inner = Inner {
            url,
            worker: None,
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
        match WorkerLink::open(&url, move |message| self.receive(message)) {
            Ok(link) => self.inner.update_value(|inner| inner.worker = Some(link)),
            Err(error) => self.state.set(EngineState::Failed(error)),
        }
    }

    /// Sends a command. Its answers come as events.
    pub(crate) fn send(self, command: &Command) {
        let sent = self.inner.with_value(|inner| match &inner.worker {
            Some(worker) => worker.send(command),
            None => Ok(()),
        });
        if let Err(error) = sent {
            self.fail(error);
        }
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

    fn receive(self, message: FromWorker) {
        match message {
            FromWorker::Event(event) => {
                let schedule = self.inner.try_update_value(|inner| {
                    inner.inbox.push(event);
                    !std::mem::replace(&mut inner.scheduled, true)
                });
                if schedule == Some(true) {
                    browser::before_paint(move || self.deliver());
                }
            }
            FromWorker::Failed(reason) => self.fail(reason),
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
