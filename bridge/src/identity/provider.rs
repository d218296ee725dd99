//! Asks an OpenID Connect issuer over HTTP: where things are, for its keys, and for a token.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http::{Method, Request, StatusCode, Uri, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use rustls::{ClientConfig, RootCertStore, crypto::ring, pki_types::CertificateDer};
use serde::{Deserialize, de::DeserializeOwned};

const TIMEOUT: Duration = Duration::from_secs(5);
/// Longest answer that is read, bytes.
const MAX_ANSWER: usize = 1024 * 1024;

/// What an issuer says about itself (OpenID Connect Discovery 1.0).
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Discovery {
    pub(super) issuer: String,
    pub(super) jwks_uri: String,
    pub(super) authorization_endpoint: Option<String>,
    pub(super) token_endpoint: Option<String>,
    pub(super) end_session_endpoint: Option<String>,
}

pub(super) struct Provider {
    pub(super) issuer: String,
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
}

impl Provider {
    /// `authorities`: who may have signed the issuer's certificate, in place of the public ones.
    pub(super) fn new(issuer: &str, authorities: Option<&[CertificateDer<'static>]>) -> Result<Self, String> {
        let unusable = |error: &dyn std::fmt::Display| format!("[identity.oidc] cannot be used: {error}.");
        let mut roots = RootCertStore::empty();
        match authorities {
            Some(authorities) => {
                for authority in authorities {
                    roots.add(authority.clone()).map_err(|error| unusable(&error))?;
                }
            }
            None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        }
        let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| unusable(&error))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http()
            .enable_http1()
            .build();
        Ok(Self {
            issuer: issuer.to_owned(),
            client: Client::builder(TokioExecutor::new()).build(connector),
        })
    }

    pub(super) async fn discover(&self) -> Result<Discovery, String> {
        let issuer = self.issuer.trim_end_matches('/');
        let discovery: Discovery = self
            .get(&format!("{issuer}/.well-known/openid-configuration"))
            .await?;
        if discovery.issuer != self.issuer {
            return Err(format!("it calls itself {}", discovery.issuer));
        }
        Ok(discovery)
    }

    pub(super) async fn get<T: DeserializeOwned>(&self, url: &str) -> Result<T, String> {
        let request = Request::get(self.address(url)?).body(Full::default());
        self.ask(url, request).await
    }

    /// Sends a form, with the credentials of a client if it has a secret.
    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        url: &str,
        form: String,
        authorization: Option<String>,
    ) -> Result<T, String> {
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(self.address(url)?)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some(authorization) = authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        self.ask(url, request.body(Full::from(form))).await
    }

    /// What an issuer names is as safe as itself: HTTPS, unless the issuer is on this machine.
    fn address(&self, url: &str) -> Result<Uri, String> {
        if self.issuer.starts_with("https:") && !url.starts_with("https:") {
            return Err(format!("{url} is not https"));
        }
        url.parse().map_err(|_| format!("{url} is no address"))
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        url: &str,
        request: Result<Request<Full<Bytes>>, http::Error>,
    ) -> Result<T, String> {
        let answer = async {
            let mut request = request.map_err(|error| error.to_string())?;
            let json = header::HeaderValue::from_static("application/json");
            request.headers_mut().insert(header::ACCEPT, json);
            let response = self
                .client
                .request(request)
                .await
                .map_err(|error| cause(&error))?;
            if response.status() != StatusCode::OK {
                return Err(format!("HTTP status {}", response.status()));
            }
            let body = Limited::new(response.into_body(), MAX_ANSWER).collect().await;
            let body = body.map_err(|error| error.to_string())?.to_bytes();
            serde_json::from_slice(&body).map_err(|_| "the answer is not what it should be".to_owned())
        };
        let answer = tokio::time::timeout(TIMEOUT, answer).await;
        answer
            .unwrap_or_else(|_| Err("no answer in time".to_owned()))
            .map_err(|error| format!("{url}: {error}"))
    }
}

fn cause(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(deeper) => cause(deeper),
        None => error.to_string(),
    }
}
