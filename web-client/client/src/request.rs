//! Requests with everything that each of them must carry: session, user, client type, the observed session of the
//! server, tags.

use std::sync::{
    Arc, Mutex, OnceLock, PoisonError,
    atomic::{AtomicI64, Ordering},
};

use spark_connect_proto::connect::{self as pb, execute_plan_request as execute};

use crate::platform;

/// A message holds fewer relations than two to the power of this.
const PLANS_BITS: u32 = 23;
/// Below this, the numbers of relations begin.
const SOMEWHERE: f64 = (1u64 << 38) as f64;

/// What every request of a session has in common.
#[derive(Clone, Debug)]
pub(crate) struct Requests {
    session_id: String,
    user_id: String,
    client_type: String,
    tags: Vec<String>,
    /// Tags that come and go; all clones of the session have the same.
    added: Arc<Mutex<Vec<String>>>,
    /// The first `server_side_session_id` that the server told, told back with each request from then on.
    observed: Arc<OnceLock<String>>,
    /// How many messages have got numbers for their relations, from somewhere on: whoever else is in the session counts
    /// from elsewhere.
    numbered: Arc<AtomicI64>,
}

impl Requests {
    pub(crate) fn new(session_id: String, user_id: String, client_type: String) -> Self {
        Self {
            session_id,
            user_id,
            client_type,
            tags: Vec::new(),
            added: Arc::default(),
            observed: Arc::default(),
            numbered: Arc::new(AtomicI64::new((platform::random() * SOMEWHERE) as i64)),
        }
    }

    /// The first of numbers that no other message of the session has.
    pub(crate) fn first_plan(&self) -> i64 {
        self.numbered.fetch_add(1, Ordering::Relaxed) << PLANS_BITS
    }

    /// The same, with these tags on operations.
    pub(crate) fn with_tags(&self, tags: Vec<String>) -> Self {
        Self { tags, ..self.clone() }
    }

