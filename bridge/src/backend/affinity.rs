//! Which server a session belongs to, by rendezvous hashing: every replica of the bridge finds the same one, and a
//! server that comes or goes moves only its own share.
//!
//! What hashing cannot know is remembered for as long as Spark keeps an idle session: that a session went elsewhere
//! while its server was down, was cloned, or began before the list of servers changed.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use http::uri::Authority;
use sha2::{Digest, Sha256};

/// Spark forgets a session that was idle this long (`spark.connect.session.manager.defaultSessionTimeout`).
const REMEMBERED: Duration = Duration::from_secs(60 * 60);
/// Sessions remembered at once; beyond that the longest idle ones are left to hashing.
const MAX_SESSIONS: usize = 100_000;

/// A user's session, hashed, so that what is remembered has one size.
type Key = [u8; 16];

/// The sessions of one backend.
#[derive(Debug)]
pub(super) struct Affinity {
    servers: Vec<Authority>,
    sessions: Mutex<HashMap<Key, Home>>,
}

#[derive(Clone, Copy, Debug)]
struct Home {
    server: usize,
    last_used: Instant,
}

impl Affinity {
    /// For these servers, with what was remembered of those that stay.
    pub(super) fn new(servers: &[Authority], before: Option<&Self>) -> Self {
        let mut sessions = HashMap::new();
        if let Some(before) = before {
            for (key, home) in before.sessions().iter() {
                let name = &before.servers[home.server];
                if let Some(server) = servers.iter().position(|server| server == name) {
                    sessions.insert(*key, Home { server, ..*home });
                }
            }
        }
        Self {
            servers: servers.to_vec(),
            sessions: Mutex::new(sessions),
        }
    }

    /// All servers, the one where the session is expected first.
    pub(super) fn order(&self, user: &str, session: &str) -> Vec<usize> {
        let key = key(user, session);
        let mut order: Vec<usize> = (0..self.servers.len()).collect();
        order.sort_by_cached_key(|index| {
            let score = Sha256::new()
                .chain_update(self.servers[*index].as_str())
                .chain_update(key)
                .finalize();
            // The highest first, and never a tie between two names.
            std::cmp::Reverse(<[u8; 32]>::from(score))
        });
        order
    }

    /// The server that a session was sent to before.
    pub(super) fn known(&self, user: &str, session: &str) -> Option<usize> {
        let mut sessions = self.sessions();
        let home = sessions.get_mut(&key(user, session))?;
        if home.last_used.elapsed() > REMEMBERED {
            return None;
        }
        home.last_used = Instant::now();
        Some(home.server)
    }

    /// Sends the session to this server from now on.
    pub(super) fn remember(&self, user: &str, session: &str, server: usize) {
        let mut sessions = self.sessions();
        if sessions.len() >= MAX_SESSIONS {
            make_room(&mut sessions);
        }
        let last_used = Instant::now();
        sessions.insert(key(user, session), Home { server, last_used });
    }

    fn sessions(&self) -> MutexGuard<'_, HashMap<Key, Home>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Forgets the longest idle tenth, so that this is seldom done.
fn make_room(sessions: &mut HashMap<Key, Home>) {
    let mut used: Vec<Instant> = sessions.values().map(|home| home.last_used).collect();
    let (_, oldest_kept, _) = used.select_nth_unstable(sessions.len() / 10);
    let oldest_kept = *oldest_kept;
    sessions.retain(|_, home| home.last_used > oldest_kept);
}

fn key(user: &str, session: &str) -> Key {
    let hash = Sha256::new()
        // The length keeps two pairs with the same text apart.
        .chain_update((user.len() as u64).to_be_bytes())
        .chain_update(user)
        .chain_update(session)
        .finalize();
    let mut key = Key::default();
    key.copy_from_slice(&hash[..16]);
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    fn servers(names: &[&str]) -> Vec<Authority> {
        names.iter().map(|name| name.parse().unwrap()).collect()
    }

    fn firsts(affinity: &Affinity) -> Vec<usize> {
        (0..3000)
            .map(|n| affinity.order("ann", &format!("session-{n}"))[0])
            .collect()
    }

    #[test]
    fn sessions_spread_evenly_and_alike_everywhere() {
        let one = Affinity::new(&servers(&["a:1", "b:1", "c:1"]), None);
        let other = Affinity::new(&servers(&["a:1", "b:1", "c:1"]), None);
        let firsts_of_one = firsts(&one);
        assert_eq!(firsts_of_one, firsts(&other));
        for server in 0..3 {
            let share = firsts_of_one.iter().filter(|first| **first == server).count();
            assert!((900..1100).contains(&share), "server {server}: {share}");
        }
        // A fixed point, so that two versions of the bridge beside each other agree too.
        assert_eq!(firsts_of_one[..8], [2, 1, 1, 1, 1, 0, 2, 2]);
    }

    #[test]
    fn a_new_server_takes_its_own_share_only() {
        let two = firsts(&Affinity::new(&servers(&["a:1", "b:1"]), None));
        let three = firsts(&Affinity::new(&servers(&["a:1", "b:1", "c:1"]), None));
        let moved = two.iter().zip(&three).filter(|(before, after)| before != after);
        assert!(moved.clone().all(|(_, after)| *after == 2));
        let moved = moved.count();
        assert!((900..1100).contains(&moved), "{moved}");
    }

    #[test]
    fn users_with_like_texts_are_apart() {
        assert_ne!(key("ann", "xs"), key("annx", "s"));
        assert_ne!(key("ann", "s"), key("bob", "s"));
    }

    #[test]
    fn what_is_remembered_follows_its_server_into_new_settings() {
        let before = Affinity::new(&servers(&["a:1", "b:1", "c:1"]), None);
        before.remember("ann", "on-a", 0);
        before.remember("ann", "on-c", 2);
        let after = Affinity::new(&servers(&["c:1", "b:1"]), Some(&before));
        assert_eq!(after.known("ann", "on-a"), None);
        assert_eq!(after.known("ann", "on-c"), Some(0));
        assert_eq!(after.known("bob", "on-c"), None);
    }

    #[test]
    fn memory_is_bounded() {
        let mut sessions = HashMap::new();
        let start = Instant::now();
        for n in 0..100u128 {
            let last_used = start + Duration::from_secs(n as u64);
            sessions.insert(n.to_be_bytes(), Home { server: 0, last_used });
        }
        make_room(&mut sessions);
        assert_eq!(sessions.len(), 89);
        assert!(!sessions.contains_key(&0u128.to_be_bytes()));
        assert!(sessions.contains_key(&99u128.to_be_bytes()));
    }
}
