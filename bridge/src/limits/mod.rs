//! How much anyone may use. Every refusal says which limit was met and what to do.
//!
//! An identity is whom the bridge knows, or a client's address where it knows nobody. What is counted is counted in
//! this process: several replicas each allow as much.
//!
//! - `account`: what one identity uses
//! - `room`: the memory that requests hold
//! - `operations`: operations whose clients may go away, or read too much

mod account;
mod operations;
mod room;

use std::{
    collections::HashMap,
    net::IpAddr,
    num::NonZeroU32,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use self::{
    account::{Account, Stream},
    room::Memory,
};
pub(crate) use self::{
    operations::{Attached, Operations},
    room::Room,
};
use crate::{
    config::{self, Settings},
    envelope::Method,
    identity::Identity,
    observe::Metrics,
};

/// When a place for another stream may have become free.
const STREAM_RETRY: Duration = Duration::from_secs(1);
/// Accounts that are kept; beyond that those that use nothing are forgotten.
const MAX_ACCOUNTS: usize = 10_000;

/// The limits, and what is used of them.
#[derive(Debug)]
pub(crate) struct Limits {
    settings: config::Limits,
    all: Arc<Account>,
    accounts: Arc<Mutex<HashMap<String, Arc<Account>>>>,
    memory: Arc<Memory>,
    pub(crate) operations: Arc<Operations>,
    metrics: Arc<Metrics>,
}

/// A client's connection, an extension of its requests: it counts for whoever calls on it first.
#[derive(Debug, Default)]
pub(crate) struct Connection(OnceLock<Arc<Account>>);

/// What a call holds while it lasts.
#[derive(Debug)]
pub(crate) struct Admitted {
    account: Arc<Account>,
    bytes_per_day: Option<u64>,
    metrics: Arc<Metrics>,
    _streams: Vec<Stream>,
}

impl Limits {
    /// What was used `before` still counts.
    pub(crate) fn new(settings: &Settings, metrics: Arc<Metrics>, before: Option<&Self>) -> Self {
        let settings = settings.limits.clone();
        Self {
            all: before.map(|before| before.all.clone()).unwrap_or_default(),
            accounts: before.map(|before| before.accounts.clone()).unwrap_or_default(),
            memory: Memory::new(settings.request_bytes, before.map(|before| &before.memory)),
            operations: Operations::new(
                &settings,
                metrics.clone(),
                before.map(|before| &*before.operations),
            ),
            settings,
            metrics,
        }
    }

    /// Lets a call in, or says why not.
    pub(crate) fn admit(
        &self,
        identity: Option<&Identity>,
        address: Option<IpAddr>,
        connection: Option<&Connection>,
        method: Method,
    ) -> Result<Admitted, Status> {
        let account = self.account(identity, address);
        let own = &self.settings.identity;
        let refuse = |limit, sentence: String, retry: Option<Duration>| {
            self.metrics.limited(limit);
            Err(refusal(sentence, retry))
        };
        if let (Some(limit), Some(connection)) = (own.connections, connection)
            && !connection.counts_for(&account, limit)
        {
            let sentence = format!(
                "You have {limit} connections open, which is all this bridge allows you. Close one first."
            );
            return refuse("connections", sentence, None);
        }
        for (account, limit, whose) in [
            (&account, own.requests_per_second, "you"),
            (&self.all, self.settings.requests_per_second, "everyone together"),
        ] {
            if let Some(wait) = limit.and_then(|limit| account.request(limit)) {
                let limit = limit.map_or(0, NonZeroU32::get);
                let sentence = format!(
                    "This bridge takes {limit} calls a second from {whose}. Try again in {} ms.",
                    wait.as_millis() + 1
                );
                return refuse("requests", sentence, Some(wait));
            }
        }
        let mut streams = Vec::new();
        if matches!(
            method,
            Method::ExecutePlan | Method::ReattachExecute | Method::AddArtifacts
        ) {
            for (account, limit, whose) in [
                (&account, own.streams, "you"),
                (&self.all, self.settings.streams, "everyone together"),
            ] {
                let Some(limit) = limit else { continue };
                match Account::stream(account, limit) {
                    Some(stream) => streams.push(stream),
                    None => {
                        let sentence = format!(
                            "This bridge runs {limit} queries and uploads at a time for {whose}. Wait until one ends, or cancel one."
                        );
                        return refuse("streams", sentence, Some(STREAM_RETRY));
                    }
                }
            }
        }
        let bytes_per_day = own.bytes_per_day.map(|limit| limit.as_u64());
        if let Some(limit) = bytes_per_day
            && account.bytes_today() >= limit
            && matches!(method, Method::ExecutePlan | Method::ReattachExecute)
        {
            return refuse("bytes_per_day", day_is_over(limit), None);
        }
        Ok(Admitted {
            account,
            bytes_per_day,
            metrics: self.metrics.clone(),
            _streams: streams,
        })
    }

    /// Room for one request's bytes, of which it has none yet.
    pub(crate) fn room(&self) -> Room {
        Room::new(self.memory.clone(), self.metrics.clone())
    }

    fn account(&self, identity: Option<&Identity>, address: Option<IpAddr>) -> Arc<Account> {
        // A user's id cannot be mistaken for an address.
        let name = match (identity, address) {
            (Some(identity), _) => format!("user {}", identity.user),
            (None, Some(address)) => format!("address {address}"),
            (None, None) => String::new(),
        };
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        if accounts.len() >= MAX_ACCOUNTS && !accounts.contains_key(&name) {
            accounts.retain(|_, account| Arc::strong_count(account) > 1 || account.bytes_today() > 0);
        }
        accounts.entry(name).or_default().clone()
    }
}

impl Connection {
    fn counts_for(&self, account: &Arc<Account>, limit: NonZeroU32) -> bool {
        if self.0.get().is_some() {
            return true;
        }
        if !account.connect(limit) {
            return false;
        }
        if self.0.set(account.clone()).is_err() {
            // Another call on it was faster.
            account.disconnect();
        }
        true
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if let Some(account) = self.0.get() {
            account.disconnect();
        }
    }
}

impl Admitted {
    /// Counts bytes of an answer. An error ends the answer.
    pub(crate) fn sends(&self, bytes: usize) -> Result<(), Status> {
        let Some(limit) = self.bytes_per_day else {
            return Ok(());
        };
        if self.account.add_today(bytes as u64) > limit {
            self.metrics.limited("bytes_per_day");
            return Err(refusal(day_is_over(limit), None));
        }
        Ok(())
    }
}

fn day_is_over(limit: u64) -> String {
    format!(
        "You have read {} today, which is all this bridge allows you. It counts from zero again at midnight UTC.",
        bytesize::ByteSize(limit)
    )
}

/// Says how long to wait where waiting helps, in the way that clients understand.
pub(crate) fn refusal(sentence: String, retry: Option<Duration>) -> Status {
    match retry {
        Some(retry) => Status::with_error_details(
            Code::ResourceExhausted,
            sentence,
            ErrorDetails::with_retry_info(Some(retry)),
        ),
        None => Status::resource_exhausted(sentence),
    }
}
