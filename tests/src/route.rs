//! The two ways from a client to Spark.

use anyhow::Result;
use spark_connect_client::{ConnectionString, RetryPolicy, Session, Transport};
use uuid::Uuid;

use crate::{environment, servers::remote_of};

/// A way from a client to Spark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// gRPC, straight to Spark.
    Grpc,
    /// grpc-web, through a bridge, as a browser speaks it.
    GrpcWeb,
}

impl Route {
    /// The connection string of the shared Spark, or of the shared bridge before it, with a session of its own.
    pub fn connection(self) -> Result<ConnectionString> {
        match self {
            Self::Grpc => connection(&environment::spark_remote()?),
            Self::GrpcWeb => connection(&remote_of(&environment::bridge_url()?)?),
        }
    }

    /// A new session on the shared Spark.
    pub fn session(self) -> Result<Session> {
        self.session_at(&self.connection()?, RetryPolicy::default())
    }

    /// A session over this way.
    pub fn session_at(self, connection: &ConnectionString, policy: RetryPolicy) -> Result<Session> {
        Ok(Session::new(self.transport(connection)?, connection, policy))
    }

    /// The way itself.
    pub fn transport(self, connection: &ConnectionString) -> Result<Transport> {
        Ok(match self {
            Self::Grpc => Transport::grpc(connection)?,
            Self::GrpcWeb => Transport::grpc_web(connection)?,
        })
    }
}

/// A connection string whose session is named, so that requests beside the client's own can ask for it.
pub fn connection(remote: &str) -> Result<ConnectionString> {
    let mut connection = ConnectionString::parse(remote)?;
    connection.session_id = Some(Uuid::new_v4());
    connection.user_id = Some("e2e".to_owned());
    Ok(connection)
}

/// Makes tests of async functions that take a [`Route`]: one for each way.
#[macro_export]
macro_rules! over_both_routes {
    ($($test:ident),* $(,)?) => {
        mod grpc {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() -> anyhow::Result<()> {
                super::$test($crate::route::Route::Grpc).await
            })*
        }
        mod grpc_web {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() -> anyhow::Result<()> {
                super::$test($crate::route::Route::GrpcWeb).await
            })*
        }
    };
}
