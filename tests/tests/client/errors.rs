//! What Spark finds wrong reaches the caller whole: class, SQLSTATE, parameters, place.

use anyhow::{Context, Result, bail};
use e2e::{oracle, over_both_routes, route::Route};
use spark_connect_client::{Error, ErrorKind, Session};

over_both_routes!(
    the_parser_complains,
    the_analyser_complains,
    a_task_fails,
    an_error_in_a_view_points_at_its_name,
    a_long_message_is_whole,
    the_session_goes_on_after_errors,
);

async fn the_parser_complains(route: Route) -> Result<()> {
    let error = failure(&route.session()?, "SELECT *\nFROMM nothing").await?;
    assert_eq!(error.kind, ErrorKind::Spark);
    assert_eq!(error.error_class(), Some("PARSE_SYNTAX_ERROR"));
    let spark = error.spark.context("Spark says nothing of it")?;
    assert_eq!(spark.sql_state.as_deref(), Some("42601"));
    assert_eq!(
        spark.parameters.get("error").map(String::as_str),
        Some("'nothing'")
    );
    assert!(
        spark
            .classes
            .iter()
            .any(|class| class.ends_with("ParseException")),
        "{:?}",
        spark.classes
    );
    assert!(error.message.contains("line 2, pos 6"), "{}", error.message);
    Ok(())
}

async fn the_analyser_complains(route: Route) -> Result<()> {
    let error = failure(&route.session()?, "SELECT zonne FROM range(10) AS zone").await?;
    assert_eq!(error.kind, ErrorKind::Spark);
    assert_eq!(error.error_class(), Some("UNRESOLVED_COLUMN.WITH_SUGGESTION"));
    assert_eq!(error.sentence().lines().count(), 1, "{}", error.sentence());
    let spark = error.spark.context("Spark says nothing of it")?;
    assert_eq!(spark.sql_state.as_deref(), Some("42703"));
    assert_eq!(
        spark.parameters.get("objectName").map(String::as_str),
        Some("`zonne`")
    );
    let context = spark.contexts.first().context("no place in the query")?;
    assert_eq!(
        (context.start, context.stop, context.fragment.as_str()),
        (7, 11, "zonne")
    );
    assert!(!context.dataframe);
    Ok(())
}

async fn a_task_fails(route: Route) -> Result<()> {
    let error = failure(&route.session()?, "SELECT 10 / (id - 5) FROM range(10)").await?;
    assert_eq!(error.kind, ErrorKind::Spark);
    assert_eq!(error.error_class(), Some("DIVIDE_BY_ZERO"));
    let spark = error.spark.context("Spark says nothing of it")?;
    assert_eq!(spark.sql_state.as_deref(), Some("22012"));
    assert!(spark.parameters.contains_key("config"), "{:?}", spark.parameters);
    let context = spark.contexts.first().context("no place in the query")?;
    assert_eq!(
        (context.start, context.stop, context.fragment.as_str()),
        (7, 19, "10 / (id - 5)")
    );
    let trace = spark.stack_trace.context("no stack trace")?;
    assert!(
        trace.contains("ArithmeticException") && trace.contains("\n    at "),
        "{trace}"
    );
    Ok(())
}

async fn an_error_in_a_view_points_at_its_name(route: Route) -> Result<()> {
    let session = route.session()?;
    session
        .sql("CREATE TEMPORARY VIEW broken AS SELECT 1 / (id - 1) AS x FROM range(3)")
        .await?;
    let error = failure(&session, "SELECT x FROM broken").await?;
    let spark = error.spark.context("Spark says nothing of it")?;
    let context = spark.contexts.first().context("no place in the query")?;
    assert_eq!((context.start, context.fragment.as_str()), (14, "broken"));
    Ok(())
}

async fn a_long_message_is_whole(route: Route) -> Result<()> {
    // The status of a gRPC answer carries 2,048 characters of it.
    let text = "many words ".repeat(2000);
    let error = failure(&route.session()?, &format!("SELECT raise_error('{text}end')")).await?;
    assert_eq!(error.error_class(), Some("USER_RAISED_EXCEPTION"));
    assert!(
        error.message.contains(&text) && error.message.contains("end"),
        "{} characters",
        error.message.len()
    );
    Ok(())
}

async fn the_session_goes_on_after_errors(route: Route) -> Result<()> {
    let session = route.session()?;
    for wrong in [
        "SELECT (",
        "SELECT nothing",
        "SELECT 1 / 0",
        "SELECT raise_error('no')",
        "",
    ] {
        failure(&session, wrong).await?;
        assert_eq!(oracle::value(&session, "SELECT 'fine'").await?, "fine");
    }
    Ok(())
}

/// The error of a query, which must have one.
async fn failure(session: &Session, query: &str) -> Result<Error> {
    let result = match session.sql(query).await {
        Ok(data_frame) => data_frame.collect().await,
        Err(error) => Err(error),
    };
    match result {
        Ok(batches) => bail!("{query} gives {} rows", oracle::count(&batches)),
        Err(error) => Ok(error),
    }
}