    /// Reads or changes the tags that come and go.
    pub(crate) fn added<T>(&self, change: impl FnOnce(&mut Vec<String>) -> T) -> T {
        change(&mut self.added.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The same user and client, for another session of which the server has told its own id.
    pub(crate) fn for_session(&self, session_id: String, observed: String) -> Self {
        let observed = if observed.is_empty() {
            OnceLock::new()
        } else {
            OnceLock::from(observed)
        };
        Self {
            session_id,
            added: Arc::default(),
            observed: Arc::new(observed),
            ..self.clone()
        }
    }

    pub(crate) fn session_id(&self) -> &str {
        &self.session_id
    }

    /// The server's own id of the session, once it is known.
    pub(crate) fn observed(&self) -> &OnceLock<String> {
        &self.observed
    }

    pub(crate) fn client_type(&self) -> &str {
        &self.client_type
    }

    pub(crate) fn user_context(&self) -> Option<pb::UserContext> {
        Some(pb::UserContext {
            user_id: self.user_id.clone(),
            user_name: self.user_id.clone(),
            extensions: Vec::new(),
        })
    }

    pub(crate) fn client_observed(&self) -> Option<String> {
        self.observed.get().cloned()
    }

    pub(crate) fn execute_plan(&self, plan: pb::Plan, operation_id: &str) -> pb::ExecutePlanRequest {
        let option = |option| execute::RequestOption {
            request_option: Some(option),
        };
        pb::ExecutePlanRequest {
            session_id: self.session_id.clone(),
            client_observed_server_side_session_id: self.client_observed(),
            user_context: self.user_context(),
            operation_id: Some(operation_id.to_owned()),
            plan: Some(plan),
            client_type: Some(self.client_type.clone()),
            request_options: vec![
                option(execute::request_option::RequestOption::ReattachOptions(
                    pb::ReattachOptions { reattachable: true },
                )),
                // A row that is larger than a message may be still comes through, in chunks.
                option(execute::request_option::RequestOption::ResultChunkingOptions(
                    pb::ResultChunkingOptions {
                        allow_arrow_batch_chunking: true,
                        preferred_arrow_chunk_size: None,
                    },
                )),
            ],
            tags: self.added(|added| self.tags.iter().chain(&*added).cloned().collect()),
        }
    }

    pub(crate) fn reattach(&self, operation_id: &str, after: Option<String>) -> pb::ReattachExecuteRequest {
        pb::ReattachExecuteRequest {
            session_id: self.session_id.clone(),
            client_observed_server_side_session_id: self.client_observed(),
            user_context: self.user_context(),
            operation_id: operation_id.to_owned(),
            client_type: Some(self.client_type.clone()),
            last_response_id: after,
        }
    }

    pub(crate) fn release_execute(
        &self,
        operation_id: &str,
        release: pb::release_execute_request::Release,
    ) -> pb::ReleaseExecuteRequest {
        pb::ReleaseExecuteRequest {
            session_id: self.session_id.clone(),
            client_observed_server_side_session_id: self.client_observed(),
            user_context: self.user_context(),
            operation_id: operation_id.to_owned(),
            client_type: Some(self.client_type.clone()),
            release: Some(release),
        }
    }

    pub(crate) fn interrupt(
        &self,
        kind: pb::interrupt_request::InterruptType,
        what: Option<pb::interrupt_request::Interrupt>,
    ) -> pb::InterruptRequest {
        pb::InterruptRequest {
            session_id: self.session_id.clone(),
            client_observed_server_side_session_id: self.client_observed(),
            user_context: self.user_context(),
            client_type: Some(self.client_type.clone()),
            interrupt_type: kind.into(),
            interrupt: what,
        }
    }

    pub(crate) fn config(&self, operation: pb::config_request::operation::OpType) -> pb::ConfigRequest {
        pb::ConfigRequest {
            session_id: self.session_id.clone(),
            client_observed_server_side_session_id: self.client_observed(),
            user_context: self.user_context(),
            operation: Some(pb::config_request::Operation {
                op_type: Some(operation),
            }),
            client_type: Some(self.client_type.clone()),
        }
    }

    pub(crate) fn analyze(&self, analyze: pb::analyze_plan_request::Analyze) -> pb::AnalyzePlanRequest {
        pb::AnalyzePlanRequest {
            session_id: self.session_id.clone(),
            client_observed_server_side_session_id: self.client_observed(),
            user_context: self.user_context(),
            client_type: Some(self.client_type.clone()),
            analyze: Some(analyze),
        }
    }

    pub(crate) fn fetch_error_details(&self, error_id: String) -> pb::FetchErrorDetailsRequest {
        pb::FetchErrorDetailsRequest {
            session_id: self.session_id.clone(),
            client_observed_server_side_session_id: self.client_observed(),
            user_context: self.user_context(),
            error_id,
            client_type: Some(self.client_type.clone()),
        }
    }

    pub(crate) fn get_status(&self, operation_ids: Vec<String>) -> pb::GetStatusRequest {
        pb::GetStatusRequest {
            session_id: self.session_id.clone(),
            user_context: self.user_context(),
            client_type: Some(self.client_type.clone()),
            client_observed_server_side_session_id: self.client_observed(),
            operation_status: Some(pb::get_status_request::OperationStatusRequest {
                operation_ids,
                extensions: Vec::new(),
            }),
            extensions: Vec::new(),
        }
    }

    pub(crate) fn clone_session(&self, new_session_id: &str) -> pb::CloneSessionRequest {
        pb::CloneSessionRequest {
            session_id: self.session_id.clone(),
            client_observed_server_side_session_id: self.client_observed(),
            user_context: self.user_context(),
            client_type: Some(self.client_type.clone()),
            new_session_id: Some(new_session_id.to_owned()),
        }
    }

    pub(crate) fn release_session(&self) -> pb::ReleaseSessionRequest {
        pb::ReleaseSessionRequest {
            session_id: self.session_id.clone(),
            user_context: self.user_context(),
            client_type: Some(self.client_type.clone()),
            allow_reconnect: false,
        }
    }
}
