//! An OpenID Connect issuer of the test's own: keys that rotate, an outage on demand, people who sign in at once.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use axum::{
    Form, Json, Router,
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use rcgen::{KeyPair, PublicKeyData};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::{net::TcpListener, task::JoinHandle};

/// A signing key and its name.
#[derive(Clone)]
pub struct Key {
    pub id: String,
    pub private: EncodingKey,
    /// As in a list of keys.
    pub public: Value,
    /// The public key's own bytes, which everyone knows.
    pub bytes: Vec<u8>,
}

impl Key {
    pub fn new(id: &str) -> Self {
        let pair = KeyPair::generate().unwrap();
        let bytes = pair.der_bytes().to_vec();
        let (x, y) = bytes[1..].split_at(32);
        let encode = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        Self {
            id: id.to_owned(),
            private: EncodingKey::from_ec_der(&pair.serialize_der()),
            public: json!({"kty": "EC", "crv": "P-256", "kid": id, "use": "sig", "x": encode(x), "y": encode(y)}),
            bytes,
        }
    }

    /// A token with these claims.
    pub fn sign(&self, claims: &Value) -> String {
        let mut header = Header::new(Algorithm::ES256);
        header.kid = Some(self.id.clone());
        encode(&header, claims, &self.private).unwrap()
    }
}

pub struct Issuer {
    pub address: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

struct Shared {
    url: String,
    keys: Mutex<Vec<Key>>,
    out: AtomicBool,
    asked: AtomicUsize,
    /// What was promised for each code: the challenge, and the claims.
    codes: Mutex<HashMap<String, (String, Value)>>,
}

impl Issuer {
    pub async fn start(keys: Vec<Key>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            url: format!("http://{address}"),
            keys: Mutex::new(keys),
            out: AtomicBool::new(false),
            asked: AtomicUsize::new(0),
            codes: Mutex::default(),
        });
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/keys", get(keys_list))
            .route("/authorize", get(authorize))
            .route("/logout", get(logout))
            .route("/token", post(token))
            .with_state(shared.clone());
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            address,
            shared,
            task,
        }
    }

    pub fn url(&self) -> &str {
        &self.shared.url
    }

    pub fn set_keys(&self, keys: Vec<Key>) {
        *self.shared.keys.lock().unwrap() = keys;
    }

    pub fn set_out(&self, out: bool) {
        self.shared.out.store(out, SeqCst);
    }

    /// How often it was asked for its keys.
    pub fn asked(&self) -> usize {
        self.shared.asked.load(SeqCst)
    }

    /// What a person who signs in is sent back with.
    pub fn promise(&self, code: &str, challenge: &str, claims: Value) {
        let promised = (challenge.to_owned(), claims);
        self.shared
            .codes
            .lock()
            .unwrap()
            .insert(code.to_owned(), promised);
    }

    /// Claims about Ada, to the bridge, for an hour.
    pub fn claims(&self) -> Value {
        self.shared.claims()
    }
}

impl Shared {
    fn claims(&self) -> Value {
        json!({
            "iss": self.url,
            "aud": "bridge",
            "sub": "ada",
            "name": "Ada Lovelace",
            "groups": ["analysts"],
            "exp": now() + 3600,
        })
    }
}

impl Drop for Issuer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

async fn discovery(State(shared): State<Arc<Shared>>) -> Response {
    if shared.out.load(SeqCst) {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let url = &shared.url;
    Json(json!({
        "issuer": url,
        "jwks_uri": format!("{url}/keys"),
        "authorization_endpoint": format!("{url}/authorize?tenant=1"),
        "token_endpoint": format!("{url}/token"),
        "end_session_endpoint": format!("{url}/logout"),
    }))
    .into_response()
}

async fn keys_list(State(shared): State<Arc<Shared>>) -> Response {
    shared.asked.fetch_add(1, SeqCst);
    let keys = shared.keys.lock().unwrap();
    let mut list: Vec<Value> = keys.iter().map(|key| key.public.clone()).collect();
    // What other issuers list too: a key for encryption, one of a kind nobody knows, a secret.
    list.push(json!({"kty": "RSA", "use": "enc", "kid": "enc", "n": "AQAB", "e": "AQAB"}));
    list.push(json!({"kty": "oct", "kid": "secret", "k": "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IQ"}));
    Json(json!({ "keys": list })).into_response()
}

/// Whoever comes is Ada, and needs no password.
async fn authorize(
    State(shared): State<Arc<Shared>>,
    Query(query): Query<HashMap<String, String>>,
) -> Redirect {
    let mut claims = shared.claims();
    claims["aud"] = query["client_id"].clone().into();
    claims["nonce"] = query["nonce"].clone().into();
    let code = format!("code-for-{}", query["state"]);
    let promised = (query["code_challenge"].clone(), claims);
    shared.codes.lock().unwrap().insert(code.clone(), promised);
    let back = &query["redirect_uri"];
    Redirect::to(&format!("{back}?code={code}&state={}", query["state"]))
}

async fn logout(Query(query): Query<HashMap<String, String>>) -> Redirect {
    Redirect::to(&query["post_logout_redirect_uri"])
}

async fn token(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> Response {
    let promised = form
        .get("code")
        .and_then(|code| shared.codes.lock().unwrap().remove(code));
    let Some((challenge, claims)) = promised else {
        return (StatusCode::BAD_REQUEST, "no such code").into_response();
    };
    let verifier = form.get("code_verifier").cloned().unwrap_or_default();
    let basic = base64::prelude::BASE64_STANDARD.encode("notebook:a%20secret%26more");
    let known = headers
        .get("authorization")
        .is_some_and(|value| *value == *format!("Basic {basic}"));
    if BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) != challenge || !known {
        return (StatusCode::BAD_REQUEST, "no proof").into_response();
    }
    let key = shared.keys.lock().unwrap()[0].clone();
    Json(json!({"id_token": key.sign(&claims), "access_token": "x", "token_type": "Bearer"})).into_response()
}
