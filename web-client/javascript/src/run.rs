//! A running query, read one batch at a time: nothing is fetched while nobody asks.

use std::{cell::RefCell, rc::Rc};

use arrow_array::{Array as _, ArrayRef, RecordBatch};
use futures::StreamExt;
use js_sys::{Array, Function, Uint8Array};
use spark_connect_client::{Error, ErrorKind, Execution, Output, RetryPolicy, Session};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::spawn_local;

use crate::{call::Call, objects, value};

/// An operation that is interrupted on the server when it is dropped before its end.
pub(crate) struct Operation {
    execution: Execution,
    session: Session,
    tell: Function,
    state: State,
}

#[derive(PartialEq)]
enum State {
    New,
    Running,
    Over,
}

impl Operation {
    /// `tell` is called with what is no result: a name and an object.
    pub(crate) fn new(execution: Execution, session: &Session, tell: Function) -> Self {
        Self {
            execution,
            session: session.clone(),
            tell,
            state: State::New,
        }
    }

    /// The next output that is part of the result.
    pub(crate) async fn next(&mut self) -> Option<Result<Output, Error>> {
        if self.state == State::New {
            self.state = State::Running;
        }
        loop {
            match self.execution.next().await {
                Some(Ok(Output::Progress(told))) => {
                    self.tell(
                        "progress",
                        &objects::progress(&told, self.execution.operation_id()),
                    );
                }
                Some(Ok(Output::Retrying {
                    attempt,
                    attempts,
                    wait,
                    error,
                })) => {
                    let told = objects::object([
                        ("operationId", self.execution.operation_id().into()),
                        ("attempt", attempt.into()),
                        ("attempts", attempts.into()),
                        ("waitMs", (wait.as_secs_f64() * 1e3).round().into()),
                        ("error", objects::error(&error, "")),
                    ]);
                    self.tell("retrying", &told);
                }
                Some(Ok(output)) => return Some(Ok(output)),
                end => {
                    self.state = State::Over;
                    return end;
                }
            }
        }
    }

    fn tell(&self, what: &str, detail: &JsValue) {
        // The function catches what its listeners throw.
        let _ = self.tell.call2(&JsValue::UNDEFINED, &what.into(), detail);
    }
}

impl Drop for Operation {
    fn drop(&mut self) {
        if self.state != State::Running {
            return;
        }
        let session = self.session.with_retry_policy(RetryPolicy::quick());
        let id = self.execution.operation_id().to_owned();
        spawn_local(async move {
            // Dropping the execution releases the operation, which ends it as well; this only says why.
            let _ = session.interrupt_operation(&id).await;
        });
    }
}

/// A running query.
#[wasm_bindgen]
pub struct Run {
    /// Empty while a batch is being read, and after the end.
    operation: Rc<RefCell<Option<Operation>>>,
    /// The SQL text, for errors.
    text: Rc<str>,
}

impl std::fmt::Debug for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Run")
            .field("text", &self.text)
            .finish_non_exhaustive()
    }
}

impl Run {
    pub(crate) fn new(operation: Operation, text: Rc<str>) -> Self {
        Self {
            operation: Rc::new(RefCell::new(Some(operation))),
            text,
        }
    }
}

#[wasm_bindgen]
impl Run {
    /// Reads the next batch: the bytes of an Arrow IPC stream, or `{ names, columns, rows }`, as it was asked for.
    /// Nothing after the last one. Aborting the call ends the query.
    pub fn next(&self) -> Call {
        let (place, text) = (self.operation.clone(), self.text.clone());
        Call::start(async move {
            let Some(mut operation) = place.take() else {
                return Ok(JsValue::UNDEFINED);
            };
            while let Some(output) = operation.next().await {
                let batch = match output {
                    Ok(Output::Ipc(stream)) => Ok(Uint8Array::from(stream.as_slice()).into()),
                    Ok(Output::Batch(batch)) => columns(&batch),
                    Ok(_) => continue,
                    Err(error) => Err(error),
                };
                let batch = batch.map_err(|error| objects::error(&error, &text))?;
                place.replace(Some(operation));
                return Ok(batch);
            }
            Ok(JsValue::UNDEFINED)
        })
    }

    /// Ends the query, also on the server, if no batch is being read.
    pub fn stop(&self) {
        drop(self.operation.take());
    }
}

/// A batch as arrays of values, one for each column.
fn columns(batch: &RecordBatch) -> Result<JsValue, Error> {
    let column = |column: &ArrayRef| -> Result<JsValue, Error> {
        let values = Array::new_with_length(column.len() as u32);
        for (at, index) in (0..column.len()).zip(0_u32..) {
            let value = value::value(column, at).map_err(|fault| Error::new(ErrorKind::Invalid, fault))?;
            values.set(index, objects::value(value));
        }
        Ok(values.into())
    };
    let columns: Vec<JsValue> = batch.columns().iter().map(column).collect::<Result<_, _>>()?;
    let schema = batch.schema();
    Ok(objects::object([
        (
            "names",
            objects::array(schema.fields().iter().map(|field| field.name().into())),
        ),
        ("columns", objects::array(columns)),
        ("rows", (batch.num_rows() as u32).into()),
    ]))
}
