//! Spark Connect through tonic-web-wasm-client, which nobody here wrote, in a browser. What should come back, the test
//! knows that loads this (`tests/interop/tonic_web.rs`).

#![cfg(target_arch = "wasm32")]

use std::pin::pin;

use futures::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use serde_json::{Value, json};
use spark_connect_proto::connect::{
    ExecutePlanRequest, ExecutePlanResponse, InterruptRequest, Plan, Relation, Sql, UserContext,
    execute_plan_response::ResponseType, interrupt_request::InterruptType, plan::OpType, relation::RelType,
    spark_connect_service_client::SparkConnectServiceClient,
};
use tonic::{Code, Status};
use tonic_web_wasm_client::Client;
use wasm_bindgen::prelude::*;

/// Minutes in which the cores do nothing, should nobody end it. Short tasks: Spark ends none in the middle of its rows.
const LONG: &str = "SELECT reflect('java.lang.Thread', 'sleep', bigint(100)) FROM range(0, 6000, 1, 600)";

struct Spark {
    client: SparkConnectServiceClient<Client>,
    session_id: String,
}

impl Spark {
    fn user() -> Option<UserContext> {
        Some(UserContext {
            user_id: "interop".to_owned(),
            ..UserContext::default()
        })
    }

    async fn execute(&self, sql: &str, mut see: impl FnMut(ExecutePlanResponse)) -> Result<(), Status> {
        let relation = Relation {
            rel_type: Some(RelType::Sql(Sql {
                query: sql.to_owned(),
                ..Sql::default()
            })),
            ..Relation::default()
        };
        let request = ExecutePlanRequest {
            session_id: self.session_id.clone(),
            user_context: Self::user(),
            plan: Some(Plan {
                op_type: Some(OpType::Root(relation)),
            }),
            ..ExecutePlanRequest::default()
        };
        let mut responses = self.client.clone().execute_plan(request).await?.into_inner();
        while let Some(response) = responses.message().await? {
            see(response);
        }
        Ok(())
    }

    /// How many operations it ended.
    async fn interrupt_all(&self) -> Result<usize, Status> {
        let request = InterruptRequest {
            session_id: self.session_id.clone(),
            user_context: Self::user(),
            interrupt_type: InterruptType::All.into(),
            ..InterruptRequest::default()
        };
        let answer = self.client.clone().interrupt(request).await?;
        Ok(answer.into_inner().interrupted_ids.len())
    }
}

fn failure(status: &Status) -> Value {
    json!({
        "code": status.code() as i32,
        "message": status.message(),
        "details": String::from_utf8_lossy(status.details()),
    })
}

/// Runs a query, one that fails, one that is cancelled and one that is interrupted; tells in JSON what came of each.
#[wasm_bindgen]
pub async fn interop(base: String, session_id: String) -> Result<String, JsError> {
    let client = SparkConnectServiceClient::new(Client::new(base));
    let spark = Spark { client, session_id };
    let (mut rows, mut session) = (0, String::new());
    spark
        .execute("SELECT id, repeat('x', 1000) FROM range(5000)", |response| {
            if let Some(ResponseType::ArrowBatch(batch)) = response.response_type {
                rows += batch.row_count;
            }
            session = response.session_id;
        })
        .await?;
    let wrong = spark.execute("SELECT nothing_like_it FROM range(1)", drop).await;

    let cancelled = match select(pin!(spark.execute(LONG, drop)), TimeoutFuture::new(1000)).await {
        Either::Left((ended, _)) => ended.err(),
        // Dropped with this block: that is how it is cancelled.
        Either::Right(_) => Some(Status::new(Code::Cancelled, "cancelled")),
    };
    // Spark goes on without a reader; what was cancelled ends here too, before the next query begins.
    spark.interrupt_all().await?;

    let mut interrupted = 0;
    let mut running = pin!(spark.execute(LONG, drop));
    // The operation may not have begun when the first request comes.
    let ended = loop {
        match select(running.as_mut(), TimeoutFuture::new(500)).await {
            Either::Left((ended, _)) => break ended.err(),
            Either::Right(_) => interrupted += spark.interrupt_all().await?,
        }
    };
    let outcome = json!({
        "rows": rows,
        "same_session": session == spark.session_id,
        "error": wrong.err().as_ref().map(failure),
        "cancelled": cancelled.as_ref().map(failure),
        "interrupted": interrupted,
        "ended": ended.as_ref().map(failure),
    });
    Ok(outcome.to_string())
}
