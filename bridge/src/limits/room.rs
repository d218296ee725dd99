//! The memory that requests may hold together while they arrive and until they are sent on.

use std::{sync::Arc, time::Duration};

use bytesize::ByteSize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tonic::Status;

use super::refusal;
use crate::observe::Metrics;

/// When others may have been sent on.
const RETRY: Duration = Duration::from_secs(1);

/// All of the memory. A permit is a byte.
#[derive(Debug)]
pub(super) struct Memory {
    size: ByteSize,
    left: Arc<Semaphore>,
}

/// One request's part of it, given back when dropped.
#[derive(Debug)]
pub(crate) struct Room {
    memory: Arc<Memory>,
    metrics: Arc<Metrics>,
    taken: Option<OwnedSemaphorePermit>,
}

impl Memory {
    /// The same as `before`, if that has the same size: what is held still counts.
    pub(super) fn new(size: ByteSize, before: Option<&Arc<Self>>) -> Arc<Self> {
        let same = before.filter(|before| before.size == size);
        same.cloned().unwrap_or_else(|| {
            let permits = usize::try_from(size.as_u64()).unwrap_or(usize::MAX);
            Arc::new(Self {
                size,
                left: Arc::new(Semaphore::new(permits.min(Semaphore::MAX_PERMITS))),
            })
        })
    }
}

impl Room {
    pub(super) fn new(memory: Arc<Memory>, metrics: Arc<Metrics>) -> Self {
        Self {
            memory,
            metrics,
            taken: None,
        }
    }

    /// Takes so many bytes, or says that they are not there.
    pub(crate) fn take(&mut self, bytes: usize) -> Result<(), Status> {
        let more = u32::try_from(bytes)
            .ok()
            .and_then(|bytes| self.memory.left.clone().try_acquire_many_owned(bytes).ok());
        let Some(more) = more else {
            self.metrics.limited("request_bytes");
            let sentence = format!(
                "The requests under way hold all the memory that this bridge gives them, {}. Try again in a moment.",
                self.memory.size
            );
            return Err(refusal(sentence, Some(RETRY)));
        };
        match &mut self.taken {
            Some(taken) => taken.merge(more),
            None => self.taken = Some(more),
        }
        Ok(())
    }

    /// Gives so many bytes back, or all there are.
    pub(crate) fn give_back(&mut self, bytes: usize) {
        if let Some(taken) = &mut self.taken {
            drop(taken.split(bytes.min(taken.num_permits())));
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn requests_share_what_there_is() {
        let memory = Memory::new(ByteSize(10), None);
        let room = || Room::new(memory.clone(), Arc::default());
        let (mut one, mut other) = (room(), room());
        one.take(4).unwrap();
        one.take(4).unwrap();
        let status = other.take(3).unwrap_err();
        assert!(status.message().contains("10 B"), "{status}");
        one.give_back(1);
        other.take(3).unwrap();
        drop(one);
        other.take(7).unwrap();
        assert!(other.take(1).is_err());
        // What is sent has a few bytes more than what came.
        other.give_back(11);
        room().take(10).unwrap();
    }
}
