//! Signing in with a browser: the authorization code flow of OpenID Connect with PKCE, state and nonce.
//!
//! What is remembered between the steps, and who is signed in, is in signed cookies that scripts cannot read.

use std::{sync::Arc, time::Duration};

use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use http::{HeaderMap, HeaderValue};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{
    Identity,
    cookie::{self, Ended, Sealer},
    jwt::Jwt,
    random,
};
use crate::config::LoginSettings;

pub(crate) const CALLBACK: &str = "/auth/callback";
/// How long people may take at the issuer.
const LOGIN_TIME: Duration = Duration::from_secs(10 * 60);
const SESSION: &str = "session";
const LOGIN: &str = "login";
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

pub(super) struct Login {
    settings: LoginSettings,
    jwt: Arc<Jwt>,
    sealer: Sealer,
    /// Whether browsers reach the bridge by HTTPS.
    secure: bool,
}

/// What is remembered while someone is at the issuer.
#[derive(Serialize, Deserialize)]
struct Attempt {
    state: String,
    nonce: String,
    verifier: String,
}

/// What the cookie of someone who signed in says.
#[derive(Serialize, Deserialize)]
struct Session {
    /// Tells two of the same person apart, so that ending one leaves the other.
    id: String,
    user: String,
    name: String,
    groups: Vec<String>,
}

#[derive(Deserialize)]
struct Tokens {
    id_token: String,
}

/// Where to send a browser, and the cookies it gets.
pub(super) struct Step {
    pub(super) location: String,
    pub(super) cookies: Vec<HeaderValue>,
}

impl Login {
    pub(super) fn new(
        settings: &LoginSettings,
        key: &str,
        ended: Arc<Ended>,
        jwt: Arc<Jwt>,
    ) -> Result<Self, String> {
        Ok(Self {
            secure: settings.external_url.0.starts_with("https:"),
            settings: settings.clone(),
            jwt,
            sealer: Sealer::new(key.as_bytes(), ended)?,
        })
    }

    /// Who is signed in.
    pub(super) fn identify(&self, headers: &HeaderMap) -> Option<Identity> {
        let name = self.cookie_name(SESSION);
        let session =
            cookie::values(headers, &name).find_map(|value| self.sealer.open::<Session>(SESSION, value))?;
        Some(Identity {
            user: session.user,
            name: session.name,
            groups: session.groups,
        })
    }

    /// Sends someone to the issuer.
    pub(super) async fn begin(&self) -> Result<Step, String> {
        let discovery = self.jwt.provider.discover().await?;
        let endpoint = discovery
            .authorization_endpoint
            .ok_or("the issuer does not sign people in")?;
        let attempt = Attempt {
            state: random()?,
            nonce: random()?,
            verifier: random()?,
        };
        let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(&attempt.verifier));
        let query = form([
            ("response_type", "code"),
            ("client_id", &self.settings.client_id),
            ("redirect_uri", &self.callback()),
            ("scope", &self.settings.scopes.join(" ")),
            ("state", &attempt.state),
            ("nonce", &attempt.nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ]);
        let separator = if endpoint.contains('?') { '&' } else { '?' };
        Ok(Step {
            location: format!("{endpoint}{separator}{query}"),
            // The issuer sends people back from its own site, so this cookie must come along from there.
            cookies: vec![self.cookie(LOGIN, Some((&attempt, LOGIN_TIME)), "Lax")?],
        })
    }

