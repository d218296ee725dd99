//! What is over is over on the server too: interrupted and dropped executions, released sessions.

use anyhow::{Result, ensure};
use e2e::{
    operation::{self, Heart},
    oracle, over_both_routes,
    route::Route,
};
use futures::StreamExt;
use spark_connect_client::{
    ErrorKind, RetryPolicy, plan, proto::get_status_response::operation_status::OperationState,
};

over_both_routes!(
    an_interrupt_ends_the_query_on_the_server,
    a_dropped_execution_ends_on_the_server,
    a_released_session_ends_with_what_it_runs,
);

async fn an_interrupt_ends_the_query_on_the_server(route: Route) -> Result<()> {
    let (heart, witness, connection) = (Heart::new(), route.session()?, route.connection()?);
    let session = route.session_at(&connection, RetryPolicy::default())?;
    let mut execution = session.execute(plan::root(plan::sql(&heart.query())));
    let operation = execution.operation_id().to_owned();
    let stream = tokio::spawn(async move {
        while let Some(output) = execution.next().await {
            output?;
        }
        Ok::<_, spark_connect_client::Error>(())
    });
    heart.beats(&witness).await?;
    let state = operation::state(route.transport(&connection)?, &connection, &operation).await?;
    ensure!(matches!(state, None | Some(OperationState::Running)));

    let interrupted = session.interrupt_operation(&operation).await?;
    assert_eq!(interrupted, std::slice::from_ref(&operation));
    let error = stream.await?.err();
    let error = error.map(|error| (error.kind, error.error_class().map(str::to_owned)));
    assert_eq!(
        error,
        Some((ErrorKind::Cancelled, Some("OPERATION_CANCELED".to_owned())))
    );
    heart.stops(&witness).await?;
    let state = operation::end(route, &connection, &operation).await?;
    ensure!(
        matches!(
            state,
            None | Some(OperationState::Cancelled | OperationState::Unknown)
        ),
        "{state:?}"
    );
    assert_eq!(session.interrupt_operation(&operation).await?, [""; 0]);
    assert_eq!(oracle::value(&session, "SELECT 'fine'").await?, "fine");
    Ok(())
}

async fn a_dropped_execution_ends_on_the_server(route: Route) -> Result<()> {
    let (heart, witness, session) = (Heart::new(), route.session()?, route.session()?);
    let mut execution = session.execute(plan::root(plan::sql(&heart.query())));
    let operation = execution.operation_id().to_owned();
    let reader = tokio::spawn(async move { while execution.next().await.is_some() {} });
    heart.beats(&witness).await?;
    reader.abort();
    heart.stops(&witness).await?;
    assert_eq!(session.interrupt_operation(&operation).await?, [""; 0]);
    Ok(())
}

async fn a_released_session_ends_with_what_it_runs(route: Route) -> Result<()> {
    let (heart, witness, connection) = (Heart::new(), route.session()?, route.connection()?);
    let session = route.session_at(&connection, RetryPolicy::quick())?;
    session.sql("CREATE TEMPORARY VIEW mine AS SELECT 1").await?;
    let running = session.execute(plan::root(plan::sql(&heart.query())));
    let reader = tokio::spawn(running.collect());
    heart.beats(&witness).await?;
    session.release().await?;
    heart.stops(&witness).await?;
    ensure!(reader.await?.is_err());
    let again = route.session_at(&connection, RetryPolicy::quick())?;
    let error = again.sql("SELECT * FROM mine").await.err();
    assert_eq!(error.map(|error| error.kind), Some(ErrorKind::SessionLost));
    Ok(())
}
