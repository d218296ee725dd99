//! Reattachable execution as a pure state machine: what happened goes in, what to do comes out.
//!
//! The rules are PySpark's `ExecutePlanResponseReattachableIterator`. Clock, randomness, streams and requests
//! belong to the loop that drives it.

use std::time::Duration;

use crate::{
    error::{Error, ErrorKind},
    retry::{Retries, RetryPolicy},
};

/// A stream that the server ends without a response after less than this is not one of its regular cuts.
const REGULAR_SEGMENT: Duration = Duration::from_secs(10);

/// What is to be done about the stream of responses.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Step {
    /// Read the next response of the open stream.
    Read,
    /// Wait, then open a stream.
    Open {
        /// With which request.
        how: Open,
        /// After how long.
        wait: Duration,
    },
    /// The result is complete.
    Finish,
    /// The operation failed; nothing helps.
    Fail(Failure),
}

/// With which request a stream is opened.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Open {
    /// `ExecutePlan`: the server does not know the operation yet.
    Execute,
    /// `ReattachExecute`, to go on after this response; from the start when there was none.
    Reattach { after: Option<String> },
}

/// Why an operation failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The error that was reported last is final.
    Error,
    /// The server lost the operation after a part of its result was read.
    Lost,
    /// The stream kept ending early until no try was left.
    EndsEarly,
}

/// What may be freed on the server.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Release {
    /// Every response up to this one.
    Until(String),
    /// The whole operation.
    All,
}

/// One operation, from the request to its last response.
#[derive(Debug)]
pub(crate) struct Machine {
    retries: Retries,
    last_response: Option<String>,
    answered: bool,
}

impl Machine {
    pub(crate) fn new(policy: RetryPolicy) -> Self {
        Self {
            retries: Retries::new(policy),
            last_response: None,
            answered: false,
        }
    }

    /// The first step.
    pub(crate) fn start(&self) -> Step {
        Step::Open {
            how: Open::Execute,
            wait: Duration::ZERO,
        }
    }

    /// A stream was opened; it has not brought a response yet.
    pub(crate) fn opened(&mut self) {
        self.answered = false;
    }

    /// A response came. It is to be delivered before the step is taken.
    pub(crate) fn response(&mut self, id: &str, complete: bool) -> (Release, Step) {
        self.retries.reset();
        self.answered = true;
        self.last_response = Some(id.to_owned());
        if complete {
            (Release::All, Step::Finish)
        } else {
            (Release::Until(id.to_owned()), Step::Read)
        }
    }

    /// The stream ended without an error and before the result was complete: a cut that servers make by design,
    /// or an accident of something in between.
    pub(crate) fn ended(&mut self, lasted: Duration, random: f64) -> Step {
        if self.answered || lasted >= REGULAR_SEGMENT {
            return Step::Open {
                how: self.reattach(),
                wait: Duration::ZERO,
            };
        }
        match self.retries.next_wait(None, random) {
            Some(wait) => Step::Open {
                how: self.reattach(),
                wait,
            },
            None => Step::Fail(Failure::EndsEarly),
        }
    }

    /// The request or the stream failed.
    pub(crate) fn failed(&mut self, error: &Error, random: f64) -> Step {
        let unknown =
            error.is("INVALID_HANDLE.OPERATION_NOT_FOUND") || error.is("INVALID_HANDLE.SESSION_NOT_FOUND");
        let how = match (unknown, &self.last_response) {
            (true, Some(_)) => return Step::Fail(Failure::Lost),
            // The first request never reached the server.
            (true, None) => Open::Execute,
            // Or it only seemed so: it was slow, and the second one found the operation that it had begun.
            (false, None) if error.is("INVALID_HANDLE.OPERATION_ALREADY_EXISTS") => self.reattach(),
            (false, _) if error.is_retryable() || error.kind == ErrorKind::DeadlineExceeded => {
                self.reattach()
            }
            (false, _) => return Step::Fail(Failure::Error),
        };
        match self.retries.next_wait(error.retry_after, random) {
            Some(wait) => Step::Open { how, wait },
            None => Step::Fail(Failure::Error),
        }
    }

    /// Which try comes next, from 1, and how many there are.
    pub(crate) fn tries(&self) -> (u32, u32) {
        self.retries.count()
    }