    /// Takes someone who comes back from the issuer. `query`: what the issuer sent them with.
    pub(super) async fn finish(&self, headers: &HeaderMap, query: &str) -> Result<Step, String> {
        let parameter = |name: &str| parameter(query, name);
        let name = self.cookie_name(LOGIN);
        let state = parameter("state").ok_or("the issuer's answer has no state")?;
        let attempt = cookie::values(headers, &name)
            .filter_map(|value| self.sealer.open::<Attempt>(LOGIN, value))
            .find(|attempt| attempt.state.as_bytes().ct_eq(state.as_bytes()).into())
            .ok_or("it was not begun in this browser, or too long ago")?;
        if let Some(error) = parameter("error") {
            return Err(format!("the issuer says {error}"));
        }
        let code = parameter("code").ok_or("the issuer's answer has no code")?;
        let discovery = self.jwt.provider.discover().await?;
        let endpoint = discovery.token_endpoint.ok_or("the issuer gives no tokens")?;
        let client_id = &self.settings.client_id;
        let fields = form([
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", &self.callback()),
            ("client_id", client_id),
            ("code_verifier", &attempt.verifier),
        ]);
        let authorization = self.settings.client_secret.as_ref().map(|secret| {
            let pair = format!("{}:{}", encode(client_id), encode(secret.expose()));
            format!("Basic {}", BASE64_STANDARD.encode(pair))
        });
        let tokens: Tokens = self.jwt.provider.post(&endpoint, fields, authorization).await?;
        let refused = |status: tonic::Status| status.message().trim_end_matches('.').to_owned();
        let claims = self
            .jwt
            .verify(&tokens.id_token, std::slice::from_ref(client_id))
            .await
            .map_err(refused)?;
        let nonce = claims
            .get("nonce")
            .and_then(|nonce| nonce.as_str())
            .unwrap_or_default();
        if !bool::from(nonce.as_bytes().ct_eq(attempt.nonce.as_bytes())) {
            return Err("the issuer's token is for another attempt".to_owned());
        }
        let identity = self.jwt.identity(&claims).map_err(refused)?;
        let session = Session {
            id: random()?,
            user: identity.user,
            name: identity.name,
            groups: identity.groups,
        };
        Ok(Step {
            location: "/".to_owned(),
            cookies: vec![
                self.cookie(
                    SESSION,
                    Some((&session, self.settings.session_lifetime)),
                    "Strict",
                )?,
                self.cookie::<Attempt>(LOGIN, None, "Lax")?,
            ],
        })
    }

    /// Signs someone out here, and says where to go to be signed out at the issuer.
    pub(super) async fn end(&self, headers: &HeaderMap) -> Result<Step, String> {
        // A copy of the cookie may be elsewhere.
        for cookie in cookie::values(headers, &self.cookie_name(SESSION)) {
            self.sealer.end(SESSION, cookie);
        }
        // Signing out here must not depend on the issuer.
        let endpoint = self
            .jwt
            .provider
            .discover()
            .await
            .ok()
            .and_then(|discovery| discovery.end_session_endpoint);
        let location = endpoint.map_or("/".to_owned(), |endpoint| {
            let query = form([
                ("client_id", self.settings.client_id.as_str()),
                ("post_logout_redirect_uri", &self.address("/")),
            ]);
            let separator = if endpoint.contains('?') { '&' } else { '?' };
            format!("{endpoint}{separator}{query}")
        });
        Ok(Step {
            location,
            cookies: vec![self.cookie::<Session>(SESSION, None, "Strict")?],
        })
    }

    fn callback(&self) -> String {
        self.address(CALLBACK)
    }

    fn address(&self, path: &str) -> String {
        format!("{}{path}", self.settings.external_url.0.trim_end_matches('/'))
    }

    /// With the prefix, browsers take the cookie only from this very host, by HTTPS.
    fn cookie_name(&self, what: &str) -> String {
        let prefix = if self.secure { "__Host-" } else { "" };
        format!("{prefix}spark-connect-bridge-{what}")
    }

    /// A cookie with a sealed value, or one that removes it.
    fn cookie<T: Serialize>(
        &self,
        what: &str,
        value: Option<(&T, Duration)>,
        same_site: &str,
    ) -> Result<HeaderValue, String> {
        let (sealed, age) = match value {
            Some((value, lifetime)) => {
                let sealed = self
                    .sealer
                    .seal(what, value, lifetime)
                    .ok_or("the cookie cannot be written")?;
                (sealed, lifetime.as_secs())
            }
            None => (String::new(), 0),
        };
        let secure = if self.secure { "; Secure" } else { "" };
        let name = self.cookie_name(what);
        let cookie =
            format!("{name}={sealed}; Path=/; Max-Age={age}; HttpOnly; SameSite={same_site}{secure}");
        if cookie.len() > 4096 {
            return Err("the issuer says more than a cookie can hold, perhaps too many groups".to_owned());
        }
        HeaderValue::try_from(cookie).map_err(|error| error.to_string())
    }
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}

fn form<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let fields: Vec<_> = fields
        .into_iter()
        .map(|(name, value)| format!("{name}={}", encode(value)))
        .collect();
    fields.join("&")
}

/// A parameter of a query; the first of its name.
fn parameter(query: &str, name: &str) -> Option<String> {
    let (_, value) = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find(|(key, _)| *key == name)?;
    let value = value.replace('+', " ");
    let decoded = percent_encoding::percent_decode_str(&value).decode_utf8().ok()?;
    Some(decoded.into_owned())
}
