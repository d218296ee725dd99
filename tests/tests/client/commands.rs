//! Results that are no rows: observed metrics, checkpoints, streams.

use std::{collections::HashMap, time::Duration};

use anyhow::{Context, Result, bail, ensure};
use e2e::{oracle, over_both_routes, route::Route};
use futures::StreamExt;
use spark_connect_client::{
    DataFrame, ErrorKind, ObservedMetrics, Output, Session, plan,
    proto::{
        self as pb,
        command::CommandType,
        execute_plan_response::ResponseType,
        expression::{ExprType, Literal, literal::LiteralType},
        relation::RelType,
        streaming_query_command::{self, Command as Ask},
        streaming_query_command_result::ResultType,
        write_stream_operation_start::{SinkDestination, Trigger},
    },
};

over_both_routes!(
    observed_metrics_come_with_the_rows,
    an_observation_that_fails_says_why,
    a_checkpoint_is_computed_once,
    a_stream_is_started_asked_and_stopped,
);

fn expression(text: &str) -> pb::Expression {
    pb::Expression {
        expr_type: Some(ExprType::ExpressionString(pb::expression::ExpressionString {
            expression: text.to_owned(),
        })),
        ..Default::default()
    }
}

fn relation(rel_type: RelType) -> pb::Relation {
    pb::Relation {
        common: None,
        rel_type: Some(rel_type),
    }
}

/// The rows, and what was observed of them.
async fn observe(session: &Session, query: &str, metrics: &[&str]) -> Result<(usize, Vec<ObservedMetrics>)> {
    let collect = pb::CollectMetrics {
        input: Some(Box::new(plan::sql(query))),
        name: "mine".to_owned(),
        metrics: metrics.iter().map(|text| expression(text)).collect(),
    };
    let mut outputs = session.execute(plan::root(relation(RelType::CollectMetrics(Box::new(collect)))));
    let (mut rows, mut observed) = (0, Vec::new());
    while let Some(output) = outputs.next().await {
        match output? {
            Output::Batch(batch) => rows += batch.num_rows(),
            Output::Observed(metrics) => observed.extend(metrics),
            _ => {}
        }
    }
    Ok((rows, observed))
}

async fn observed_metrics_come_with_the_rows(route: Route) -> Result<()> {
    let session = route.session()?;
    let metrics = ["count(1) AS rows", "max(id) AS highest"];
    let (rows, observed) = observe(&session, "SELECT id FROM range(70)", &metrics).await?;
    assert_eq!(rows, 70);
    let [observed] = &observed[..] else {
        bail!("{observed:?}")
    };
    assert_eq!(observed.name, "mine");
    let long = |value| Literal {
        literal_type: Some(LiteralType::Long(value)),
        ..Default::default()
    };
    let metrics: HashMap<_, _> = observed.metrics.clone()?.into_iter().collect();
    assert_eq!(
        metrics,
        HashMap::from([("rows".to_owned(), long(70)), ("highest".to_owned(), long(69))])
    );
    Ok(())
}

async fn an_observation_that_fails_says_why(route: Route) -> Result<()> {
    let session = route.session()?;
    let observed = observe(
        &session,
        "SELECT id FROM range(3)",
        &["sum(id) / (count(1) - 3) AS broken"],
    )
    .await;
    match observed {
        // Spark ends the whole query where it computes the metric as a part of it.
        Err(error) => ensure!(format!("{error:#}").contains("DIVIDE_BY_ZERO"), "{error:#}"),
        Ok((_, observed)) => {
            let error = observed.first().and_then(|one| one.metrics.as_ref().err());
            let error = error.context("no error")?;
            ensure!(error.to_string().contains("DIVIDE_BY_ZERO"), "{error}");
        }
    }
    Ok(())
}

async fn a_checkpoint_is_computed_once(route: Route) -> Result<()> {
    let session = route.session()?;
    let kept = session
        .checkpoint(plan::sql("SELECT uuid() AS u FROM range(5)"), true, true, None)
        .await?;
    let rows = async || {
        let batches = DataFrame::new(session.clone(), kept.relation()).collect().await?;
        let mut rows = Vec::new();
        for batch in &batches {
            rows.extend(oracle::texts(batch)?);
        }
        Ok::<_, anyhow::Error>(rows)
    };
    let first = rows().await?;
    assert_eq!(first.len(), 5);
    assert_eq!(rows().await?, first);

    let relation = kept.relation();
    drop(kept);
    let frame = DataFrame::new(session, relation);
    for _ in 0..100 {
        match frame.schema().await {
            Err(error) if error.kind == ErrorKind::Spark => return Ok(()),
            other => other?,
        };
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    bail!("the server still keeps a checkpoint that nobody has")
}

async fn a_stream_is_started_asked_and_stopped(route: Route) -> Result<()> {
    let session = route.session()?;
    let rates = pb::Read {
        is_streaming: true,
        read_type: Some(pb::read::ReadType::DataSource(pb::read::DataSource {
            format: Some("rate".to_owned()),
            options: [("rowsPerSecond".to_owned(), "100".to_owned())].into(),
            ..Default::default()
        })),
    };
    let name = format!("rates_{}", session.session_id().replace('-', "_"));
    let start = pb::WriteStreamOperationStart {
        input: Some(relation(RelType::Read(rates))),
        format: "memory".to_owned(),
        output_mode: "append".to_owned(),
        query_name: name.clone(),
        trigger: Some(Trigger::ProcessingTimeInterval("100 milliseconds".to_owned())),
        sink_destination: None::<SinkDestination>,
        ..Default::default()
    };
    let started = session
        .run_command(plan::command(CommandType::WriteStreamOperationStart(start)))
        .await?;
    let [ResponseType::WriteStreamOperationStartResult(started)] = &started[..] else {
        bail!("{started:?}");
    };
    assert_eq!(started.name, name);
    let ask = async |ask: Ask| {
        let command = pb::StreamingQueryCommand {
            query_id: started.query_id.clone(),
            command: Some(ask),
        };
        let results = session
            .run_command(plan::command(CommandType::StreamingQueryCommand(command)))
            .await?;
        match results.into_iter().next() {
            Some(ResponseType::StreamingQueryCommandResult(result)) => Ok(result.result_type),
            other => bail!("{other:?}"),
        }
    };
    let mut rows = 0;
    for _ in 0..200 {
        let Some(ResultType::Status(status)) = ask(Ask::Status(true)).await? else {
            bail!("no status");
        };
        ensure!(status.is_active, "{status:?}");
        rows = oracle::value(&session, &format!("SELECT count(*) FROM {name}"))
            .await?
            .parse()?;
        if rows > 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    ensure!(rows > 0, "no row came");
    let Some(ResultType::RecentProgress(progress)) = ask(Ask::LastProgress(true)).await? else {
        bail!("no progress");
    };
    ensure!(
        progress
            .recent_progress_json
            .iter()
            .all(|json| json.contains("numInputRows")),
        "{progress:?}"
    );
    ask(Ask::Stop(true)).await?;
    let wait = streaming_query_command::AwaitTerminationCommand {
        timeout_ms: Some(20_000),
    };
    let Some(ResultType::AwaitTermination(ended)) = ask(Ask::AwaitTermination(wait)).await? else {
        bail!("no word on the end");
    };
    ensure!(ended.terminated);
    Ok(())
}
