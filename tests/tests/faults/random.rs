//! Connections that break at random places, several times in a query, before a scripted Spark and a real one: no row is
//! lost, repeated or out of order, and no operation is left on the server.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use e2e::{
    environment,
    operation::STATES,
    oracle::Checksum,
    proxy::{Direction, Fault},
    route::Route,
    scripted::{ScriptedSpark, faithful},
    tale,
};
use fastrand::Rng;
use spark_connect_client::{
    ConnectionString, RetryPolicy, Session, plan,
    proto::{
        ExecutePlanRequest, ReattachOptions, UserContext,
        execute_plan_request::{RequestOption, request_option::RequestOption as Choice},
        get_status_response::operation_status::OperationState,
        spark_connect_service_client::SparkConnectServiceClient,
    },
};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::{
    cuts::whole,
    stage::{Road, Way, every_way, hasty},
};

/// Runs of each way and each server: 1,020 in all.
const RUNS: u64 = 170;
/// Roads of each way that are travelled at a time.
const ROADS: u64 = 4;
const MOST_FAULTS: usize = 5;
/// Rows of the query.
const ROWS: i64 = 4_000;
/// Several batches, one of each partition.
const QUERY: &str = "SELECT id, hex(id * 7919) AS h FROM range(0, 4000, 1, 6)";
/// How long a server may take to forget an operation that is over.
const GRACE: Duration = Duration::from_secs(20);

every_way!(scripted_results_come_whole, results_of_spark_come_whole);

/// A server that runs the query.
#[derive(Clone)]
enum Server {
    Scripted(Arc<ScriptedSpark>),
    Spark,
}

async fn scripted_results_come_whole(way: Way) -> Result<()> {
    let responses = tale::responses(8, ROWS / 8, 3)?;
    let spark = ScriptedSpark::start(faithful(responses, |_, left| Ok(whole(left)))).await?;
    let address = spark.address;
    travel(way, address, Server::Scripted(Arc::new(spark)), None).await
}

async fn results_of_spark_come_whole(way: Way) -> Result<()> {
    let remote = environment::spark_remote()?;
    let address = remote.trim_start_matches("sc://").trim_end_matches('/').parse();
    let address = address.with_context(|| format!("{remote} is no address"))?;
    let expected = Checksum::by_spark(&Route::Grpc.session()?, QUERY, &["id", "h"]).await?;
    ensure!(expected.rows == ROWS as u64);
    travel(way, address, Server::Spark, Some(expected)).await
}

async fn travel(way: Way, address: SocketAddr, server: Server, expected: Option<Checksum>) -> Result<()> {
    let seed = environment::seed()?;
    let mut roads = JoinSet::new();
    let begin = Instant::now();
    for road in 0..ROADS {
        let server = server.clone();
        roads.spawn(async move {
            let mut traveller = Traveller::new(way, address, server, expected).await?;
            for run in (road..RUNS).step_by(ROADS as usize) {
                let seeded = Rng::with_seed(seed.wrapping_add(run));
                traveller
                    .run(seeded)
                    .await
                    .with_context(|| format!("run {run}; E2E_SEED={seed} plans the same faults again"))?;
            }
            Ok::<_, anyhow::Error>((traveller.faults, traveller.retries))
        });
    }
    let (mut faults, mut retries) = (0, 0);
    while let Some(road) = roads.join_next().await {
        let (more_faults, more_retries) = road??;
        faults += more_faults;
        retries += more_retries;
    }
    println!(
        "{way:?}: {RUNS} runs, {faults} faults, {retries} retries in {:.1?}, E2E_SEED={seed}",
        begin.elapsed()
    );
    // Half of them happen before the query is complete, at the least, and most of these break its stream.
    ensure!(
        faults as u64 > RUNS && retries as u64 > RUNS / 2,
        "{faults} faults, {retries} retries"
    );
    Ok(())
}

/// Travels one road, again and again.
struct Traveller {
    road: Road,
    server: Server,
    expected: Option<Checksum>,
    /// The bytes of a query without faults, in each direction.
    bytes: [u64; 2],
    connection: ConnectionString,
    faults: usize,
    retries: usize,
}

impl Traveller {
    async fn new(way: Way, address: SocketAddr, server: Server, expected: Option<Checksum>) -> Result<Self> {
        let road = Road::to(way, address).await?;
        let connection = road.connection()?;
        let mut traveller = Self {
            road,
            server,
            expected,
            bytes: [0; 2],
            connection,
            faults: 0,
            retries: 0,
        };
        traveller.query().await?;
        let proxy = &traveller.road.proxy;
        traveller.bytes =
            [Direction::FromServer, Direction::ToServer].map(|direction| proxy.passed(direction));
        Ok(traveller)
    }

