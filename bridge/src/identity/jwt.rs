//! Signed tokens (JWT): whether an issuer that the operator trusts says who calls, to this bridge, and now.

use std::{collections::BTreeMap, sync::Arc};

use http::{HeaderMap, HeaderName};
use jsonwebtoken::{Validation, decode, decode_header, errors::ErrorKind};
use serde_json::Value;
use tonic::Status;

use super::{
    Identity, is_user_id,
    keys::{Keys, NoKey},
    provider::Provider,
};
use crate::config::OidcSettings;

/// Longest token that is looked at, bytes.
const MAX_TOKEN: usize = 16 * 1024;

pub(super) struct Jwt {
    pub(super) settings: OidcSettings,
    pub(super) provider: Arc<Provider>,
    /// Where a proxy in front puts a token.
    pub(super) header: Option<HeaderName>,
    keys: Arc<Keys>,
}

pub(super) type Claims = BTreeMap<String, Value>;

impl Jwt {
    pub(super) fn new(settings: &OidcSettings) -> Result<Self, String> {
        let provider = Arc::new(Provider::new(
            &settings.issuer.0,
            settings.authorities.as_deref(),
        )?);
        let url = settings.jwks_url.as_ref().map(|url| url.0.clone());
        Ok(Self {
            header: settings.header.clone(),
            keys: Arc::new(Keys::new(provider.clone(), url)),
            provider,
            settings: settings.clone(),
        })
    }

    /// The token that a proxy in front put into its header.
    pub(super) fn in_header<'a>(&self, headers: &'a HeaderMap) -> Result<Option<&'a str>, Status> {
        let Some(header) = &self.header else {
            return Ok(None);
        };
        let mut values = headers.get_all(header).into_iter();
        match (values.next().map(|value| value.to_str()), values.next()) {
            (None, _) => Ok(None),
            (Some(Ok(token)), None) => Ok(Some(token)),
            _ => Err(Status::unauthenticated(format!(
                "The header {header} must be given once."
            ))),
        }
    }

    pub(super) async fn identify(&self, token: &str) -> Result<Identity, Status> {
        let claims = self.verify(token, &self.settings.audience).await?;
        self.identity(&claims)
    }

    /// What a token says, if it is meant for one of `audience`.
    pub(super) async fn verify(&self, token: &str, audience: &[String]) -> Result<Claims, Status> {
        let refused = |why: &str| Status::unauthenticated(format!("The token is refused: {why}."));
        if token.len() > MAX_TOKEN {
            return Err(refused("it is too long"));
        }
        let header = decode_header(token).map_err(|_| refused("this bridge does not know it"))?;
        if !self.settings.algorithms.contains(&header.alg) {
            return Err(refused("it is signed in a way that is not allowed here"));
        }
        if header.crit.is_some() {
            return Err(refused("it asks for more than this bridge understands"));
        }
        let keys = self.keys.find(header.kid.as_deref(), header.alg).await;
        let keys = keys.map_err(|error| match error {
            NoKey::Unknown => refused("its key is none of the issuer's"),
            NoKey::Outage(failure) => Status::unavailable(format!(
                "Tokens cannot be checked, as their issuer cannot be reached ({failure}). Try again later."
            )),
        })?;
        let mut validation = Validation::new(header.alg);
        validation.set_required_spec_claims(&["exp", "iss", "aud"]);
        validation.set_issuer(&[&self.settings.issuer.0]);
        validation.set_audience(audience);
        validation.leeway = self.settings.clock_skew.as_secs();
        validation.validate_nbf = true;
        let mut refusal = refused("its key is none of the issuer's");
        for key in keys {
            match decode::<Claims>(token, &key, &validation) {
                Ok(token) => return Ok(token.claims),
                Err(error) => {
                    refusal = refused(match error.kind() {
                        ErrorKind::ExpiredSignature => "it has expired",
                        ErrorKind::ImmatureSignature => "it is not valid yet",
                        ErrorKind::InvalidAudience => "it is not meant for this bridge",
                        ErrorKind::InvalidIssuer => "it comes from another issuer",
                        ErrorKind::MissingRequiredClaim(_) => {
                            "it does not say by whom, for whom and until when it is"
                        }
                        _ => "its signature is not the issuer's",
                    });
                }
            }
        }
        Err(refusal)
    }

    pub(super) fn identity(&self, claims: &Claims) -> Result<Identity, Status> {
        let text = |claim: &str| claims.get(claim).and_then(Value::as_str);
        let user = text(&self.settings.user_claim)
            .filter(|user| is_user_id(user))
            .ok_or_else(|| {
                Status::unauthenticated(format!(
                    "The token is refused: its claim {} names nobody.",
                    self.settings.user_claim
                ))
            })?;
        let groups = claims.get(&self.settings.groups_claim);
        let groups = groups
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default();
        Ok(Identity {
            user: user.to_owned(),
            name: text(&self.settings.name_claim).unwrap_or(user).to_owned(),
            groups: groups
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
        })
    }
}
