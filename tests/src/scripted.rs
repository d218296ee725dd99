//! A Spark that follows a script: its answers, its mistakes and its silences are the test's. It runs no query.

use std::{
    collections::HashSet,
    net::SocketAddr,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use anyhow::Result;
use futures::{Stream, stream};
use http::HeaderMap;
use spark_connect_client::proto::{
    self as pb,
    release_execute_request::Release,
    spark_connect_service_server::{SparkConnectService, SparkConnectServiceServer},
};
use tokio::{net::TcpListener, task::JoinHandle};
use tonic::{Code, Request, Response, Status, metadata::MetadataMap, transport::server::TcpIncoming};
use tonic_types::{ErrorDetails, StatusExt};

/// A stream of responses that a client asks for.
#[derive(Clone, Debug)]
pub struct Opening {
    /// How many streams of the operation were asked for before.
    pub number: usize,
    /// How it is asked for.
    pub how: How,
    /// The client's session.
    pub session_id: String,
    /// The operation.
    pub operation_id: String,
    /// The request's headers.
    pub headers: MetadataMap,
}

/// How a stream is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum How {
    /// `ExecutePlan`.
    Execute,
    /// `ReattachExecute`, to go on after this response.
    Reattach {
        /// The last response that the client has, if it has any.
        after: Option<String>,
    },
}

/// What the server answers to an opening: a refusal, or responses that may end with an error.
pub type Answer = Result<Vec<Result<pb::ExecutePlanResponse, Status>>, Status>;

/// What clients asked of the server.
#[derive(Clone, Debug, Default)]
pub struct Log {
    /// Streams, in order.
    pub openings: Vec<Opening>,
    /// Releases: up to a response, or, if none, of the whole operation.
    pub releases: Vec<Option<String>>,
    /// Operations that were released as a whole.
    pub released: HashSet<String>,
    /// Calls for the details of an error.
    pub details: usize,
    /// Sessions that were ended.
    pub ended: Vec<String>,
}

impl Log {
    /// How often a plan was sent to be run.
    pub fn executions(&self) -> usize {
        self.openings
            .iter()
            .filter(|opening| opening.how == How::Execute)
            .count()
    }
}

/// The server. It stops when dropped.
#[derive(Debug)]
pub struct ScriptedSpark {
    /// Where it listens.
    pub address: SocketAddr,
    log: Arc<Mutex<Log>>,
    release_time: Arc<Mutex<Duration>>,
    task: JoinHandle<()>,
}

impl ScriptedSpark {
    /// Starts a server that answers as `script` says.
    pub async fn start(script: impl Fn(&Opening) -> Answer + Send + Sync + 'static) -> Result<Self> {
        Self::start_with_headers(script, HeaderMap::new()).await
    }

    /// Starts a server that sends these headers with every answer, whatever bytes they hold.
    pub async fn start_with_headers(
        script: impl Fn(&Opening) -> Answer + Send + Sync + 'static,
        headers: HeaderMap,
    ) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (log, release_time) = (Arc::default(), Arc::default());
        let service = SparkConnectServiceServer::new(Service {
            script: Box::new(script),
            log: Arc::clone(&log),
            release_time: Arc::clone(&release_time),
        });
        let with_headers = tower::util::MapResponseLayer::new(move |mut response: http::Response<_>| {
            response.headers_mut().extend(headers.clone());
            response
        });
        let server = tonic::transport::Server::builder()
            .layer(with_headers)
            .add_service(service)
            .serve_with_incoming(TcpIncoming::from(listener).with_nodelay(Some(true)));
        let task = tokio::spawn(async move {
            // It ends with the test, and says nothing then.
            let _ = server.await;
        });
        Ok(Self {
            address,
            log,
            release_time,
            task,
        })
    }

    /// Lets the answer to a release take this long.
    pub fn set_release_time(&self, time: Duration) {
        *lock(&self.release_time) = time;
    }

    /// Whether an operation was released as a whole since the last look.
    pub fn is_released(&self, operation: &str) -> bool {
        lock(&self.log).released.contains(operation)
    }

    /// What was asked since the last look.
    pub fn take_log(&self) -> Log {
        std::mem::take(&mut *lock(&self.log))
    }
}

