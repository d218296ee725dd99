//! The one error type of the client: what happened, in Spark's own terms, and a sentence for people.

use std::{collections::BTreeMap, time::Duration};

use spark_connect_proto::connect as pb;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::connection::ConnectionStringError;

/// What the loss of a session means.
pub(crate) const SESSION_LOST: &str =
    "The server has lost this session, and with it temporary views and settings. Connect again.";

/// Everything that can go wrong between a call and its result.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// What kind of error it is.
    pub kind: ErrorKind,
    /// What happened, as the server or the client says it.
    pub message: String,
    /// The gRPC status, if the error came over the wire.
    pub code: Option<Code>,
    /// What Spark tells of its errors.
    pub spark: Option<Box<SparkError>>,
    /// The wait that the server asks for before another try, from `google.rpc.RetryInfo`.
    pub retry_after: Option<Duration>,
}

/// What kind of error it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The call cannot be understood; nothing was sent.
    Invalid,
    /// The server, or the bridge before it, cannot be reached.
    Unreachable,
    /// No answer came within the time allowed.
    DeadlineExceeded,
    /// The server refuses the user.
    Denied,
    /// The operation was interrupted.
    Cancelled,
    /// Spark ran into an error while it analysed or ran the plan.
    Spark,
    /// The session on the server is gone, and its temporary views and settings with it.
    SessionLost,
    /// Request or response are larger than one side accepts.
    TooLarge,
    /// The server does not know the call.
    Unimplemented,
    /// The server answered with something that the protocol does not allow.
    Protocol,
}

/// An error of the server's JVM, from `google.rpc.ErrorInfo` and `FetchErrorDetails`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SparkError {
    /// The Java classes of the error, the most specific first.
    pub classes: Vec<String>,
    /// The error class (error condition), for example `TABLE_OR_VIEW_NOT_FOUND`.
    pub error_class: Option<String>,
    /// The SQLSTATE.
    pub sql_state: Option<String>,
    /// The values in the message, by name.
    pub parameters: BTreeMap<String, String>,
    /// Names the error's details on the server, for `FetchErrorDetails`.
    pub error_id: Option<String>,
    /// Where in the query it is.
    pub contexts: Vec<QueryContext>,
    /// The causes, outermost first.
    pub causes: Vec<Cause>,
    /// The server's stack trace, one frame a line.
    pub stack_trace: Option<String>,
    /// That a newer version of Spark is the cause, and what can be done.
    pub breaking_change: Option<BreakingChange>,
}

/// A change of Spark's behaviour that causes an error, from `FetchErrorDetailsResponse.BreakingChangeInfo`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BreakingChange {
    /// What to do about it.
    pub migration_messages: Vec<String>,
    /// The setting that brings the old behaviour back, and its value.
    pub mitigation: Option<(String, String)>,
    /// Whether code has to be looked at, the setting alone not being enough.
    pub needs_audit: bool,
}

/// One error in the chain of causes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// Its Java class.
    pub class: String,
    /// Its message.
    pub message: String,
}

/// Where in a query an error is, from `FetchErrorDetailsResponse.QueryContext`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueryContext {
    /// Whether the query is a DataFrame's; otherwise it is SQL text.
    pub dataframe: bool,
    /// `VIEW` and such, when the text is that of an object; otherwise empty.
    pub object_type: String,
    /// The object's name, or empty.
    pub object_name: String,
    /// The first code point of the fragment, from 0; negative when unknown.
    pub start: i32,
    /// The last code point of the fragment.
    pub stop: i32,
    /// The fragment itself.
    pub fragment: String,
    /// For a DataFrame: the caller's place in the source.
    pub call_site: String,
    /// Spark's drawing of it, several lines.
    pub summary: String,
}

