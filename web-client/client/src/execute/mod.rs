//! Running a plan: the loop that drives the reattach machine and hands out what comes back.

mod machine;
mod observed;
mod release;
mod sql;

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use arrow_array::RecordBatch;
use arrow_buffer::Buffer;
use futures::{Stream, StreamExt, stream::BoxStream};
use spark_connect_proto::connect::{self as pb, execute_plan_response::ResponseType};
use tonic::{Status, Streaming};

pub use self::observed::ObservedMetrics;
use self::{
    machine::{Failure, Machine, Open, Release, Step},
    release::Releaser,
};
use crate::{
    call::{Caller, Going, Sent, too_late},
    error::{Error, ErrorKind, Result},
    platform,
    result::{BatchReader, Form, Rows},
};

/// How long one stream may take before another one is opened in its place.
const SEGMENT_DEADLINE: Duration = Duration::from_secs(600);

/// One thing that a running operation tells.
#[derive(Clone, Debug)]
pub enum Output {
    /// The schema of the result. Comes before the first batch.
    Schema(pb::data_type::Struct),
    /// The next rows.
    Batch(RecordBatch),
    /// The next rows where they are asked for as Arrow IPC: a complete stream with its schema, verified, its buffers
    /// not compressed.
    Ipc(Buffer),
    /// How far the server is.
    Progress(pb::execute_plan_response::ExecutionProgress),
    /// What the query's operators counted.
    Metrics(pb::execute_plan_response::Metrics),
    /// Values that `DataFrame.observe` asked for.
    Observed(Vec<ObservedMetrics>),
    /// What a `SqlCommand` came to: the query, to be run, or the result of the command that ran.
    Sql(Box<pb::Relation>),
    /// The result of any other command.
    Command(Box<ResponseType>),
    /// The connection broke. It is taken up again after the wait, without losing or repeating anything.
    Retrying {
        /// Which try comes next, from 1.
        attempt: u32,
        /// How many there are.
        attempts: u32,
        /// How long until then.
        wait: Duration,
        /// What broke.
        error: Error,
    },
}

/// A running operation: a stream of [`Output`] that ends with the operation.
///
/// Always reattachable: a stream that the network or the server cuts is taken up where it ended. Dropping it aborts
/// the stream and releases the operation on the server, which ends a query that still runs.
pub struct Execution {
    operation_id: String,
    outputs: BoxStream<'static, Result<Output>>,
}

impl Execution {
    pub(crate) fn new(caller: Arc<Caller>, plan: pb::Plan, form: Form) -> Self {
        let operation_id = uuid::Uuid::new_v4().to_string();
        let id = operation_id.clone();
        let outputs = run(caller.clone(), plan, operation_id.clone(), form)
            .inspect(move |output| match output {
                Ok(Output::Progress(progress)) => caller.watch(&id, Going::Progress(progress)),
                Ok(Output::Retrying {
                    attempt,
                    attempts,
                    wait,
                    error,
                }) => caller.watch(
                    &id,
                    Going::Retrying {
                        attempt: *attempt,
                        attempts: *attempts,
                        wait: *wait,
                        error,
                    },
                ),
                _ => {}
            })
            .boxed();
        Self {
            operation_id,
            outputs,
        }
    }

    /// The operation's id on the server, for [`Session::interrupt_operation`].
    pub fn operation_id(&self) -> &str {
        &self.operation_id
    }

    /// Runs to the end and returns all rows.
    pub async fn collect(mut self) -> Result<Vec<RecordBatch>> {
        let mut batches = Vec::new();
        while let Some(output) = self.next().await {
            if let Output::Batch(batch) = output? {
                batches.push(batch);
            }
        }
        Ok(batches)
    }
}

impl Stream for Execution {
    type Item = Result<Output>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.outputs.as_mut().poll_next(cx)
    }
}

impl std::fmt::Debug for Execution {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Execution")
            .field("operation_id", &self.operation_id)
            .finish_non_exhaustive()
    }
}

type Responses = Streaming<pb::ExecutePlanResponse>;

