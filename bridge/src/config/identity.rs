//! `[identity]`: how it is found out who calls, and `[[roles]]`: what they may do.

use std::{net::IpAddr, str::FromStr, time::Duration};

use http::{HeaderName, Uri, uri::Scheme};
use ipnet::IpNet;
use jsonwebtoken::Algorithm;
use rustls::pki_types::CertificateDer;
use sha2::{Digest, Sha256};

use super::{
    secret::Secret,
    table::{Section, Table},
    tls::certificates,
};

/// How it is found out who calls. Several ways may be set; without any, whoever has the start-up token may call.
#[derive(Clone, Debug, PartialEq)]
pub struct IdentitySettings {
    /// `startup_token`: whether a bridge that knows nobody asks for the token it prints when it starts. Such a bridge
    /// listens on loopback addresses only. Default true.
    pub startup_token: bool,
    /// `cookie_key_env` or `cookie_key_file`: what signs the cookies of people who signed in, 32 characters or more.
    /// The same for all replicas; without it they sign in again after a restart.
    pub cookie_key: Option<Secret>,
    /// `[[identity.tokens]]`
    pub tokens: Vec<TokenSettings>,
    /// `[identity.oidc]`
    pub oidc: Option<OidcSettings>,
    /// `[identity.proxy]`
    pub proxy: Option<ProxySettings>,
}

/// A person or program with a token of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct TokenSettings {
    /// `user`: what Spark gets as user id.
    pub user: String,
    /// `name`: what people call them. Default the same.
    pub name: Option<String>,
    /// `groups`: what `[[roles]]` may name.
    pub groups: Vec<String>,
    /// `token_sha256`, the token's hash, or `token_env` or `token_file`, the token, 16 characters or more.
    pub token: Token,
}

/// A token, or what is known of it.
#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    /// Itself.
    Plain(Secret),
    /// Its SHA-256.
    Hash([u8; 32]),
}

/// Signed tokens (JWT) of an OpenID Connect issuer.
#[derive(Clone, Debug, PartialEq)]
pub struct OidcSettings {
    /// `issuer`: its address, as its tokens name it. HTTPS, except on this machine.
    pub issuer: Issuer,
    /// `jwks_url`: where its keys are, for issuers without discovery.
    pub jwks_url: Option<Issuer>,
    /// `audience`: what the tokens must be meant for; one of these.
    pub audience: Vec<String>,
    /// `algorithms`: how the tokens may be signed. Default RS256, PS256, ES256, EdDSA.
    pub algorithms: Vec<Algorithm>,
    /// `user_claim`: what becomes the user id. Default `sub`.
    pub user_claim: String,
    /// `name_claim`: what people are called by. Default `name`.
    pub name_claim: String,
    /// `groups_claim`: a list of what `[[roles]]` may name. Default `groups`.
    pub groups_claim: String,
    /// `clock_skew`: by how much the clocks may differ. Default 30 s.
    pub clock_skew: Duration,
    /// `header`: where a proxy in front puts the token, for example `cf-access-jwt-assertion`, besides
    /// `authorization: Bearer`.
    pub header: Option<HeaderName>,
    /// `ca_file`: PEM, the authorities that may have signed the issuer's certificate; without it the public ones.
    pub authorities: Option<Vec<CertificateDer<'static>>>,
    /// `[identity.oidc.login]`
    pub login: Option<LoginSettings>,
}

/// How people sign in to the notebook.
#[derive(Clone, Debug, PartialEq)]
pub struct LoginSettings {
    /// `client_id`: the bridge's name at the issuer.
    pub client_id: String,
    /// `client_secret_env` or `client_secret_file`, if the issuer gave one.
    pub client_secret: Option<Secret>,
    /// `scopes`: what is asked for. Default openid, profile.
    pub scopes: Vec<String>,
    /// `external_url`: the bridge's address in browsers. The issuer sends people back to it, to `/auth/callback`.
    pub external_url: Issuer,
    /// `session_lifetime`: how long until they sign in again. Default 8 h.
    pub session_lifetime: Duration,
}

/// A proxy in front that knows who calls and says so in headers.
#[derive(Clone, Debug, PartialEq)]
pub struct ProxySettings {
    /// `addresses`: where it calls from, addresses or networks such as `10.0.0.0/8`. From elsewhere its headers count
    /// for nothing.
    pub addresses: Vec<IpNet>,
    /// `user_header`: what becomes the user id. Default `x-forwarded-user`.
    pub user_header: HeaderName,
    /// `name_header`: what people are called by.
    pub name_header: Option<HeaderName>,
    /// `groups_header`: what `[[roles]]` may name, with commas between.
    pub groups_header: Option<HeaderName>,
}