    fn reattach(&self) -> Open {
        Open::Reattach {
            after: self.last_response.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use tonic::{Code, Status};
    use tonic_types::StatusExt;

    use super::*;

    fn machine() -> Machine {
        Machine::new(RetryPolicy::default())
    }

    fn open(how: Open, milliseconds: u64) -> Step {
        Step::Open {
            how,
            wait: Duration::from_millis(milliseconds),
        }
    }

    fn after(id: &str) -> Open {
        Open::Reattach {
            after: Some(id.to_owned()),
        }
    }

    fn error(status: Status) -> Error {
        Error::from(status)
    }

    fn not_found() -> Error {
        error(Status::internal("[INVALID_HANDLE.OPERATION_NOT_FOUND] x"))
    }

    #[test]
    fn a_stream_without_faults() {
        let mut m = machine();
        assert_eq!(m.start(), open(Open::Execute, 0));
        m.opened();
        assert_eq!(m.response("a", false), (Release::Until("a".into()), Step::Read));
        assert_eq!(m.response("b", true), (Release::All, Step::Finish));
    }

    #[test]
    fn a_regular_cut_is_reattached_at_once() {
        let mut m = machine();
        m.opened();
        m.response("a", false);
        assert_eq!(m.ended(Duration::ZERO, 0.0), open(after("a"), 0));
        m.opened();
        assert_eq!(m.ended(Duration::from_secs(120), 0.0), open(after("a"), 0));
    }

    #[test]
    fn empty_streams_do_not_make_a_hot_loop() {
        let mut m = machine();
        let mut waits = Vec::new();
        loop {
            m.opened();
            match m.ended(Duration::from_millis(3), 0.0) {
                Step::Open { how, wait } => {
                    assert_eq!(how, Open::Reattach { after: None });
                    waits.push(wait.as_millis());
                }
                step => {
                    assert_eq!(step, Step::Fail(Failure::EndsEarly));
                    break;
                }
            }
        }
        assert_eq!(waits.len(), 15);
        assert_eq!(waits[..3], [50, 200, 800]);
    }

    #[test]
    fn a_lost_connection_is_taken_up_after_the_last_response() {
        let mut m = machine();
        m.opened();
        assert_eq!(
            m.failed(&error(Status::unavailable("x")), 0.0),
            open(Open::Reattach { after: None }, 50)
        );
        m.opened();
        m.response("a", false);
        assert_eq!(
            m.failed(&error(Status::unavailable("x")), 0.0),
            open(after("a"), 50)
        );
        assert_eq!(
            m.failed(&error(Status::unavailable("x")), 0.0),
            open(after("a"), 200)
        );
        assert_eq!(m.tries(), (2, 15));
        let disconnected = error(Status::internal("[INVALID_CURSOR.DISCONNECTED]"));
        assert_eq!(m.failed(&disconnected, 0.0), open(after("a"), 800));
        assert_eq!(
            m.failed(&error(Status::deadline_exceeded("x")), 0.0),
            open(after("a"), 3_200)
        );
    }

    /// What may happen to a stream, and what comes of it before the first response and after one.
    #[test]
    fn every_cut_at_every_point() {
        type Event = Box<dyn Fn(&mut Machine) -> Step>;
        let fails = |status: fn() -> Status| -> Event { Box::new(move |m| m.failed(&error(status()), 0.0)) };
        let internal = |text: &'static str| -> Event {
            Box::new(move |m| m.failed(&error(Status::internal(format!("[{text}] x"))), 0.0))
        };
        let ends = |seconds| -> Event { Box::new(move |m| m.ended(Duration::from_secs(seconds), 0.0)) };
        let anew = || Open::Reattach { after: None };
        let asked = |seconds| -> Event {
            Box::new(move |m| {
                let retry = tonic_types::ErrorDetails::with_retry_info(Some(Duration::from_secs(seconds)));
                m.failed(&error(Status::with_error_details(Code::Unknown, "x", retry)), 0.0)
            })
        };
        let (failed, lost) = (Step::Fail(Failure::Error), Step::Fail(Failure::Lost));
        let rows: Vec<(&str, Event, Step, Step)> = vec![
            ("it ends at once", ends(0), open(anew(), 50), open(after("a"), 0)),
            (
                "it ends as servers end it",
                ends(120),
                open(anew(), 0),
                open(after("a"), 0),
            ),
            (
                "the connection breaks",
                fails(|| Status::unavailable("x")),
                open(anew(), 50),
                open(after("a"), 50),
            ),
            (
                "it takes too long",
                fails(|| Status::deadline_exceeded("x")),
                open(anew(), 50),
                open(after("a"), 50),
            ),
            (
                "another stream took over",
                internal("INVALID_CURSOR.DISCONNECTED"),
                open(anew(), 50),
                open(after("a"), 50),
            ),
            (
                "the server asks for patience",
                asked(7),
                open(anew(), 7_000),
                open(after("a"), 7_000),
            ),
            (
                "for too much of it",
                asked(9_999),
                open(anew(), 600_000),
                open(after("a"), 600_000),
            ),
            ("for none", asked(0), open(anew(), 50), open(after("a"), 50)),
            (
                "the operation is not there",
                internal("INVALID_HANDLE.OPERATION_NOT_FOUND"),
                open(Open::Execute, 50),
                lost.clone(),
            ),
            (
                "the session is not there",
                internal("INVALID_HANDLE.SESSION_NOT_FOUND"),
                open(Open::Execute, 50),
                lost,
            ),
            (
                "the operation is there already",
                internal("INVALID_HANDLE.OPERATION_ALREADY_EXISTS"),
                open(anew(), 50),
                failed.clone(),
            ),
            (
                "the session is another one",
                internal("INVALID_HANDLE.SESSION_CHANGED"),
                failed.clone(),
                failed.clone(),
            ),
            (
                "the operation was given up",
                internal("INVALID_HANDLE.OPERATION_ABANDONED"),
                failed.clone(),
                failed.clone(),
            ),
            (
                "Spark fails",
                internal("DIVIDE_BY_ZERO"),
                failed.clone(),
                failed.clone(),
            ),
            (
                "access is denied",
                fails(|| Status::permission_denied("x")),
                failed.clone(),
                failed.clone(),
            ),
            (
                "it is cancelled",
                fails(|| Status::cancelled("x")),
                failed.clone(),
                failed.clone(),
            ),
            (
                "too much is asked",
                fails(|| Status::resource_exhausted("x")),
                failed.clone(),
                failed,
            ),
        ];
        for (event, happens, before, later) in rows {
            for responses in 0..3 {
                let mut m = machine();
                m.opened();
                for at in 0..responses {
                    // Only the last one counts.
                    m.response(if at + 1 == responses { "a" } else { "earlier" }, false);
                }
                let expected = if responses == 0 { &before } else { &later };
                assert_eq!(&happens(&mut m), expected, "{event} after {responses} responses");
            }
        }
    }

    /// A message may speak of anything; the error class decides.
    #[test]
    fn words_in_a_message_decide_nothing() {
        let metadata = [("errorClass".to_owned(), "USER_RAISED_EXCEPTION".to_owned())];
        let details = tonic_types::ErrorDetails::with_error_info("r", "d", metadata);
        for text in [
            "INVALID_HANDLE.OPERATION_NOT_FOUND",
            "INVALID_CURSOR.DISCONNECTED",
        ] {
            let status = Status::with_error_details(Code::Internal, text, details.clone());
            assert_eq!(
                machine().failed(&error(status), 0.0),
                Step::Fail(Failure::Error),
                "{text}"
            );
        }
    }

    #[test]
    fn a_response_makes_the_tries_fresh() {
        let mut m = machine();
        let gone = error(Status::unavailable("x"));
        for _ in 0..15 {
            assert!(matches!(m.failed(&gone, 0.0), Step::Open { .. }));
        }
        m.response("a", false);
        assert_eq!(m.failed(&gone, 0.0), open(after("a"), 50));
        assert_eq!(m.tries(), (1, 15));
    }

    #[test]
    fn an_operation_that_never_arrived_is_sent_again() {
        let mut m = machine();
        m.failed(&error(Status::unavailable("x")), 0.0);
        assert_eq!(m.failed(&not_found(), 0.0), open(Open::Execute, 200));
        let session = error(Status::internal("[INVALID_HANDLE.SESSION_NOT_FOUND]"));
        assert_eq!(m.failed(&session, 0.0), open(Open::Execute, 800));
    }

    #[test]
    fn an_operation_lost_in_mid_result_is_never_run_twice() {
        let mut m = machine();
        m.response("a", false);
        assert_eq!(m.failed(&not_found(), 0.0), Step::Fail(Failure::Lost));
    }

    #[test]
    fn other_errors_are_final_and_tries_are_counted() {
        let mut m = machine();
        assert_eq!(
            m.failed(&error(Status::internal("x")), 0.0),
            Step::Fail(Failure::Error)
        );
        let mut m = machine();
        let gone = error(Status::unavailable("x"));
        let tries =
            std::iter::from_fn(|| matches!(m.failed(&gone, 0.0), Step::Open { .. }).then_some(())).count();
        assert_eq!(tries, 15);
    }
}