/// The result of a call.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error of a kind, with a sentence.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            code: None,
            spark: None,
            retry_after: None,
        }
    }

    /// A call that cannot be understood.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Invalid, message)
    }

    pub(crate) fn protocol(message: impl std::fmt::Display) -> Self {
        Self::new(
            ErrorKind::Protocol,
            format!("The server broke the protocol: {message}. Its version may not fit this client."),
        )
    }

    /// The error class, if Spark gave one.
    pub fn error_class(&self) -> Option<&str> {
        self.spark.as_ref()?.error_class.as_deref()
    }

    /// Whether it is of this error class. Older servers, and errors on the way, put it into the text only.
    pub fn is(&self, error_class: &str) -> bool {
        match self.error_class() {
            Some(class) => class == error_class,
            None => self.message.contains(error_class),
        }
    }

    /// Whether the same call may succeed later, as PySpark's `DefaultPolicy` decides it.
    pub fn is_retryable(&self) -> bool {
        if self.retry_after.is_some() {
            return true;
        }
        match self.code {
            Some(Code::Unavailable) => true,
            Some(Code::Internal) => self.is("INVALID_CURSOR.DISCONNECTED"),
            _ => false,
        }
    }

    /// The message for a person: without the error class, the SQLSTATE and the plan that Spark writes around it.
    pub fn sentence(&self) -> &str {
        let mut text = self.message.trim();
        if is_shutdown(text) {
            return "Spark stopped while this was under way. Run it again once Spark is back.";
        }
        // Spark's own sentence is about a handle and its number.
        if self.error_class().is_some_and(is_session_lost) {
            return SESSION_LOST;
        }
        if let Some(class) = self.error_class()
            && let Some(rest) = text.strip_prefix('[').and_then(|t| t.strip_prefix(class))
            && let Some(rest) = rest.strip_prefix(']')
        {
            text = rest.trim_start();
        }
        if self.spark.is_some()
            && let Some(at) = text.find(" SQLSTATE: ")
        {
            text = &text[..at];
        }
        text.trim_end()
    }

    /// Takes what `FetchErrorDetails` tells into the error. The message there is whole, that of a status may be cut.
    pub(crate) fn add_details(&mut self, details: pb::FetchErrorDetailsResponse) {
        let errors = details.errors;
        let Some(root) = details
            .root_error_idx
            .and_then(|at| errors.get(usize::try_from(at).ok()?))
        else {
            return;
        };
        let spark = self.spark.get_or_insert_default();
        if !root.message.is_empty() {
            self.message.clone_from(&root.message);
        }
        if !root.error_type_hierarchy.is_empty() {
            spark.classes.clone_from(&root.error_type_hierarchy);
        }
        if let Some(throwable) = &root.spark_throwable {
            spark.error_class = throwable.error_class.clone().or(spark.error_class.take());
            spark.sql_state = throwable.sql_state.clone().or(spark.sql_state.take());
            spark.parameters.extend(throwable.message_parameters.clone());
            spark.contexts = throwable.query_contexts.iter().map(QueryContext::from).collect();
            spark.breaking_change = throwable.breaking_change_info.clone().map(|info| BreakingChange {
                migration_messages: info.migration_message,
                mitigation: info.mitigation_config.map(|config| (config.key, config.value)),
                // As PySpark has it, where the server does not say.
                needs_audit: info.needs_audit.unwrap_or(true),
            });
        }
        let mut trace = Vec::new();
        let mut next = details.root_error_idx;
        // A chain that a broken server closes into a circle must still end.
        for depth in 0..errors.len() {
            let Some(error) = next.and_then(|at| errors.get(usize::try_from(at).ok()?)) else {
                break;
            };
            let class = error.error_type_hierarchy.first().cloned().unwrap_or_default();
            let lead = if depth == 0 { "" } else { "Caused by: " };
            trace.push(format!("{lead}{class}: {}", error.message.trim()));
            trace.extend(error.stack_trace.iter().map(frame));
            if depth > 0 {
                spark.causes.push(Cause {
                    class,
                    message: error.message.clone(),
                });
            }
            next = error.cause_idx;
        }
        spark.stack_trace = Some(trace.join("\n"));
        self.kind = kind_of(self.code, Some(spark), &self.message);
    }
}

fn frame(element: &pb::fetch_error_details_response::StackTraceElement) -> String {
    let pb::fetch_error_details_response::StackTraceElement {
        declaring_class,
        method_name,
        file_name,
        line_number,
    } = element;
    let file = file_name.as_deref().unwrap_or("Unknown Source");
    format!("    at {declaring_class}.{method_name}({file}:{line_number})")
}

impl From<&pb::fetch_error_details_response::QueryContext> for QueryContext {
    fn from(context: &pb::fetch_error_details_response::QueryContext) -> Self {
        use pb::fetch_error_details_response::query_context::ContextType;
        Self {
            dataframe: context.context_type() == ContextType::Dataframe,
            object_type: context.object_type.clone(),
            object_name: context.object_name.clone(),
            start: context.start_index,
            stop: context.stop_index,
            fragment: context.fragment.clone(),
            call_site: context.call_site.clone(),
            summary: context.summary.clone(),
        }
    }
}

impl From<Status> for Error {
    fn from(status: Status) -> Self {
        let details = status.get_error_details();
        let spark = details
            .error_info()
            .map(|info| Box::new(spark_error(&info.reason, &info.metadata)));
        let kind = kind_of(Some(status.code()), spark.as_deref(), status.message());
        Self {
            message: message_of(&status, kind),
            kind,
            code: Some(status.code()),
            spark,
            retry_after: details.retry_info().and_then(|info| info.retry_delay),
        }
    }
}

