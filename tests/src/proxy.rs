//! A TCP proxy that cuts connections after a number of bytes, or hands the bytes on one at a time.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, AtomicUsize, Ordering::SeqCst},
    },
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

const UNLIMITED: i64 = i64::MAX / 2;

/// Which bytes count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// What the server sends.
    FromServer,
    /// What the client sends.
    ToServer,
}

/// The proxy. It stops when dropped.
#[derive(Debug)]
pub struct Proxy {
    /// Where it listens.
    pub address: SocketAddr,
    state: Arc<State>,
    task: JoinHandle<()>,
}

#[derive(Debug)]
struct State {
    /// Bytes until the cut.
    left: [AtomicI64; 2],
    /// Bytes that were handed on.
    passed: [AtomicU64; 2],
    cuts: AtomicUsize,
    /// Bytes that are handed on at once.
    piece: AtomicUsize,
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
        let state = Arc::new(State {
            left: [AtomicI64::new(UNLIMITED), AtomicI64::new(UNLIMITED)],
            passed: Default::default(),
            cuts: AtomicUsize::new(0),
            piece: AtomicUsize::new(usize::MAX),
        });
        let task = tokio::spawn(accept(listener, server, state.clone()));
        Ok(Self { address, state, task })
    }

    /// Cuts the connection that hands on this many more bytes, once.
    pub fn cut_after(&self, direction: Direction, bytes: u64) {
        self.state.left[direction as usize].store(bytes as i64, SeqCst);
    }

    /// Hands on at most this many bytes at once.
    pub fn set_piece(&self, bytes: usize) {
        self.state.piece.store(bytes, SeqCst);
    }

    /// How many bytes were handed on so far.
    pub fn passed(&self, direction: Direction) -> u64 {
        self.state.passed[direction as usize].load(SeqCst)
    }

    /// How many connections were cut so far.
    pub fn cuts(&self) -> usize {
        self.state.cuts.load(SeqCst)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, server: SocketAddr, state: Arc<State>) {
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        let state = state.clone();
        connections.spawn(async move {
            // A connection that breaks is what a client of this proxy has to bear.
            let _ = connect(client, server, &state).await;
        });
        while connections.try_join_next().is_some() {}
    }
}

/// Hands bytes on in both directions until one of them ends or is cut; then both end at once.
async fn connect(client: TcpStream, server: SocketAddr, state: &State) -> std::io::Result<()> {
    let server = TcpStream::connect(server).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (client_reads, client_writes) = client.into_split();
    let (server_reads, server_writes) = server.into_split();
    tokio::select! {
        end = pass(server_reads, client_writes, Direction::FromServer, state) => end,
        end = pass(client_reads, server_writes, Direction::ToServer, state) => end,
    }
}

async fn pass(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    direction: Direction,
    state: &State,
) -> std::io::Result<()> {
    let left = &state.left[direction as usize];
    let mut buffer = [0; 16 * 1024];
    loop {
        let read = from.read(&mut buffer).await?;
        if read == 0 {
            return Ok(());
        }
        let before = left.fetch_sub(read as i64, SeqCst);
        let cut = before < read as i64;
        let allowed = if cut { before.max(0) as usize } else { read };
        for piece in buffer[..allowed].chunks(state.piece.load(SeqCst)) {
            to.write_all(piece).await?;
            if piece.len() < allowed {
                tokio::task::yield_now().await;
            }
        }
        state.passed[direction as usize].fetch_add(allowed as u64, SeqCst);
        if cut {
            left.store(UNLIMITED, SeqCst);
            state.cuts.fetch_add(1, SeqCst);
            return Ok(());
        }
    }
}
