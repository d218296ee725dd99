//! A scripted Spark, a proxy that cuts, a bridge, and a client before them.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use e2e::{
    oracle::{Checksum, longs},
    proxy::Proxy,
    route::{Route, connection},
    scripted::{Answer, Opening, ScriptedSpark},
    servers::Bridge,
};
use futures::StreamExt;
use http::HeaderMap;
use spark_connect_client::{ConnectionString, Error, Output, RetryPolicy, Session, plan};

/// Where the proxy stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Between the client and Spark; they speak gRPC.
    Grpc,
    /// Between the client and the bridge; they speak grpc-web.
    BeforeBridge,
    /// Between the bridge and Spark; they speak gRPC, and the client speaks grpc-web.
    BehindBridge,
}

/// Tries that come quickly and are few.
pub(crate) fn hasty() -> RetryPolicy {
    RetryPolicy {
        max_retries: 6,
        initial_backoff: Duration::from_millis(1),
        max_backoff: Duration::from_millis(8),
        ..RetryPolicy::default()
    }
}

/// A way to a server, with a proxy on it.
pub(crate) struct Road {
    pub(crate) proxy: Proxy,
    way: Way,
    remote: String,
    _bridge: Option<Bridge>,
}

impl Road {
    pub(crate) async fn to(way: Way, spark: SocketAddr) -> Result<Self> {
        let url = |address| format!("sc://{address}");
        let (proxy, bridge) = match way {
            Way::Grpc => (Proxy::before(spark).await?, None),
            Way::BeforeBridge => {
                let bridge = Bridge::before(&url(spark)).await?;
                (
                    Proxy::before(([127, 0, 0, 1], bridge.port()).into()).await?,
                    Some(bridge),
                )
            }
            Way::BehindBridge => {
                let proxy = Proxy::before(spark).await?;
                let bridge = Bridge::before(&url(proxy.address)).await?;
                (proxy, Some(bridge))
            }
        };
        let remote = match (&bridge, way) {
            (Some(bridge), Way::BehindBridge) => bridge.remote(),
            _ => url(proxy.address),
        };
        Ok(Self {
            proxy,
            way,
            remote,
            _bridge: bridge,
        })
    }

    /// A connection string with a session of its own.
    pub(crate) fn connection(&self) -> Result<ConnectionString> {
        connection(&self.remote)
    }

    /// A session on a new connection.
    pub(crate) fn session(&self, connection: &ConnectionString, policy: RetryPolicy) -> Result<Session> {
        let route = if self.way == Way::Grpc {
            Route::Grpc
        } else {
            Route::GrpcWeb
        };
        route.session_at(connection, policy)
    }

    /// Runs a query to its end. Its first column holds numbers.
    pub(crate) async fn run(&self, session: &Session, query: &str) -> Result<Outcome> {
        let mut execution = session.execute(plan::root(plan::sql(query)));
        let mut outcome = Outcome {
            operation: execution.operation_id().to_owned(),
            ..Outcome::default()
        };
        let read = async {
            while let Some(output) = execution.next().await {
                match output {
                    Ok(Output::Batch(batch)) => {
                        outcome.ids.extend(longs(&batch, 0)?);
                        outcome.checksum.add_batch(&batch)?;
                    }
                    Ok(Output::Retrying { .. }) => outcome.retries += 1,
                    Ok(_) => {}
                    Err(error) => outcome.error = Some(error),
                }
            }
            Ok::<_, anyhow::Error>(())
        };
        tokio::time::timeout(Duration::from_secs(60), read)
            .await
            .context("it never ends")??;
        Ok(outcome)
    }
}

/// A scripted Spark at the end of a road.
pub(crate) struct Stage {
    pub(crate) spark: ScriptedSpark,
    pub(crate) road: Road,
}

/// What came of a query.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) operation: String,
    pub(crate) ids: Vec<i64>,
    pub(crate) checksum: Checksum,
    pub(crate) retries: usize,
    pub(crate) error: Option<Error>,
}

impl Stage {
    pub(crate) async fn new(
        way: Way,
        script: impl Fn(&Opening) -> Answer + Send + Sync + 'static,
    ) -> Result<Self> {
        Self::with_headers(way, script, HeaderMap::new()).await
    }

    pub(crate) async fn with_headers(
        way: Way,
        script: impl Fn(&Opening) -> Answer + Send + Sync + 'static,
        headers: HeaderMap,
    ) -> Result<Self> {
        let spark = ScriptedSpark::start_with_headers(script, headers).await?;
        let road = Road::to(way, spark.address).await?;
        Ok(Self { spark, road })
    }

    /// Runs a query to its end, in a session of its own.
    pub(crate) async fn run(&self) -> Result<Outcome> {
        let session = self.road.session(&self.road.connection()?, hasty())?;
        self.road.run(&session, "the script knows").await
    }

    /// Waits until an operation is released. Nothing is left of it on the server then.
    pub(crate) async fn released(&self, operation: &str) -> Result<()> {
        let begin = Instant::now();
        while !self.spark.is_released(operation) {
            ensure!(
                begin.elapsed() < Duration::from_secs(10),
                "the operation {operation} is not released"
            );
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Ok(())
    }

    /// Runs a query that must give this many rows.
    pub(crate) async fn complete(&self, rows: i64) -> Result<Outcome> {
        let outcome = self.run().await?;
        if let Some(error) = outcome.error {
            return Err(error.into());
        }
        ensure!(
            outcome.ids.iter().copied().eq(0..rows),
            "{:?} are not the {rows} rows",
            outcome.ids
        );
        Ok(outcome)
    }

    /// Runs a query that must fail, and returns the rows before and the error.
    pub(crate) async fn failure(&self) -> Result<(Vec<i64>, Error)> {
        let outcome = self.run().await?;
        Ok((outcome.ids, outcome.error.context("it came to a good end")?))
    }
}

/// Makes tests of async functions that take a [`Way`]: one for each.
macro_rules! every_way {
    ($($test:ident),* $(,)?) => {
        every_way!(grpc Grpc: $($test),*);
        every_way!(before_the_bridge BeforeBridge: $($test),*);
        every_way!(behind_the_bridge BehindBridge: $($test),*);
    };
    ($name:ident $way:ident: $($test:ident),*) => {
        mod $name {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() -> anyhow::Result<()> {
                super::$test(crate::stage::Way::$way).await
            })*
        }
    };
}
pub(crate) use every_way;