fn spark_error(reason: &str, metadata: &std::collections::HashMap<String, String>) -> SparkError {
    let text = |key: &str| metadata.get(key).filter(|value| !value.is_empty()).cloned();
    let classes: Vec<String> = metadata
        .get("classes")
        .and_then(|json| serde_json::from_str(json).ok())
        .unwrap_or_default();
    SparkError {
        classes: if classes.is_empty() && !reason.is_empty() {
            vec![reason.to_owned()]
        } else {
            classes
        },
        error_class: text("errorClass"),
        sql_state: text("sqlState"),
        parameters: metadata
            .get("messageParameters")
            .and_then(|json| serde_json::from_str(json).ok())
            .unwrap_or_default(),
        error_id: text("errorId"),
        contexts: Vec::new(),
        causes: Vec::new(),
        stack_trace: text("stackTrace"),
        breaking_change: None,
    }
}

fn kind_of(code: Option<Code>, spark: Option<&SparkError>, message: &str) -> ErrorKind {
    if is_shutdown(message) {
        return ErrorKind::Unreachable;
    }
    if let Some(class) = spark.and_then(|s| s.error_class.as_deref()) {
        if is_session_lost(class) {
            return ErrorKind::SessionLost;
        }
        if class == "OPERATION_CANCELED" {
            return ErrorKind::Cancelled;
        }
    }
    match code {
        Some(Code::Unavailable) => ErrorKind::Unreachable,
        Some(Code::DeadlineExceeded) => ErrorKind::DeadlineExceeded,
        Some(Code::Unauthenticated | Code::PermissionDenied) => ErrorKind::Denied,
        Some(Code::Cancelled) => ErrorKind::Cancelled,
        Some(Code::Unimplemented) => ErrorKind::Unimplemented,
        Some(Code::ResourceExhausted | Code::OutOfRange) if spark.is_none() => ErrorKind::TooLarge,
        _ if spark.is_some() => ErrorKind::Spark,
        _ => ErrorKind::Protocol,
    }
}

fn is_session_lost(error_class: &str) -> bool {
    error_class.starts_with("INVALID_HANDLE.SESSION")
}

/// Whether Spark is about to end: what runs at that moment fails with the next thing that it calls.
fn is_shutdown(message: &str) -> bool {
    message.starts_with("Cannot call methods on a stopped SparkContext")
        || message.contains("cancelled because SparkContext was shut down")
}

fn message_of(status: &Status, kind: ErrorKind) -> String {
    let text = status.message().trim();
    match kind {
        ErrorKind::TooLarge => format!(
            "A message is larger than this connection allows ({text}). Select less at a time, or raise grpc_max_message_size."
        ),
        _ if text.is_empty() => {
            format!(
                "The server answered with the status {:?} and no explanation.",
                status.code()
            )
        }
        _ => text.to_owned(),
    }
}

impl From<ConnectionStringError> for Error {
    fn from(error: ConnectionStringError) -> Self {
        Self::new(ErrorKind::Invalid, error.to_string())
    }
}

