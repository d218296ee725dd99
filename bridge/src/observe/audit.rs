//! The audit log: who had Spark do what, told before it happens and again when it is over.

use regex::Regex;
use serde::Serialize;
use sha2::{Digest, Sha256};
use tonic::Status;

use super::{
    access::milliseconds,
    call::{Call, Ended},
    lines::{Full, Lines},
};
use crate::{
    config,
    envelope::{Envelope, Method, Survey},
};

/// SQL text that is written down of one request, bytes. The hash is always of all of it.
const MAX_TEXT: usize = 64 * 1024;

/// The audit log.
#[derive(Debug)]
pub(super) struct Audit {
    lines: Lines,
    with_text: bool,
    redact: Vec<Regex>,
}

/// What a request wants.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Statement {
    /// Who it counts for at Spark.
    user: String,
    session: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    operation: Option<String>,
    method: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    plan: Option<PlanOf>,
}

/// What its plan does.
#[derive(Clone, Debug, Serialize)]
struct PlanOf {
    /// `query`, `command` or `analysis`.
    kind: &'static str,
    /// Its command and its operators, outermost first.
    summary: String,
    /// Why it counts as one that could write.
    #[serde(skip_serializing_if = "Option::is_none")]
    writes: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    sql: Vec<String>,
    /// Whether `sql` is not all there is.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    cut: bool,
    /// SHA-256 of the SQL text, or of the plan's bytes when it has none.
    sha256: String,
}

#[derive(Serialize)]
struct Line<'a> {
    time: String,
    /// `begins`, `refused`, `ends` or `interrupts`.
    event: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    backend: Option<&'a str>,
    #[serde(flatten)]
    statement: Option<&'a Statement>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(flatten)]
    end: Option<End<'a>>,
}

/// What is known at the end.
#[derive(Serialize)]
struct End<'a> {
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    grpc_status: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    server: Option<&'a str>,
    /// From the head of the request to the end of the answer.
    duration_ms: f64,
    /// Of a query: how many rows the answer had. A stream that went on after a break counts its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<u64>,
    received_bytes: u64,
    sent_bytes: u64,
}

impl Statement {
    /// What the bridge itself does to an operation.
    pub(super) fn interrupt(user: &str, session: &str, operation: &str) -> Self {
        Self {
            user: user.to_owned(),
            session: session.to_owned(),
            operation: Some(operation.to_owned()),
            method: Method::Interrupt.name(),
            plan: None,
        }
    }
}

impl Audit {
    pub(super) fn open(settings: &config::Audit) -> Result<Option<Self>, String> {
        let lines = Lines::open(&settings.log)?;
        Ok(lines.map(|lines| Self {
            lines,
            with_text: settings.with_text,
            redact: settings.redact.clone(),
        }))
    }

    /// What a request wants; `None` if it is not worth a line.
    pub(super) fn statement(&self, envelope: &Envelope, user: &str) -> Option<Statement> {
        // Housekeeping of clients around what they run.
        if matches!(
            envelope.method,
            Method::ReleaseExecute | Method::GetStatus | Method::ArtifactStatus | Method::FetchErrorDetails
        ) {
            return None;
        }
        let has_plan = matches!(envelope.method, Method::ExecutePlan | Method::AnalyzePlan);
        Some(Statement {
            user: user.to_owned(),
            session: envelope.session_id.clone(),
            operation: envelope.operation_id.clone(),
            method: envelope.method.name(),
            plan: has_plan.then(|| self.plan(envelope)),
        })
    }

    fn plan(&self, envelope: &Envelope) -> PlanOf {
        let survey = envelope.survey();
        let kind = match (envelope.method, survey.commands.is_empty()) {
            (Method::AnalyzePlan, _) => "analysis",
            (_, true) => "query",
            (_, false) => "command",
        };
        let (sql, cut) = if self.with_text {
            self.text(&survey)
        } else {
            (Vec::new(), false)
        };
        PlanOf {
            kind,
            summary: survey.summary(),
            writes: survey.writes.map(|writes| writes.to_string()),
            sha256: hash(envelope, &survey),
            sql,
            cut,
        }
    }

    /// Redacted before it is cut, so that no half of a secret is left.
    fn text(&self, survey: &Survey) -> (Vec<String>, bool) {
        let mut left = MAX_TEXT;
        let mut cut = false;
        let mut texts = Vec::new();
        for sql in &survey.sql {
            let mut text = String::from_utf8_lossy(sql).into_owned();
            for regex in &self.redact {
                if regex.is_match(&text) {
                    text = regex.replace_all(&text, "[redacted]").into_owned();
                }
            }
            let end = text.floor_char_boundary(left);
            cut |= end < text.len();
            text.truncate(end);
            left -= end;
            texts.push(text);
        }
        (texts, cut)
    }

    pub(super) fn begins(&self, call: &Call, statement: &Statement, refused: Option<&Status>) {
        let facts = call.facts();
        let event = if refused.is_some() { "refused" } else { "begins" };
        let line = Line {
            statement: Some(statement),
            reason: refused.map(Status::message),
            ..Line::new(event, call, facts.backend.as_deref())
        };
        self.lines.push(&line, Full::Wait);
    }

    pub(super) fn interrupts(&self, call: &Call, backend: &str, statement: Statement, reason: &str) {
        let line = Line {
            statement: Some(&statement),
            reason: Some(reason),
            ..Line::new("interrupts", call, Some(backend))
        };
        self.lines.push(&line, Full::Wait);
    }

    pub(super) fn ends(&self, ended: &Ended<'_>, statement: &Statement) {
        let facts = &ended.facts;
        let line = Line {
            statement: Some(&Statement {
                plan: None,
                user: statement.user.clone(),
                session: statement.session.clone(),
                operation: statement.operation.clone(),
                method: statement.method,
            }),
            reason: facts.refusal.as_deref(),
            end: Some(End {
                outcome: ended.outcome(),
                grpc_status: facts.grpc_status.map(|code| code as i32),
                server: facts.server.as_deref(),
                duration_ms: milliseconds(ended.duration),
                rows: facts.rows,
                received_bytes: ended.received,
                sent_bytes: ended.sent,
            }),
            ..Line::new("ends", ended.call, facts.backend.as_deref())
        };
        self.lines.push(&line, Full::Wait);
    }
}

impl<'a> Line<'a> {
    fn new(event: &'static str, call: &'a Call, backend: Option<&'a str>) -> Self {
        Self {
            time: humantime::format_rfc3339_millis(std::time::SystemTime::now()).to_string(),
            event,
            backend,
            statement: None,
            client: call.client.map(|client| client.to_string()),
            trace: call.trace_id(),
            reason: None,
            end: None,
        }
    }
}

fn hash(envelope: &Envelope, survey: &Survey) -> String {
    let mut hash = Sha256::new();
    for sql in &survey.sql {
        hash.update(sql);
    }
    if survey.sql.is_empty() {
        hash.update(envelope.plan().unwrap_or_default());
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