/// What some people may do. Without any role everyone may do everything; with roles, what one of theirs allows.
#[derive(Clone, Debug, PartialEq)]
pub struct Role {
    /// `users`: user ids, `*` for everyone.
    pub users: Vec<String>,
    /// `groups`: everyone in one of these.
    pub groups: Vec<String>,
    /// `backends`: which they may use. Default all.
    pub backends: Option<Vec<String>>,
    /// `write`: whether they may run what changes data, and code. Default false.
    pub write: bool,
    /// `artifacts`: whether they may send files and code for the cluster to keep. Default false.
    pub artifacts: bool,
}

impl IdentitySettings {
    /// Whether the bridge knows who calls.
    pub fn knows_people(&self) -> bool {
        !self.tokens.is_empty() || self.oidc.is_some() || self.proxy.is_some()
    }
}

impl Section for IdentitySettings {
    fn read(table: &mut Table<'_>) -> Option<Self> {
        let startup_token = table.or("startup_token", true);
        let cookie_key = table.secret("cookie_key");
        if cookie_key.as_ref().is_some_and(|key| key.expose().len() < 32) {
            let key = if table.is_set("cookie_key_file") {
                "cookie_key_file"
            } else {
                "cookie_key_env"
            };
            table.problem(key, "the key needs 32 characters or more");
        }
        let tokens: Vec<TokenSettings> = table.list("tokens");
        for (index, one) in tokens.iter().enumerate().filter(|_| table.resolves()) {
            let same = |other: &&TokenSettings| one.token.sha256() == other.token.sha256();
            if let Some(other) = tokens[..index].iter().find(same) {
                let sentence = format!("{} and {} have the same token", other.user, one.user);
                table.problem("tokens", sentence);
            }
        }
        Some(Self {
            startup_token,
            cookie_key,
            tokens,
            oidc: table.optional_section("oidc"),
            proxy: table.optional_section("proxy"),
        })
    }
}

impl Token {
    /// Its hash.
    pub(crate) fn sha256(&self) -> [u8; 32] {
        match self {
            Self::Plain(secret) => Sha256::digest(secret.expose()).into(),
            Self::Hash(hash) => *hash,
        }
    }
}

impl Section for TokenSettings {
    fn read(table: &mut Table<'_>) -> Option<Self> {
        let user = table
            .required("user")
            .and_then(|user| user_id(table, "user", user));
        let name = table.get("name");
        let groups = table.get("groups").unwrap_or_default();
        let hash = table.parsed::<Hash>("token_sha256");
        let plain = table.secret("token");
        let token = match (hash, plain) {
            (Some(hash), None) => Some(Token::Hash(hash.0)),
            (None, Some(plain)) => {
                if plain.expose().len() < 16 {
                    let key = if table.is_set("token_file") {
                        "token_file"
                    } else {
                        "token_env"
                    };
                    table.problem(key, "the token needs 16 characters or more, chosen at random");
                }
                Some(Token::Plain(plain))
            }
            (Some(_), Some(_)) => {
                table.problem("token_sha256", "give either the token or its hash");
                None
            }
            (None, None) => {
                let given = ["token_sha256", "token_env", "token_file"]
                    .iter()
                    .any(|key| table.is_set(key));
                if !given && table.is_set("user") {
                    table.problem(
                        "user",
                        "their token is missing: give token_env, token_file or token_sha256",
                    );
                }
                None
            }
        };
        Some(Self {
            user: user?,
            name,
            groups,
            token: token?,
        })
    }
}

impl Section for OidcSettings {
    fn read(table: &mut Table<'_>) -> Option<Self> {
        table.demand("issuer");
        let issuer = table.parsed("issuer");
        table.demand("audience");
        let audience: Vec<String> = table.get("audience").unwrap_or_default();
        if table.is_set("audience") && audience.is_empty() {
            table.problem("audience", "name at least one");
        }
        let algorithms = table.parsed_list::<Signing>("algorithms");
        if algorithms.as_ref().is_some_and(Vec::is_empty) {
            table.problem("algorithms", "name at least one");
        }
        let default = [
            Algorithm::RS256,
            Algorithm::PS256,
            Algorithm::ES256,
            Algorithm::EdDSA,
        ];
        let claim = |table: &mut Table<'_>, key: &str, default: &str| table.or(key, default.to_owned());
        Some(Self {
            jwks_url: table.parsed("jwks_url"),
            audience,
            algorithms: algorithms.map_or(default.into(), |list| list.into_iter().map(|one| one.0).collect()),
            user_claim: claim(table, "user_claim", "sub"),
            name_claim: claim(table, "name_claim", "name"),
            groups_claim: claim(table, "groups_claim", "groups"),
            clock_skew: table.or("clock_skew", Duration::from_secs(30)),
            header: header(table, "header"),
            authorities: table.file("ca_file", certificates),
            login: table.optional_section("login"),
            issuer: issuer?,
        })
    }
}

