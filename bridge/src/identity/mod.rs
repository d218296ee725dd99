//! Who calls, and what they may do.
//!
//! [`Access`] turns the head of a request into an [`Identity`], or into a refusal that says what to do. What the
//! identity is then used for, signing every message with it, is `inbound`'s work. The bridge keeps no list of who is
//! signed in: what a browser holds is signed, so that any replica understands it. It remembers who signed out.
//!
//! - `startup`: one token for whoever started the bridge
//! - `tokens`: people and programs with tokens of their own
//! - `jwt`, `keys`, `provider`: signed tokens of an OpenID Connect issuer, and its keys
//! - `login`, `cookie`: signing in with a browser
//! - `proxy`: what a proxy in front says
//! - `roles`: who may do what
//! - `routes`: the pages that sign people in and out

mod cookie;
mod jwt;
mod keys;
mod login;
mod provider;
mod proxy;
mod roles;
pub(crate) mod routes;
mod startup;
mod tokens;

use std::{net::SocketAddr, sync::Arc};

use http::{HeaderMap, header::AUTHORIZATION, request::Parts};
use tonic::Status;

pub(crate) use self::roles::Rights;
use self::{
    cookie::Ended, jwt::Jwt, login::Login, proxy::Proxy, roles::Roles, startup::Startup, tokens::StaticTokens,
};
use crate::config::{Secret, Settings};

/// A person or program whom the bridge knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// What Spark gets as `user_id`; never empty.
    pub user: String,
    /// What people call them; what Spark gets as `user_name`.
    pub name: String,
    /// What roles may name.
    pub groups: Vec<String>,
}

/// Whether a text can be a user id: 1 to 256 bytes, nothing that a log or a header would stumble over.
pub(crate) fn is_user_id(text: &str) -> bool {
    (1..=256).contains(&text.len()) && !text.chars().any(char::is_control) && text.trim() == text
}

/// Where a connection comes from; an extension of every request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// What chance and people gave this process, whatever the settings say.
#[derive(Clone)]
struct Drawn {
    startup: Arc<Startup>,
    cookie_key: String,
    ended: Arc<Ended>,
}

/// Who may call. Shared by all requests.
pub(crate) struct Access {
    drawn: Drawn,
    /// Asked when nobody is known by name; `None` lets everyone in.
    startup: Option<Arc<Startup>>,
    tokens: StaticTokens,
    jwt: Option<Arc<Jwt>>,
    login: Option<Login>,
    proxy: Option<Proxy>,
    roles: Roles,
    knows_people: bool,
}

impl Access {
    /// What the settings say, for a bridge that listens on `address`. Fails when anyone from elsewhere could call. What
    /// was printed, fetched or drawn at random for `before` stays the same.
    pub(crate) fn new(
        settings: &Settings,
        address: SocketAddr,
        before: Option<&Self>,
    ) -> Result<Self, String> {
        let identity = &settings.identity;
        let knows_people = identity.knows_people();
        if !knows_people && !address.ip().is_loopback() {
            return Err(format!(
                "Whoever can reach {address} could use Spark, as nothing says how people are known. Set [identity] in \
                 the file of settings, or listen on 127.0.0.1."
            ));
        }
        let drawn = match before {
            Some(before) => before.drawn.clone(),
            None => Drawn {
                startup: Arc::new(Startup::new(address.port())?),
                cookie_key: random()?,
                ended: Arc::default(),
            },
        };
        let asks_startup = !knows_people && identity.startup_token;
        let startup = asks_startup.then(|| drawn.startup.clone());
        let jwt = match (&identity.oidc, before.and_then(|before| before.jwt.as_ref())) {
            (Some(oidc), Some(before)) if before.settings == *oidc => Some(before.clone()),
            (Some(oidc), _) => Some(Arc::new(Jwt::new(oidc)?)),
            (None, _) => None,
        };
        let cookie_key = identity
            .cookie_key
            .as_ref()
            .map_or(&*drawn.cookie_key, Secret::expose);
        let login = jwt
            .as_ref()
            .and_then(|jwt| Some((jwt.settings.login.as_ref()?, jwt)))
            .map(|(login, jwt)| Login::new(login, cookie_key, drawn.ended.clone(), jwt.clone()))
            .transpose()?;
        Ok(Self {
            drawn,
            startup,
            tokens: StaticTokens::new(&identity.tokens),
            jwt,
            login,
            proxy: identity.proxy.clone().map(Proxy::new),
            roles: Roles::new(settings.roles.clone()),
            knows_people,
        })
    }

