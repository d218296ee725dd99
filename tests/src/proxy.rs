//! A TCP proxy that breaks connections after a number of bytes, holds bytes back, or hands them on one at a time.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use anyhow::Result;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    task::{JoinHandle, JoinSet},
};

/// How a request for a call begins on HTTP/1. On HTTP/2 its name is compressed.
const REQUEST: &[u8] = b"POST /spark.connect.SparkConnectService/";

/// Which bytes count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// What the server sends.
    FromServer,
    /// What the client sends.
    ToServer,
}

/// What happens to a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is closed.
    Cut,
    /// It is reset: what is under way is lost, too.
    Reset,
    /// One direction ends where it is; what comes later is swallowed. The other one goes on.
    Truncate,
    /// The bytes wait.
    Delay(Duration),
}

/// A fault that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// To which bytes.
    pub direction: Direction,
    /// What happened.
    pub fault: Fault,
    /// The call that was last asked for on the connection, if it speaks HTTP/1.
    pub call: Option<String>,
}

/// The proxy. It stops when dropped.
#[derive(Debug)]
pub struct Proxy {
    /// Where it listens.
    pub address: SocketAddr,
    shared: Arc<Mutex<Shared>>,
    task: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    lanes: [Lane; 2],
    /// Bytes that are handed on at once.
    piece: usize,
    hits: Vec<Hit>,
    calls: Vec<String>,
}

/// One direction of all connections.
#[derive(Debug, Default)]
struct Lane {
    passed: u64,
    /// Each with the bytes that pass after the one before it.
    faults: VecDeque<(u64, Fault)>,
}

impl Proxy {
    /// Starts a proxy before a server.
    pub async fn before(server: SocketAddr) -> Result<Self> {
        Self::start_at(([127, 0, 0, 1], 0).into(), server).await
    }

    /// Starts a proxy on an address before a server.
    pub async fn start_at(address: SocketAddr, server: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Mutex::new(Shared {
            lanes: Default::default(),
            piece: usize::MAX,
            hits: Vec::new(),
            calls: Vec::new(),
        }));
        let task = tokio::spawn(accept(listener, server, shared.clone()));
        Ok(Self {
            address,
            shared,
            task,
        })
    }

    /// Plans a fault for the connection that hands on this many more bytes after the faults that are planned already.
    pub fn fault_after(&self, direction: Direction, bytes: u64, fault: Fault) {
        self.lock().lanes[direction as usize]
            .faults
            .push_back((bytes, fault));
    }

    /// Forgets the faults that have not happened yet.
    pub fn heal(&self) {
        for lane in &mut self.lock().lanes {
            lane.faults.clear();
        }
    }

    /// Hands on at most this many bytes at once.
    pub fn set_piece(&self, bytes: usize) {
        self.lock().piece = bytes;
    }

    /// How many bytes were handed on so far.
    pub fn passed(&self, direction: Direction) -> u64 {
        self.lock().lanes[direction as usize].passed
    }

    /// The faults that happened since the last look.
    pub fn take_hits(&self) -> Vec<Hit> {
        std::mem::take(&mut self.lock().hits)
    }

    /// How often a call was asked for over HTTP/1 so far.
    pub fn count_calls(&self, name: &str) -> usize {
        self.lock().calls.iter().filter(|call| *call == name).count()
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        lock(&self.shared)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Shared {
    /// How many of the bytes that were read may pass, and what happens then.
    fn pass(&mut self, direction: Direction, read: usize, call: &Option<String>) -> (usize, Option<Fault>) {
        let lane = &mut self.lanes[direction as usize];
        let (allowed, fault) = match lane.faults.front_mut() {
            Some((left, _)) if *left > read as u64 => {
                *left -= read as u64;
                (read, None)
            }
            Some((left, fault)) => {
                let (allowed, fault) = (*left as usize, *fault);
                lane.faults.pop_front();
                self.hits.push(Hit {
                    direction,
                    fault,
                    call: call.clone(),
                });
                (allowed, Some(fault))
            }
            None => (read, None),
        };
        lane.passed += allowed as u64;
        (allowed, fault)
    }
}

async fn accept(listener: TcpListener, server: SocketAddr, shared: Arc<Mutex<Shared>>) {
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        let shared = shared.clone();
        connections.spawn(async move {
            // A connection that breaks is what a client of this proxy has to bear.
            let _ = connect(client, server, &shared).await;
        });
        while connections.try_join_next().is_some() {}
    }
}

/// Hands bytes on in both directions until one of them ends or is broken; then both end at once.
async fn connect(client: TcpStream, server: SocketAddr, shared: &Mutex<Shared>) -> std::io::Result<()> {
    let server = TcpStream::connect(server).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (client_reads, client_writes) = client.into_split();
    let (server_reads, server_writes) = server.into_split();
    let call = Mutex::new(None);
    tokio::select! {
        end = pass(server_reads, client_writes, Direction::FromServer, shared, &call) => end,
        end = pass(client_reads, server_writes, Direction::ToServer, shared, &call) => end,
    }
}

async fn pass(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    direction: Direction,
    shared: &Mutex<Shared>,
    call: &Mutex<Option<String>>,
) -> std::io::Result<()> {
    let mut buffer = [0; 16 * 1024];
    loop {
        let read = from.read(&mut buffer).await?;
        if read == 0 {
            return Ok(());
        }
        if let Some(name) = (direction == Direction::ToServer)
            .then(|| call_of(&buffer[..read]))
            .flatten()
        {
            lock(shared).calls.push(name.clone());
            *lock(call) = Some(name);
        }
        let mut bytes = &buffer[..read];
        while !bytes.is_empty() {
            let (allowed, fault) = lock(shared).pass(direction, bytes.len(), &lock(call));
            let (passing, rest) = bytes.split_at(allowed);
            bytes = rest;
            let size = lock(shared).piece;
            for piece in passing.chunks(size) {
                to.write_all(piece).await?;
                if piece.len() < passing.len() {
                    tokio::task::yield_now().await;
                }
            }
            match fault {
                None => {}
                Some(Fault::Delay(time)) => tokio::time::sleep(time).await,
                Some(Fault::Cut) => return Ok(()),
                Some(Fault::Reset) => {
                    from.as_ref().set_zero_linger()?;
                    return to.as_ref().set_zero_linger();
                }
                Some(Fault::Truncate) => {
                    to.shutdown().await?;
                    while from.read(&mut buffer).await? > 0 {}
                    return Ok(());
                }
            }
        }
    }
}

/// The call that a request is for, if its head begins here.
fn call_of(bytes: &[u8]) -> Option<String> {
    let name = bytes.strip_prefix(REQUEST)?;
    let end = name.iter().position(|byte| *byte == b' ')?;
    Some(String::from_utf8_lossy(&name[..end]).into_owned())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