impl Section for LoginSettings {
    fn read(table: &mut Table<'_>) -> Option<Self> {
        let client_id = table.required("client_id");
        let client_secret = table.secret("client_secret");
        let scopes = table.or("scopes", vec!["openid".to_owned(), "profile".to_owned()]);
        if !scopes.iter().any(|scope| scope == "openid") {
            table.problem("scopes", "openid must be among them");
        }
        table.demand("external_url");
        let external_url = table.parsed("external_url");
        let session_lifetime = table.or("session_lifetime", Duration::from_secs(8 * 60 * 60));
        Some(Self {
            client_id: client_id?,
            client_secret,
            scopes,
            external_url: external_url?,
            session_lifetime,
        })
    }
}

impl Section for ProxySettings {
    fn read(table: &mut Table<'_>) -> Option<Self> {
        table.demand("addresses");
        let addresses = table.parsed_list::<Network>("addresses");
        if addresses.as_ref().is_some_and(Vec::is_empty) {
            table.problem("addresses", "name at least one");
        }
        Some(Self {
            addresses: addresses?.into_iter().map(|network| network.0).collect(),
            user_header: header(table, "user_header").unwrap_or(HeaderName::from_static("x-forwarded-user")),
            name_header: header(table, "name_header"),
            groups_header: header(table, "groups_header"),
        })
    }
}

impl Section for Role {
    fn read(table: &mut Table<'_>) -> Option<Self> {
        Some(Self {
            users: table.get("users").unwrap_or_default(),
            groups: table.get("groups").unwrap_or_default(),
            backends: table.get("backends"),
            write: table.or("write", false),
            artifacts: table.or("artifacts", false),
        })
    }
}

fn user_id(table: &Table<'_>, key: &str, user: String) -> Option<String> {
    if crate::identity::is_user_id(&user) {
        return Some(user);
    }
    table.problem(
        key,
        "expected a name of 1 to 256 characters, without control characters",
    );
    None
}

fn header(table: &mut Table<'_>, key: &str) -> Option<HeaderName> {
    let name: String = table.get(key)?;
    let header = HeaderName::try_from(name).ok();
    if header.is_none() {
        table.problem(key, "expected the name of a header");
    }
    header
}

/// An address that tokens are trusted for, or that people are sent to: HTTPS, or HTTP on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer(pub(crate) String);

impl FromStr for Issuer {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let expected = "expected an https:// address without ? and #; http:// is for this machine only";
        let uri = Uri::from_str(text).map_err(|_| expected)?;
        let host = uri.host().ok_or(expected)?;
        let local = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
        let secure = uri.scheme() == Some(&Scheme::HTTPS) || (uri.scheme() == Some(&Scheme::HTTP) && local);
        if secure && uri.query().is_none() && !text.contains(['#', '@']) {
            Ok(Self(text.to_owned()))
        } else {
            Err(expected)
        }
    }
}

/// A signature that needs no secret shared with the issuer.
struct Signing(Algorithm);

impl FromStr for Signing {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let expected = "expected one of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, EdDSA";
        if text.starts_with("HS") {
            return Err(expected);
        }
        text.parse().map(Self).map_err(|_| expected)
    }
}

struct Network(IpNet);

impl FromStr for Network {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse()
            .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
            .map(Self)
            .map_err(|_| "expected an address or a network, for example 10.1.2.3 or 10.0.0.0/8")
    }
}

struct Hash([u8; 32]);

impl FromStr for Hash {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let expected = "expected a SHA-256 in hexadecimal, 64 digits, as sha256sum prints it";
        let digits: Option<Vec<u8>> = text
            .chars()
            .map(|c| c.to_digit(16).map(|digit| digit as u8))
            .collect();
        let digits = digits.ok_or(expected)?;
        let pairs: Vec<u8> = digits
            .chunks(2)
            .map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit))
            .collect();
        let even = digits.len() % 2 == 0;
        pairs.try_into().ok().filter(|_| even).map(Self).ok_or(expected)
    }
}
