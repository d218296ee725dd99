//! Cookies that the bridge signs and needs to keep nowhere.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, header::COOKIE};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
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

/// Signs values, and reads what it signed.
pub(super) struct Sealer {
    mac: Hmac<Sha256>,
}

#[derive(Serialize, Deserialize)]
struct Sealed<T> {
    /// What the value is for; a value for one thing is none for another.
    purpose: String,
    /// Seconds since 1970.
    expires: u64,
    value: T,
}

impl Sealer {
    pub(super) fn new(key: &[u8]) -> Result<Self, String> {
        let mac =
            Hmac::new_from_slice(key).map_err(|error| format!("The cookie key cannot be used: {error}."))?;
        Ok(Self { mac })
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

    /// What was sealed for the same purpose and is not too old.
    pub(super) fn open<T: DeserializeOwned>(&self, purpose: &str, cookie: &str) -> Option<T> {
        let (body, mac) = cookie.split_once('.')?;
        let mac = BASE64_URL_SAFE_NO_PAD.decode(mac).ok()?;
        self.mac.clone().chain_update(body).verify_slice(&mac).ok()?;
        let sealed: Sealed<T> = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(body).ok()?).ok()?;
        (sealed.purpose == purpose && sealed.expires > now()?).then_some(sealed.value)
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
        let sealer = Sealer::new(b"a key of this test").unwrap();
        let hour = Duration::from_secs(3600);
        let sealed = sealer.seal("session", "ada", hour).unwrap();
        assert_eq!(sealer.open("session", &sealed), Some("ada".to_owned()));

        assert_eq!(sealer.open::<String>("login", &sealed), None);
        let old = sealer.seal("session", "ada", Duration::ZERO).unwrap();
        assert_eq!(sealer.open::<String>("session", &old), None);
        let other = Sealer::new(b"another key")
            .unwrap()
            .seal("session", "ada", hour)
            .unwrap();
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
    fn cookies_are_found_by_name() {
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, "a=1; b=2;a=3".parse().unwrap());
        headers.append(COOKIE, "ab=4; a".parse().unwrap());
        assert_eq!(values(&headers, "a").collect::<Vec<_>>(), ["1", "3"]);
    }
}
