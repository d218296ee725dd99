//! Connections: what is told when there is none, when it is lost, and that two know nothing of each other.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use e2e::{
    engine::{connected, with_engine},
    environment,
    route::connection,
    servers::free_port,
};
use engine_api::{Command, ConnectionId, ErrorKind, Event, RowLimit};
use spark_connect_client::{RetryPolicy, Session, Transport};

#[tokio::test]
async fn a_connection_tells_whom_it_reached() -> Result<()> {
    with_engine(async |engine| {
        let remote = format!(
            "{}/;session_id=00112233-4455-6677-8899-aabbccddeeff",
            environment::spark_remote()?
        );
        let event = engine.try_connect(ConnectionId(3), &remote).await?;
        let Ok(Event::Connected {
            spark_version,
            session_id,
            time_zone,
            ..
        }) = event
        else {
            anyhow::bail!("{event:?}");
        };
        assert_eq!(spark_version, environment::spark_version()?);
        assert_eq!(session_id, "00112233-4455-6677-8899-aabbccddeeff");
        ensure!(time_zone.ends_with("UTC"), "{time_zone}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_cannot_be_reached_is_told_soon() -> Result<()> {
    with_engine(async |engine| {
        let down = format!("sc://127.0.0.1:{}", free_port()?);
        for (remote, kind, part) in [
            ("", ErrorKind::Invalid, "sc://localhost:15002"),
            ("http://localhost", ErrorKind::Invalid, "starts with sc://"),
            ("sc://localhost:99999", ErrorKind::Invalid, "99999 is not a port"),
            (
                "sc://no-such-host.invalid",
                ErrorKind::Unreachable,
                "Check the address",
            ),
            (&down, ErrorKind::Unreachable, "cannot be reached"),
        ] {
            let begin = Instant::now();
            let error = engine
                .try_connect(ConnectionId(9), remote)
                .await?
                .err()
                .context("connected")?;
            assert_eq!(error.kind, kind, "{remote}: {}", error.message);
            ensure!(error.message.contains(part), "{remote}: {}", error.message);
            ensure!(
                begin.elapsed() < Duration::from_secs(15),
                "{remote}: after {:?}",
                begin.elapsed()
            );
        }
        let run = engine.begin("SELECT 1", RowLimit::All);
        let error = engine.end(run).await?.error()?;
        assert_eq!(error.kind, ErrorKind::Unreachable);
        ensure!(error.message.contains("Connect"), "{}", error.message);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_lost_session_is_told_and_a_new_one_works() -> Result<()> {
    with_engine(async |engine| {
        let remote = environment::spark_remote()?;
        let mut named = connection(&remote)?;
        let session_id = engine.connect(&format!("{remote}/;user_id=e2e")).await?;
        let (_, told) = engine
            .run("CREATE TEMPORARY VIEW mine AS SELECT 1", RowLimit::All)
            .await?;
        told.summary()?;
        // Somebody else ends the session.
        named.session_id = Some(session_id.parse()?);
        Session::new(Transport::grpc(&named)?, &named, RetryPolicy::quick())
            .release()
            .await?;
        let (_, told) = engine.run("SELECT * FROM mine", RowLimit::All).await?;
        assert_eq!(told.error()?.kind, ErrorKind::SessionLost);
        let error = engine
            .wait(|event| match event {
                Event::ConnectFailed { error, .. } => Some(error.clone()),
                _ => None,
            })
            .await?;
        assert_eq!(error.kind, ErrorKind::SessionLost);
        engine.connect(&remote).await?;
        let (_, told) = engine.run("SELECT 1", RowLimit::All).await?;
        assert_eq!(told.summary()?.rows, 1);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn two_connections_know_nothing_of_each_other() -> Result<()> {
    connected(async |engine| {
        let other = ConnectionId(2);
        engine
            .try_connect(other, &environment::spark_remote()?)
            .await?
            .map_err(|e| anyhow::anyhow!("{e:?}"))?;
        let (_, told) = engine
            .run("CREATE TEMPORARY VIEW mine AS SELECT 1", RowLimit::All)
            .await?;
        told.summary()?;
        let run = engine.begin_on(other, "SELECT * FROM mine", RowLimit::All);
        assert_eq!(
            engine.end(run).await?.error()?.error_class.as_deref(),
            Some("TABLE_OR_VIEW_NOT_FOUND")
        );
        engine.send(Command::Disconnect { connection: other });
        let run = engine.begin_on(other, "SELECT 1", RowLimit::All);
        assert_eq!(engine.end(run).await?.error()?.kind, ErrorKind::Unreachable);
        let (_, told) = engine.run("SELECT * FROM mine", RowLimit::All).await?;
        assert_eq!(told.summary()?.rows, 1);
        Ok(())
    })
    .await
}