    async fn run(&mut self, mut random: Rng) -> Result<()> {
        // Half of the sessions are new to the server, so that what begins them is cut, too.
        if random.bool() {
            self.leave().await?;
            self.connection.session_id = Some(Uuid::new_v4());
        }
        let count = random.usize(1..=MOST_FAULTS);
        for _ in 0..count {
            let direction =
                random.choice([Direction::FromServer, Direction::FromServer, Direction::ToServer]);
            let direction = direction.unwrap_or(Direction::FromServer);
            let bytes = random.u64(0..self.bytes[direction as usize] / count as u64);
            let fault = match random.u8(0..8) {
                0..3 => Fault::Cut,
                3..5 => Fault::Reset,
                5..7 => Fault::Truncate,
                _ => Fault::Delay(Duration::from_millis(random.u64(1..30))),
            };
            self.road.proxy.fault_after(direction, bytes, fault);
        }
        self.query().await
    }

    /// Runs the query, and sees that all of it comes and nothing of it is left.
    async fn query(&mut self) -> Result<()> {
        // A request that never arrived takes two tries: to find that out, and to send it again.
        let policy = RetryPolicy {
            max_retries: 3 * MOST_FAULTS as u32,
            ..hasty()
        };
        let session = self.road.session(&self.connection, policy)?;
        let outcome = self.road.run(&session, QUERY).await?;
        let hits = self.road.proxy.take_hits();
        if let Some(error) = outcome.error {
            return Err(error).with_context(|| format!("after {hits:?}"));
        }
        ensure!(
            outcome.ids.iter().copied().eq(0..ROWS),
            "after {hits:?}: {:?}",
            outcome.ids
        );
        if let Some(expected) = self.expected {
            assert_eq!(outcome.checksum, expected, "after {hits:?}");
        }
        self.retries += outcome.retries;
        self.faults += hits.len();
        self.forgotten(&outcome.operation)
            .await
            .with_context(|| format!("after {hits:?}"))?;
        self.faults += self.road.proxy.take_hits().len();
        self.road.proxy.heal();
        Ok(())
    }

    /// Waits until nothing is left of an operation on the server.
    async fn forgotten(&self, operation: &str) -> Result<()> {
        let begin = Instant::now();
        loop {
            let left = match &self.server {
                Server::Scripted(spark) => !spark.is_released(operation),
                Server::Spark => is_left(&self.witness()?, operation).await?,
            };
            if !left {
                return Ok(());
            }
            ensure!(begin.elapsed() < GRACE, "{operation} is left on the server");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// The session, on a way without faults.
    fn witness(&self) -> Result<Session> {
        let mut connection = Route::Grpc.connection()?;
        connection.session_id = self.connection.session_id;
        Route::Grpc.session_at(&connection, RetryPolicy::quick())
    }

    /// Ends the session.
    async fn leave(&self) -> Result<()> {
        if let Server::Spark = self.server {
            self.witness()?.release().await?;
        }
        Ok(())
    }
}

/// Whether Spark still keeps something of an operation of a session: its word since 4.2; before, whether there was
/// something to interrupt.
async fn is_left(session: &Session, operation: &str) -> Result<bool> {
    if !environment::spark_is_at_least(STATES)? {
        return Ok(session.interrupt_all().await?.iter().any(|id| id == operation));
    }
    let states = session.operation_states(&[operation]).await?;
    let state = states.first().context("no word on the operation")?.1;
    Ok(matches!(
        state,
        OperationState::Running | OperationState::Terminating
    ))
}

/// What the other tests here rely on: an operation that is read to its end and not released is seen.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operation_that_is_not_released_is_seen() -> Result<()> {
    if !environment::spark_is_at_least(STATES)? {
        return Ok(());
    }
    let connection = Route::Grpc.connection()?;
    let session = Route::Grpc.session_at(&connection, hasty())?;
    let operation = Uuid::new_v4().to_string();
    let request = ExecutePlanRequest {
        session_id: session.session_id().to_owned(),
        user_context: Some(UserContext {
            user_id: connection.user_id.clone().unwrap_or_default(),
            ..UserContext::default()
        }),
        operation_id: Some(operation.clone()),
        plan: Some(plan::root(plan::sql(QUERY))),
        request_options: vec![RequestOption {
            request_option: Some(Choice::ReattachOptions(ReattachOptions { reattachable: true })),
        }],
        ..ExecutePlanRequest::default()
    };
    let mut stub = SparkConnectServiceClient::new(Route::Grpc.transport(&connection)?);
    let mut responses = stub.execute_plan(request).await?.into_inner();
    while responses.message().await?.is_some() {}
    tokio::time::sleep(Duration::from_millis(500)).await;
    ensure!(is_left(&session, &operation).await?, "it is gone, or not seen");
    session.release().await?;
    Ok(())
}
