//! People behind a bridge that knows them: their sessions are their own, whatever they say.

use anyhow::{Context, Result, ensure};
use e2e::{environment, route::Route, servers::Bridge};
use sha2::{Digest, Sha256};
use spark_connect_client::{ConnectionString, ErrorKind, RetryPolicy, Session};
use uuid::Uuid;

/// A bridge before the shared Spark that knows some people by their tokens.
async fn bridge() -> Result<Bridge> {
    let spark = environment::spark_remote()?;
    let server = spark.strip_prefix("sc://").context("a connection string")?;
    let server = server.split('/').next().unwrap_or_default();
    let people = ["ada", "bob", "eve"].map(|user| {
        let hash: String = Sha256::digest(token(user))
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        format!("[[identity.tokens]]\nuser = \"{user}\"\ntoken_sha256 = \"{hash}\"\n")
    });
    Bridge::with_settings(&format!(
        "{}[[roles]]\nusers = [\"ada\", \"bob\"]\nwrite = true\n[[roles]]\nusers = [\"eve\"]\n\
         [backends.main]\nservers = [\"{server}\"]\n",
        people.concat()
    ))
    .await
}

fn token(user: &str) -> String {
    format!("the token of {user}, for these tests only")
}

/// `claimed`: who the client says it is.
fn session(bridge: &Bridge, route: Route, user: &str, claimed: Option<&str>, id: Uuid) -> Result<Session> {
    let mut connection = ConnectionString::parse(&format!("{}/;use_ssl=false", bridge.remote()))?;
    connection.token = Some(token(user));
    connection.session_id = Some(id);
    connection.user_id = claimed.map(str::to_owned);
    route.session_at(&connection, RetryPolicy::default())
}

async fn count(session: &Session) -> Result<usize> {
    let batches = session.sql("SELECT * FROM mine").await?.collect().await?;
    Ok(batches.iter().map(|batch| batch.num_rows()).sum())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_is_its_owners() -> Result<()> {
    let bridge = bridge().await?;
    for route in [Route::Grpc, Route::GrpcWeb] {
        let id = Uuid::new_v4();
        let ada = session(&bridge, route, "ada", Some("ada"), id)?;
        ada.sql("CREATE TEMPORARY VIEW mine AS SELECT * FROM range(3)")
            .await?
            .collect()
            .await?;
        assert_eq!(count(&ada).await?, 3, "{route:?}");

        // The same id is another session for Bob, and he cannot speak for Ada.
        let bob = session(&bridge, route, "bob", None, id)?;
        let error = count(&bob).await.err().context("a view of Ada's")?;
        ensure!(error.to_string().contains("mine"), "{error}");
        bob.sql("CREATE TEMPORARY VIEW mine AS SELECT 1")
            .await?
            .collect()
            .await?;
        assert_eq!(count(&bob).await?, 1);
        let forged = session(&bridge, route, "bob", Some("ada"), id)?;
        let error = forged.spark_version().await.err().context("Bob as Ada")?;
        assert_eq!(error.kind, ErrorKind::Denied, "{error}");
        bob.release().await?;
        assert_eq!(count(&ada).await?, 3, "Bob closed his session, not Ada's");

        let stranger = session(&bridge, route, "nobody", None, id)?;
        let error = stranger.spark_version().await.err().context("a stranger")?;
        assert_eq!(error.kind, ErrorKind::Denied, "{error}");
        ada.release().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_only_read_reads() -> Result<()> {
    let bridge = bridge().await?;
    let eve = session(&bridge, Route::GrpcWeb, "eve", None, Uuid::new_v4())?;
    let batches = eve.sql("SELECT * FROM range(7)").await?.collect().await?;
    assert_eq!(batches.iter().map(|batch| batch.num_rows()).sum::<usize>(), 7);
    for statement in [
        "CREATE TABLE eves AS SELECT 1",
        "WITH x AS (SELECT 1) INSERT INTO eves SELECT * FROM x",
        "SET spark.sql.ansi.enabled = false",
        "SELECT reflect('java.lang.System', 'getenv', 'HOME')",
    ] {
        let result = async { eve.sql(statement).await?.collect().await };
        let error = result.await.err().with_context(|| statement.to_owned())?;
        assert_eq!(error.kind, ErrorKind::Denied, "{statement}: {error}");
    }
    eve.release().await?;
    Ok(())
}
