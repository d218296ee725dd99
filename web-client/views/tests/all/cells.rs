//! The plan that code comes to when it runs as a cell, without a server; and plans in a form that can be compared.

use std::sync::{Arc, Mutex};

use prost::Message;
use pyspark_cells::Interpreter;
use spark_connect_client::{
    ConnectionString, RetryPolicy, Sent, Session, Transport,
    proto::{self as pb, analyze_plan_request::Analyze, plan::OpType},
};
use tonic::{Status, body::Body};

const SESSION: &str = "00112233-4455-6677-8899-aabbccddeeff";

/// The answer of a server to a question: its version, which is all that it says.
fn version() -> http::Response<Body> {
    let answer = pb::AnalyzePlanResponse {
        result: Some(pb::analyze_plan_response::Result::SparkVersion(
            pb::analyze_plan_response::SparkVersion {
                version: "4.3.0".to_owned(),
            },
        )),
        session_id: SESSION.to_owned(),
        ..Default::default()
    };
    let message = answer.encode_to_vec();
    let mut body = vec![0];
    body.extend(u32::try_from(message.len()).unwrap().to_be_bytes());
    body.extend(message);
    let response = http::Response::builder()
        .header("content-type", "application/grpc")
        .header("grpc-status", "0");
    response
        .body(Body::new(http_body_util::Full::new(bytes::Bytes::from(body))))
        .unwrap()
}

/// A session whose server says its version and nothing else, and the relations that it was asked for.
fn session() -> (Session, Arc<Mutex<Vec<pb::Relation>>>) {
    let service = tower::service_fn(|_: http::Request<Body>| async { Ok::<_, Status>(version()) });
    let connection = ConnectionString::parse(&format!("sc://localhost/;session_id={SESSION}")).unwrap();
    let sent = Arc::new(Mutex::new(Vec::new()));
    let seen = sent.clone();
    let session = Session::new(
        Transport::from_service(service),
        &connection,
        RetryPolicy::default(),
    );
    let session = session.with_observer(move |what| {
        let plan = match what {
            Sent::Analyze(pb::AnalyzePlanRequest {
                analyze: Some(Analyze::IsStreaming(question)),
                ..
            }) => question.plan.clone(),
            _ => None,
        };
        if let Some(OpType::Root(relation)) = plan.and_then(|plan| plan.op_type) {
            seen.lock().unwrap().push(relation);
        }
    });
    (session, sent)
}

/// The plan of the variable `df` after some code.
pub(crate) async fn plan_of(code: &str) -> Result<pb::Relation, String> {
    let (session, sent) = session();
    let mut cells = Interpreter::new(session);
    cells
        .run(code, |_| {})
        .await
        .map_err(|failure| failure.to_string())?;
    // The server's refusal comes after it was asked.
    let asked = cells.run("df.isStreaming", |_| {}).await;
    let plan = sent.lock().unwrap().pop();
    plan.ok_or_else(|| format!("nothing was sent: {asked:?}"))
}

/// A plan as text, its relations numbered by the order in which they appear, without origins.
pub(crate) fn normal(relation: &pb::Relation) -> String {
    let text = format!("{relation:#?}");
    let mut lines = text.lines();
    let mut numbers: Vec<String> = Vec::new();
    let mut normal = String::new();
    let mut number = |text: &str| {
        let place = numbers.iter().position(|known| known == text);
        place.unwrap_or_else(|| {
            numbers.push(text.to_owned());
            numbers.len() - 1
        })
    };
    while let Some(line) = lines.next() {
        let trimmed = line.trim_start();
        let indent = &line[..line.len() - trimmed.len()];
        let after = lines.clone().next().map_or("", str::trim_start);
        match trimmed {
            "origin: Some(" => {
                lines.find(|line| *line == format!("{indent}),"));
            }
            "common: Some(" if after == "ExpressionCommon {" => {
                lines.find(|line| *line == format!("{indent}),"));
            }
            "common: None," | "origin: None," => (),
            "plan_id: Some(" => {
                normal += &format!("{indent}plan_id: {}\n", number(after));
                lines.find(|line| *line == format!("{indent}),"));
            }
            _ if trimmed.starts_with("plan_id: ") && trimmed != "plan_id: None," => {
                normal += &format!("{indent}plan_id: {}\n", number(&trimmed["plan_id: ".len()..]));
            }
            _ => normal += &format!("{line}\n"),
        }
    }
    normal
}