impl Drop for ScriptedSpark {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A script that keeps to the protocol: it runs an operation once, goes on where the client stopped, and knows nothing
/// of operations that never reached it. What it answers passes through `change` on its way.
pub fn faithful(
    responses: Vec<pb::ExecutePlanResponse>,
    change: impl Fn(&Opening, Vec<pb::ExecutePlanResponse>) -> Answer + Send + Sync + 'static,
) -> impl Fn(&Opening) -> Answer + Send + Sync + 'static {
    let known = Mutex::new(HashSet::new());
    move |opening| {
        let mut left: Vec<_> = responses.clone();
        for response in &mut left {
            response.session_id.clone_from(&opening.session_id);
            response.operation_id.clone_from(&opening.operation_id);
        }
        let is_new = lock(&known).insert(opening.operation_id.clone());
        match &opening.how {
            How::Execute if !is_new => return Err(spark_error("INVALID_HANDLE.OPERATION_ALREADY_EXISTS")),
            How::Execute => {}
            How::Reattach { .. } if is_new => {
                lock(&known).remove(&opening.operation_id);
                return Err(spark_error("INVALID_HANDLE.OPERATION_NOT_FOUND"));
            }
            How::Reattach { after: None } => {}
            How::Reattach { after: Some(id) } => match left.iter().position(|r| r.response_id == *id) {
                Some(at) => drop(left.drain(..=at)),
                None => return Err(spark_error("INVALID_CURSOR.POSITION_NOT_AVAILABLE")),
            },
        }
        change(opening, left)
    }
}

/// An error as Spark sends it.
pub fn spark_error(class: &str) -> Status {
    let metadata = [
        ("errorClass".to_owned(), class.to_owned()),
        ("errorId".to_owned(), "e1".to_owned()),
    ];
    let details =
        ErrorDetails::with_error_info("org.apache.spark.SparkSQLException", "org.apache.spark", metadata);
    Status::with_error_details(Code::Internal, format!("[{class}] As the script says."), details)
}

struct Service {
    script: Box<dyn Fn(&Opening) -> Answer + Send + Sync>,
    log: Arc<Mutex<Log>>,
    release_time: Arc<Mutex<Duration>>,
}

type Responses = Pin<Box<dyn Stream<Item = Result<pb::ExecutePlanResponse, Status>> + Send>>;

impl Service {
    fn open(
        &self,
        how: How,
        session_id: String,
        operation_id: String,
        headers: MetadataMap,
    ) -> Result<Response<Responses>, Status> {
        let opening = {
            let mut log = lock(&self.log);
            let opening = Opening {
                number: log
                    .openings
                    .iter()
                    .filter(|before| before.operation_id == operation_id)
                    .count(),
                how,
                session_id,
                operation_id,
                headers,
            };
            log.openings.push(opening.clone());
            opening
        };
        let responses = (self.script)(&opening)?;
        Ok(Response::new(Box::pin(stream::iter(responses))))
    }
}

#[tonic::async_trait]
impl SparkConnectService for Service {
    type ExecutePlanStream = Responses;
    type ReattachExecuteStream = Responses;

    async fn execute_plan(
        &self,
        request: Request<pb::ExecutePlanRequest>,
    ) -> Result<Response<Responses>, Status> {
        let (headers, _, request) = request.into_parts();
        self.open(
            How::Execute,
            request.session_id,
            request.operation_id.unwrap_or_default(),
            headers,
        )
    }