impl From<arrow_schema::ArrowError> for Error {
    fn from(error: arrow_schema::ArrowError) -> Self {
        Self::protocol(format_args!("a record batch cannot be read ({error})"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pb::fetch_error_details_response as details;

    fn spark_status(code: Code, message: &str, metadata: &[(&str, &str)]) -> Status {
        let metadata = metadata.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        let details = tonic_types::ErrorDetails::with_error_info(
            "org.apache.spark.sql.AnalysisException",
            "org.apache.spark",
            metadata.collect::<std::collections::HashMap<_, _>>(),
        );
        Status::with_error_details(code, message, details)
    }

    #[test]
    fn sparks_metadata_is_read() {
        let error = Error::from(spark_status(
            Code::Internal,
            "[UNRESOLVED_COLUMN.WITH_SUGGESTION] No column zonne. SQLSTATE: 42703; line 1 pos 7;\n'Project",
            &[
                ("errorClass", "UNRESOLVED_COLUMN.WITH_SUGGESTION"),
                ("sqlState", "42703"),
                (
                    "classes",
                    r#"["org.apache.spark.sql.AnalysisException","java.lang.Exception"]"#,
                ),
                (
                    "messageParameters",
                    r#"{"objectName":"`zonne`","proposal":"`zone`"}"#,
                ),
                ("errorId", "e1"),
            ],
        ));
        assert_eq!(error.kind, ErrorKind::Spark);
        assert_eq!(error.sentence(), "No column zonne.");
        let spark = error.spark.unwrap();
        assert_eq!(spark.sql_state.as_deref(), Some("42703"));
        assert_eq!(spark.parameters["proposal"], "`zone`");
        assert_eq!(spark.classes.len(), 2);
        assert_eq!(spark.error_id.as_deref(), Some("e1"));
    }

    #[test]
    fn kinds() {
        let of = |code, class: Option<&str>| {
            let status = match class {
                Some(class) => spark_status(code, "m", &[("errorClass", class)]),
                None => Status::new(code, "m"),
            };
            Error::from(status).kind
        };
        assert_eq!(of(Code::Unavailable, None), ErrorKind::Unreachable);
        assert_eq!(of(Code::Internal, None), ErrorKind::Protocol);
        assert_eq!(of(Code::Internal, Some("X")), ErrorKind::Spark);
        assert_eq!(
            of(Code::Internal, Some("INVALID_HANDLE.SESSION_CHANGED")),
            ErrorKind::SessionLost
        );
        let lost = [("errorClass", "INVALID_HANDLE.SESSION_CHANGED")];
        let lost = Error::from(spark_status(
            Code::Internal,
            "[INVALID_HANDLE.SESSION_CHANGED] The handle 7f",
            &lost,
        ));
        assert_eq!(lost.sentence(), SESSION_LOST);
        assert_eq!(
            of(Code::Internal, Some("OPERATION_CANCELED")),
            ErrorKind::Cancelled
        );
        assert_eq!(of(Code::ResourceExhausted, None), ErrorKind::TooLarge);
        assert_eq!(of(Code::PermissionDenied, None), ErrorKind::Denied);
        assert_eq!(of(Code::DeadlineExceeded, None), ErrorKind::DeadlineExceeded);
    }

    #[test]
    fn a_spark_that_ends_is_out_of_reach() {
        for message in [
            "Cannot call methods on a stopped SparkContext.\nThis stopped SparkContext was created at:\n\nx.Y.main(Y.scala)",
            "Job 3 cancelled because SparkContext was shut down",
        ] {
            let error = Error::from(spark_status(Code::Internal, message, &[]));
            assert_eq!(error.kind, ErrorKind::Unreachable);
            assert!(!error.is_retryable());
            assert!(
                error.sentence().starts_with("Spark stopped"),
                "{}",
                error.sentence()
            );
        }
    }

    #[test]
    fn what_may_be_tried_again() {
        assert!(Error::from(Status::unavailable("x")).is_retryable());
        assert!(Error::from(Status::internal("[INVALID_CURSOR.DISCONNECTED] x")).is_retryable());
        assert!(!Error::from(Status::internal("x")).is_retryable());
        let asked = tonic_types::ErrorDetails::with_retry_info(Some(Duration::from_secs(3)));
        let error = Error::from(Status::with_error_details(Code::Aborted, "later", asked));
        assert!(error.is_retryable());
        assert_eq!(error.retry_after, Some(Duration::from_secs(3)));
    }

    #[test]
    fn details_complete_an_error_even_when_its_causes_are_a_circle() {
        let one = |message: &str, cause| details::Error {
            error_type_hierarchy: vec![format!("java.{message}")],
            message: message.to_owned(),
            stack_trace: vec![details::StackTraceElement {
                declaring_class: "C".into(),
                method_name: "m".into(),
                file_name: Some("C.scala".into()),
                line_number: 3,
            }],
            cause_idx: Some(cause),
            spark_throwable: None,
        };
        let mut error = Error::from(spark_status(Code::Internal, "cut…", &[]));
        error.add_details(pb::FetchErrorDetailsResponse {
            root_error_idx: Some(0),
            errors: vec![one("A", 1), one("B", 0)],
            ..Default::default()
        });
        assert_eq!(error.message, "A");
        let spark = error.spark.unwrap();
        assert_eq!(
            spark.causes,
            [Cause {
                class: "java.B".into(),
                message: "B".into()
            }]
        );
        assert_eq!(
            spark.stack_trace.unwrap(),
            "java.A: A\n    at C.m(C.scala:3)\nCaused by: java.B: B\n    at C.m(C.scala:3)"
        );
    }

    #[test]
    fn broken_metadata_loses_nothing_else() {
        let error = Error::from(spark_status(
            Code::Internal,
            "m",
            &[
                ("classes", "not json"),
                ("messageParameters", "["),
                ("sqlState", "42000"),
            ],
        ));
        let spark = error.spark.unwrap();
        assert_eq!(spark.classes, ["org.apache.spark.sql.AnalysisException"]);
        assert_eq!(spark.sql_state.as_deref(), Some("42000"));
    }
}
