//! The start-up token: whoever started the bridge opens the address that it printed, and a cookie keeps what that
//! gave them. As Jupyter does it.

use http::{HeaderMap, HeaderValue, Uri};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{cookie, random};

/// The one token of a bridge that knows nobody by name.
pub(super) struct Startup {
    token: String,
    /// Names the port, as browsers share cookies between ports.
    cookie_name: String,
    /// What the cookie holds: not the token, which may be printed where others read it later.
    cookie_value: String,
}

impl Startup {
    pub(super) fn new(port: u16) -> Result<Self, String> {
        let token = random()?;
        let hash = Sha256::digest(format!("cookie of {token}"));
        Ok(Self {
            cookie_name: format!("spark-connect-bridge-{port}"),
            cookie_value: hash.iter().map(|byte| format!("{byte:02x}")).collect(),
            token,
        })
    }

    pub(super) fn query(&self) -> String {
        format!("?token={}", self.token)
    }

    pub(super) fn is_token(&self, token: &str) -> bool {
        self.token.as_bytes().ct_eq(token.as_bytes()).into()
    }

    pub(super) fn has_cookie(&self, headers: &HeaderMap) -> bool {
        cookie::values(headers, &self.cookie_name)
            .any(|value| self.cookie_value.as_bytes().ct_eq(value.as_bytes()).into())
    }

    /// The token in an address, if there is one: whether it is ours.
    pub(super) fn in_query(&self, uri: &Uri) -> Option<bool> {
        let mut pairs = uri.query()?.split('&').filter_map(|pair| pair.split_once('='));
        pairs
            .find(|(key, _)| *key == "token")
            .map(|(_, token)| self.is_token(token))
    }

    pub(super) fn cookie(&self) -> Option<HeaderValue> {
        let cookie = format!(
            "{}={}; Path=/; HttpOnly; SameSite=Strict",
            self.cookie_name, self.cookie_value
        );
        HeaderValue::try_from(cookie).ok()
    }
}
