//! An issuer's public keys: fetched when needed, again when they are old or when a token names an unknown one, and kept
//! while the issuer is out.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};

use jsonwebtoken::{
    Algorithm, DecodingKey,
    jwk::{Jwk, JwkSet, PublicKeyUse},
};
use tokio::sync::Mutex;

use super::provider::Provider;

/// After this time keys are fetched again, beside the requests.
const FRESH: Duration = Duration::from_secs(10 * 60);
/// How long keys serve while the issuer cannot be reached.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);
/// The shortest time between two attempts, so that nobody makes the bridge ask with made-up key names.
const BETWEEN_ATTEMPTS: Duration = Duration::from_secs(5);

/// Why there is no key for a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NoKey {
    /// The issuer has none for it.
    Unknown,
    /// The issuer could not be asked; why.
    Outage(String),
}

pub(super) struct Keys {
    provider: Arc<Provider>,
    /// Where the keys are, if the issuer is not asked for it.
    url: Option<String>,
    cached: RwLock<Cached>,
    /// Held while the issuer is asked.
    asking: Mutex<()>,
}

#[derive(Clone, Default)]
struct Cached {
    keys: Arc<Vec<Key>>,
    fetched: Option<Instant>,
    attempted: Option<Instant>,
    failure: Option<String>,
}

struct Key {
    id: Option<String>,
    algorithm: Option<String>,
    key: DecodingKey,
}

impl Keys {
    pub(super) fn new(provider: Arc<Provider>, url: Option<String>) -> Self {
        Self {
            provider,
            url,
            cached: RwLock::default(),
            asking: Mutex::default(),
        }
    }

    /// The keys that may have signed a token with this header.
    pub(super) async fn find(
        self: &Arc<Self>,
        id: Option<&str>,
        algorithm: Algorithm,
    ) -> Result<Vec<DecodingKey>, NoKey> {
        let cached = self.cached();
        let age = cached.fetched.map(|fetched| fetched.elapsed());
        let found = cached.matching(id, algorithm);
        if age.is_some_and(|age| age < KEPT) && !found.is_empty() {
            if age.is_some_and(|age| age >= FRESH) && cached.may_ask() {
                let keys = self.clone();
                tokio::spawn(async move { keys.fetch().await });
            }
            return Ok(found);
        }
        self.fetch().await;
        let cached = self.cached();
        let found = cached.matching(id, algorithm);
        let usable = cached.fetched.is_some_and(|fetched| fetched.elapsed() < KEPT);
        match cached.failure {
            _ if usable && !found.is_empty() => Ok(found),
            Some(failure) => Err(NoKey::Outage(failure)),
            None => Err(NoKey::Unknown),
        }
    }

    /// Asks the issuer, unless that was tried a moment ago. Whoever comes meanwhile waits for the same answer.
    async fn fetch(&self) {
        let _asking = self.asking.lock().await;
        if !self.cached().may_ask() {
            return;
        }
        let fetched = self.ask().await;
        let mut cached = self.cached.write().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        cached.attempted = Some(now);
        match fetched {
            Ok(keys) => {
                cached.keys = Arc::new(keys);
                cached.fetched = Some(now);
                cached.failure = None;
            }
            Err(failure) => {
                crate::notice(&format!(
                    "The keys of {} cannot be fetched: {failure}.",
                    self.provider.issuer
                ));
                cached.failure = Some(failure);
            }
        }
    }

    async fn ask(&self) -> Result<Vec<Key>, String> {
        let url = match &self.url {
            Some(url) => url.clone(),
            None => self.provider.discover().await?.jwks_uri,
        };
        let set: JwkSet = self.provider.get(&url).await?;
        let keys: Vec<Key> = set.keys.iter().filter_map(Key::read).collect();
        if keys.is_empty() {
            return Err(format!("{url}: there is no key for signatures"));
        }
        Ok(keys)
    }

    fn cached(&self) -> Cached {
        self.cached.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Cached {
    fn may_ask(&self) -> bool {
        self.attempted
            .is_none_or(|attempted| attempted.elapsed() >= BETWEEN_ATTEMPTS)
    }

    /// A token that names a key gets that one only; a key that names an algorithm serves only that one.
    fn matching(&self, id: Option<&str>, algorithm: Algorithm) -> Vec<DecodingKey> {
        let name = format!("{algorithm:?}");
        self.keys
            .iter()
            .filter(|key| id.is_none() || key.id.as_deref() == id)
            .filter(|key| key.algorithm.as_ref().is_none_or(|algorithm| *algorithm == name))
            .filter(|key| key.key.family() == algorithm.family())
            .map(|key| key.key.clone())
            .collect()
    }
}

impl Key {
    /// `None` for keys of other uses or kinds, which an issuer may list too.
    fn read(jwk: &Jwk) -> Option<Self> {
        let for_signatures = !matches!(jwk.common.public_key_use, Some(PublicKeyUse::Encryption));
        let key = DecodingKey::from_jwk(jwk).ok().filter(|_| for_signatures)?;
        // A secret in a public list is no secret.
        (key.family() != jsonwebtoken::AlgorithmFamily::Hmac).then(|| Self {
            id: jwk.common.key_id.clone(),
            algorithm: jwk.common.key_algorithm.map(|algorithm| algorithm.to_string()),
            key,
        })
    }
}