    /// What follows the bridge's address where it is printed, so that whoever opens it may call: `?token=...`.
    pub(crate) fn query(&self) -> String {
        self.startup
            .as_ref()
            .map(|startup| startup.query())
            .unwrap_or_default()
    }

    /// Whether a request's credentials are the bridge's business, and not Spark's.
    pub(crate) fn asks(&self) -> bool {
        self.knows_people || self.startup.is_some()
    }

    /// Who sends a request; `None` for someone who may call without a name. `is_own`: whether it comes from one of
    /// the bridge's own pages or from no page at all; the cookies of another site's page count for nothing.
    pub(crate) async fn identify(&self, head: &Parts, is_own: bool) -> Result<Option<Identity>, Status> {
        if !self.asks() {
            return Ok(None);
        }
        if let Some(token) = bearer(&head.headers)? {
            return self.identify_token(token).await;
        }
        if let Some(proxy) = &self.proxy
            && let Some(identity) = proxy.identify(head)?
        {
            return Ok(Some(identity));
        }
        if let Some(jwt) = &self.jwt
            && let Some(token) = jwt.in_header(&head.headers)?
        {
            return jwt.identify(token).await.map(Some);
        }
        if is_own {
            if self
                .startup
                .as_ref()
                .is_some_and(|startup| startup.has_cookie(&head.headers))
            {
                return Ok(None);
            }
            if let Some(identity) = self
                .login
                .as_ref()
                .and_then(|login| login.identify(&head.headers))
            {
                return Ok(Some(identity));
            }
        }
        Err(Status::unauthenticated(if self.startup.is_some() {
            "This bridge asks for its token. Open the whole address that it printed when it started, or send the \
             token as `authorization: Bearer TOKEN`."
        } else if self.login.is_some() {
            "Sign in first, or send a token as `authorization: Bearer TOKEN`."
        } else if self.proxy.is_some() {
            "Nobody says who you are. Reach this bridge through the proxy in front of it."
        } else {
            "Send your token as `authorization: Bearer TOKEN`."
        }))
    }

    async fn identify_token(&self, token: &str) -> Result<Option<Identity>, Status> {
        if let Some(startup) = &self.startup {
            return if startup.is_token(token) {
                Ok(None)
            } else {
                Err(Status::unauthenticated(
                    "This is not the token that the bridge printed when it started.",
                ))
            };
        }
        if let Some(identity) = self.tokens.identify(token) {
            return Ok(Some(identity));
        }
        match &self.jwt {
            Some(jwt) => jwt.identify(token).await.map(Some),
            None => Err(Status::unauthenticated("This bridge does not know this token.")),
        }
    }

    /// What someone may do on a backend.
    pub(crate) fn rights(&self, identity: Option<&Identity>, backend: &str) -> Result<Rights, Status> {
        self.roles.rights(identity, backend)
    }

    /// Removes what was for the bridge, and is none of Spark's business.
    pub(crate) fn take_credentials(&self, headers: &mut HeaderMap) {
        if self.asks() {
            headers.remove(AUTHORIZATION);
        }
        if let Some(proxy) = &self.proxy {
            proxy.take(headers);
        }
        if let Some(header) = self.jwt.as_ref().and_then(|jwt| jwt.header.as_ref()) {
            headers.remove(header);
        }
    }
}

/// The token of `authorization: Bearer TOKEN`. Another scheme is refused, so that nobody believes it counts.
fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Status> {
    let mut values = headers.get_all(AUTHORIZATION).into_iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    let refused =
        || Status::unauthenticated("The header authorization must be given once, as `Bearer TOKEN`.");
    if values.next().is_some() {
        return Err(refused());
    }
    let (scheme, token) = value
        .to_str()
        .ok()
        .and_then(|value| value.split_once(' '))
        .ok_or_else(refused)?;
    if !scheme.eq_ignore_ascii_case("bearer") || token.trim().is_empty() {
        return Err(refused());
    }
    Ok(Some(token.trim()))
}

/// Random bytes, in hexadecimal.
fn random() -> Result<String, String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| format!("The system gives no random numbers: {error}."))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