    async fn reattach_execute(
        &self,
        request: Request<pb::ReattachExecuteRequest>,
    ) -> Result<Response<Responses>, Status> {
        let (headers, _, request) = request.into_parts();
        let how = How::Reattach {
            after: request.last_response_id,
        };
        self.open(how, request.session_id, request.operation_id, headers)
    }

    async fn release_execute(
        &self,
        request: Request<pb::ReleaseExecuteRequest>,
    ) -> Result<Response<pb::ReleaseExecuteResponse>, Status> {
        let request = request.into_inner();
        {
            let mut log = lock(&self.log);
            let until = match request.release {
                Some(Release::ReleaseUntil(until)) => Some(until.response_id),
                _ => None,
            };
            if until.is_none() {
                log.released.insert(request.operation_id);
            }
            log.releases.push(until);
        }
        let time = *lock(&self.release_time);
        tokio::time::sleep(time).await;
        Ok(Response::new(pb::ReleaseExecuteResponse {
            session_id: request.session_id,
            ..Default::default()
        }))
    }

    async fn fetch_error_details(
        &self,
        request: Request<pb::FetchErrorDetailsRequest>,
    ) -> Result<Response<pb::FetchErrorDetailsResponse>, Status> {
        lock(&self.log).details += 1;
        let request = request.into_inner();
        Ok(Response::new(pb::FetchErrorDetailsResponse {
            session_id: request.session_id,
            ..Default::default()
        }))
    }

    /// It knows its version, and no plan.
    async fn analyze_plan(
        &self,
        request: Request<pb::AnalyzePlanRequest>,
    ) -> Result<Response<pb::AnalyzePlanResponse>, Status> {
        let request = request.into_inner();
        let Some(pb::analyze_plan_request::Analyze::SparkVersion(_)) = request.analyze else {
            return Err(not_in_the_script());
        };
        let version = "4.3.0".to_owned();
        let answer = pb::analyze_plan_response::SparkVersion { version };
        Ok(Response::new(pb::AnalyzePlanResponse {
            session_id: request.session_id,
            result: Some(pb::analyze_plan_response::Result::SparkVersion(answer)),
            ..Default::default()
        }))
    }

    /// There are no settings.
    async fn config(
        &self,
        request: Request<pb::ConfigRequest>,
    ) -> Result<Response<pb::ConfigResponse>, Status> {
        Ok(Response::new(pb::ConfigResponse {
            session_id: request.into_inner().session_id,
            ..Default::default()
        }))
    }

    async fn add_artifacts(
        &self,
        _: Request<tonic::Streaming<pb::AddArtifactsRequest>>,
    ) -> Result<Response<pb::AddArtifactsResponse>, Status> {
        Err(not_in_the_script())
    }

    async fn artifact_status(
        &self,
        _: Request<pb::ArtifactStatusesRequest>,
    ) -> Result<Response<pb::ArtifactStatusesResponse>, Status> {
        Err(not_in_the_script())
    }

    async fn interrupt(
        &self,
        _: Request<pb::InterruptRequest>,
    ) -> Result<Response<pb::InterruptResponse>, Status> {
        Err(not_in_the_script())
    }

    async fn release_session(
        &self,
        request: Request<pb::ReleaseSessionRequest>,
    ) -> Result<Response<pb::ReleaseSessionResponse>, Status> {
        let session_id = request.into_inner().session_id;
        lock(&self.log).ended.push(session_id.clone());
        Ok(Response::new(pb::ReleaseSessionResponse {
            session_id,
            ..Default::default()
        }))
    }

    async fn clone_session(
        &self,
        _: Request<pb::CloneSessionRequest>,
    ) -> Result<Response<pb::CloneSessionResponse>, Status> {
        Err(not_in_the_script())
    }

    async fn get_status(
        &self,
        _: Request<pb::GetStatusRequest>,
    ) -> Result<Response<pb::GetStatusResponse>, Status> {
        Err(not_in_the_script())
    }
}

fn not_in_the_script() -> Status {
    Status::unimplemented("the script has no such call")
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