fn run(
    caller: Arc<Caller>,
    plan: pb::Plan,
    operation_id: String,
    form: Form,
) -> impl Stream<Item = Result<Output>> + Send {
    async_stream::stream! {
        if let Err(error) = caller.check_plan(&plan).await {
            yield Err(error);
            return;
        }
        caller.tell(Sent::Plan(&plan));
        let mut sent = caller.pack(&plan).await;
        let mut machine = Machine::new(caller.retry_policy().clone());
        let releaser = Releaser::new(caller.clone(), operation_id.clone());
        let mut reader = BatchReader::new(form);
        let mut responses: Option<Responses> = None;
        let mut opened_at = platform::now();
        let mut last_error = None;
        let mut step = machine.start();
        loop {
            step = match step {
                Step::Open { how, wait } => {
                    responses = None;
                    if let Some(error) = last_error.take() {
                        let (attempt, attempts) = machine.tries();
                        yield Ok(Output::Retrying { attempt, attempts, wait, error });
                    }
                    if !wait.is_zero() {
                        platform::sleep(wait).await;
                    }
                    machine.opened();
                    opened_at = platform::now();
                    match within_deadline(opened_at, Box::pin(open(&caller, &sent, &operation_id, how))).await {
                        Ok(stream) => {
                            responses = Some(stream);
                            Step::Read
                        }
                        Err(status) => {
                            let error = Error::from(status);
                            if caller.refuses_compression(&sent, &error) {
                                sent = plan.clone();
                                machine.start()
                            } else {
                                fail(&mut machine, &mut last_error, error)
                            }
                        }
                    }
                }
                Step::Read => {
                    let Some(stream) = responses.as_mut() else {
                        yield Err(Error::protocol("no stream is open"));
                        return;
                    };
                    match within_deadline(opened_at, stream.message()).await {
                        Ok(Some(response)) => {
                            if let Err(error) = caller.check(&response) {
                                yield Err(error);
                                return;
                            }
                            let complete =
                                matches!(response.response_type, Some(ResponseType::ResultComplete(_)));
                            let (release, next) = machine.response(&response.response_id, complete);
                            for output in outputs(&mut reader, response, &plan) {
                                let failed = output.is_err();
                                if let Ok(Output::Observed(all)) = &output {
                                    all.iter().for_each(|one| caller.observed(&one.name, &one.metrics));
                                }
                                yield output;
                                if failed {
                                    return;
                                }
                            }
                            match release {
                                Release::Until(response) => releaser.release_until(response),
                                Release::All => releaser.release_all(),
                            }
                            next
                        }
                        Ok(None) => {
                            let lasted = Duration::from_secs_f64((platform::now() - opened_at).max(0.0) / 1e3);
                            machine.ended(lasted, platform::random())
                        }
                        Err(status) => {
                            let error = Error::from(status);
                            if caller.refuses_compression(&sent, &error) {
                                sent = plan.clone();
                                machine.start()
                            } else {
                                fail(&mut machine, &mut last_error, error)
                            }
                        }
                    }
                }
                Step::Finish => {
                    if let Err(error) = reader.finish() {
                        yield Err(error);
                    }
                    return;
                }
                Step::Fail(failure) => {
                    releaser.release_all();
                    yield Err(final_error(&caller, failure, last_error.take()).await);
                    return;
                }
            };
        }
    }
}

async fn open(caller: &Caller, plan: &pb::Plan, operation_id: &str, how: Open) -> Result<Responses, Status> {
    let mut client = caller.client();
    let requests = caller.requests();
    let response = match how {
        Open::Execute => {
            client
                .execute_plan(requests.execute_plan(plan.clone(), operation_id))
                .await?
        }
        Open::Reattach { after } => {
            client
                .reattach_execute(requests.reattach(operation_id, after))
                .await?
        }
    };
    Ok(response.into_inner())
}

/// Ends a wait for the server when the stream that began at `opened_at` has had its time.
async fn within_deadline<T>(
    opened_at: f64,
    work: impl Future<Output = Result<T, Status>>,
) -> Result<T, Status> {
    let passed = Duration::from_secs_f64((platform::now() - opened_at).max(0.0) / 1e3);
    let result = platform::timeout(SEGMENT_DEADLINE.saturating_sub(passed), work).await;
    result.unwrap_or_else(|| Err(too_late(SEGMENT_DEADLINE)))
}

fn fail(machine: &mut Machine, last_error: &mut Option<Error>, error: Error) -> Step {
    let step = machine.failed(&error, platform::random());
    *last_error = Some(error);
    step
}

async fn final_error(caller: &Caller, failure: Failure, error: Option<Error>) -> Error {
    match (failure, error) {
        (Failure::Lost, error) => Error {
            kind: ErrorKind::SessionLost,
            message: "The server lost the query after a part of its result had arrived; it was probably restarted. \
                      Run the query again."
                .to_owned(),
            code: error.as_ref().and_then(|e| e.code),
            spark: error.and_then(|e| e.spark),
            retry_after: None,
        },
        (Failure::Error, Some(error)) => caller.with_details(error).await,
        (Failure::EndsEarly | Failure::Error, _) => Error::new(
            ErrorKind::Unreachable,
            "The server, or something before it, keeps closing the connection before the result is complete.",
        ),
    }
}

/// What a response tells, in the order in which it is to be read.
fn outputs(
    reader: &mut BatchReader,
    response: pb::ExecutePlanResponse,
    plan: &pb::Plan,
) -> Vec<Result<Output>> {
    let mut outputs = Vec::new();
    let says_more =
        response.schema.is_some() || response.metrics.is_some() || !response.observed_metrics.is_empty();
    if let Some(pb::DataType {
        kind: Some(pb::data_type::Kind::Struct(schema)),
    }) = response.schema
    {
        reader.expect(&schema);
        outputs.push(Ok(Output::Schema(schema)));
    }
    if let Some(metrics) = response.metrics {
        outputs.push(Ok(Output::Metrics(metrics)));
    }
    if !response.observed_metrics.is_empty() {
        let observed = response.observed_metrics.into_iter().map(Into::into);
        outputs.push(Ok(Output::Observed(observed.collect())));
    }
    match response.response_type {
        Some(ResponseType::ArrowBatch(batch)) => match reader.read(batch) {
            Ok(Rows::Batches(batches)) => {
                outputs.extend(batches.into_iter().map(|batch| Ok(Output::Batch(batch))));
            }
            Ok(Rows::Ipc(stream)) => outputs.push(Ok(Output::Ipc(stream))),
            Ok(Rows::Incomplete) => {}
            Err(error) => outputs.push(Err(error)),
        },
        Some(ResponseType::ExecutionProgress(progress)) => outputs.push(Ok(Output::Progress(progress))),
        Some(ResponseType::SqlCommandResult(result)) => {
            outputs.push(sql::result(result.relation, plan).map(|relation| Output::Sql(Box::new(relation))));
        }
        Some(ResponseType::ResultComplete(_)) => {}
        None if says_more => {}
        // It could have been rows.
        None => outputs.push(Err(Error::protocol(
            "a response is of a kind that this client does not know",
        ))),
        Some(other) => outputs.push(Ok(Output::Command(Box::new(other)))),
    }
    outputs
}
