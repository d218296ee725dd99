//! Cookies that the bridge signs, so that it need not remember which ones it gave; only which ones were given back.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, header::COOKIE};
use serde::{
    Deserialize, Serialize,
    de::{DeserializeOwned, IgnoredAny},
};
use sha2::Sha256;

/// The values of all cookies of this name.
pub(super) fn values<'a>(headers: &'a HeaderMap, name: &str) -> impl Iterator<Item = &'a str> {
    headers
        .get_all(COOKIE)
        .into_iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(move |(key, _)| *key == name)
        .map(|(_, value)| value)
}

/// Cookies that were given back, at most; beyond that, those that end soonest count again.
const MAX_ENDED: usize = 100_000;

/// Signs values, and reads what it signed.
pub(super) struct Sealer {
    mac: Hmac<Sha256>,
    ended: Arc<Ended>,
}

/// Cookies that count no more though they would not be too old: their signatures, and when they will be too old. Other
/// replicas do not know of them.
#[derive(Debug, Default)]
pub(super) struct Ended(Mutex<HashMap<Vec<u8>, u64>>);

#[derive(Serialize, Deserialize)]
struct Sealed<T> {
    /// What the value is for; a value for one thing is none for another.
    purpose: String,
    /// Seconds since 1970.
    expires: u64,
    value: T,
}

impl Sealer {
    pub(super) fn new(key: &[u8], ended: Arc<Ended>) -> Result<Self, String> {
        let mac =
            Hmac::new_from_slice(key).map_err(|error| format!("The cookie key cannot be used: {error}."))?;
        Ok(Self { mac, ended })
    }

    /// A cookie's value; `None` if `value` cannot be written.
    pub(super) fn seal<T: Serialize>(&self, purpose: &str, value: T, lifetime: Duration) -> Option<String> {
        let sealed = Sealed {
            purpose: purpose.to_owned(),
            expires: now()?.saturating_add(lifetime.as_secs()),
            value,
        };
        let body = BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(&sealed).ok()?);
        let mac = self.mac.clone().chain_update(&body).finalize().into_bytes();
        Some(format!("{body}.{}", BASE64_URL_SAFE_NO_PAD.encode(mac)))
    }

    /// What was sealed for the same purpose, is not too old, and was not given back.
    pub(super) fn open<T: DeserializeOwned>(&self, purpose: &str, cookie: &str) -> Option<T> {
        let (sealed, mac) = self.verify::<T>(purpose, cookie)?;
        (!self.ended.contains(&mac)).then_some(sealed.value)
    }

    /// From now on, the cookie opens nothing. What opens nothing anyway is left alone.
    pub(super) fn end(&self, purpose: &str, cookie: &str) {
        if let (Some((sealed, mac)), Some(now)) = (self.verify::<IgnoredAny>(purpose, cookie), now()) {
            self.ended.add(mac, sealed.expires, now);
        }
    }

    fn verify<T: DeserializeOwned>(&self, purpose: &str, cookie: &str) -> Option<(Sealed<T>, Vec<u8>)> {
        let (body, mac) = cookie.split_once('.')?;
        let mac = BASE64_URL_SAFE_NO_PAD.decode(mac).ok()?;
        self.mac.clone().chain_update(body).verify_slice(&mac).ok()?;
        let sealed: Sealed<T> = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(body).ok()?).ok()?;
        (sealed.purpose == purpose && sealed.expires > now()?).then_some((sealed, mac))
    }
}

impl Ended {
    fn contains(&self, mac: &[u8]) -> bool {
        let ended = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        ended.contains_key(mac)
    }

    fn add(&self, mac: Vec<u8>, expires: u64, now: u64) {
        let mut ended = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        ended.retain(|_, expires| *expires > now);
        if ended.len() >= MAX_ENDED
            && let Some(soonest) = ended.iter().min_by_key(|(_, expires)| **expires)
        {
            let soonest = soonest.0.clone();
            ended.remove(&soonest);
        }
        ended.insert(mac, expires);
    }
}

fn now() -> Option<u64> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    Some(since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_sealed_is_opened() {
        let new = |key: &[u8]| Sealer::new(key, Arc::default()).unwrap();
        let sealer = new(b"a key of this test");
        let hour = Duration::from_secs(3600);
        let sealed = sealer.seal("session", "ada", hour).unwrap();
        assert_eq!(sealer.open("session", &sealed), Some("ada".to_owned()));

        assert_eq!(sealer.open::<String>("login", &sealed), None);
        let old = sealer.seal("session", "ada", Duration::ZERO).unwrap();
        assert_eq!(sealer.open::<String>("session", &old), None);
        let other = new(b"another key").seal("session", "ada", hour).unwrap();
        assert_eq!(sealer.open::<String>("session", &other), None);
        let (body, mac) = sealed.split_once('.').unwrap();
        let (other_body, _) = other.split_once('.').unwrap();
        for forged in [
            "",
            ".",
            body,
            &format!("{body}."),
            &format!("{other_body}x.{mac}"),
            &format!(".{mac}"),
        ] {
            assert_eq!(sealer.open::<String>("session", forged), None, "{forged}");
        }
        for position in 0..sealed.len() {
            let mut forged = sealed.clone().into_bytes();
            forged[position] = if forged[position] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(forged).unwrap();
            assert_eq!(sealer.open::<String>("session", &forged), None, "{position}");
        }
    }

    #[test]
    fn what_was_given_back_opens_nothing() {
        let ended = Arc::<Ended>::default();
        let new = |key: &[u8]| Sealer::new(key, ended.clone()).unwrap();
        let sealer = new(b"a key of this test");
        let hour = Duration::from_secs(3600);
        let [one, other] = ["ada", "eve"].map(|user| sealer.seal("session", user, hour).unwrap());
        for (purpose, cookie) in [("login", &*one), ("session", "forged.forged")] {
            sealer.end(purpose, cookie);
        }
        assert_eq!(ended.0.lock().unwrap().len(), 0);
        sealer.end("session", &one);
        assert_eq!(sealer.open::<String>("session", &one), None);
        assert_eq!(sealer.open("session", &other), Some("eve".to_owned()));
        // After a reload as well.
        assert_eq!(new(b"a key of this test").open::<String>("session", &one), None);

        // Those that are too old by themselves are forgotten.
        let now = now().unwrap();
        ended.add(vec![1], now + 10, now);
        assert_eq!(ended.0.lock().unwrap().len(), 2);
        ended.add(vec![2], now + 9999, now + 3700);
        assert_eq!(ended.0.lock().unwrap().len(), 1);
    }

    #[test]
    fn cookies_are_found_by_name() {
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, "a=1; b=2;a=3".parse().unwrap());
        headers.append(COOKIE, "ab=4; a".parse().unwrap());
        assert_eq!(values(&headers, "a").collect::<Vec<_>>(), ["1", "3"]);
    }
}
