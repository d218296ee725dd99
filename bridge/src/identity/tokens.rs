//! People and programs with tokens of their own. The bridge keeps hashes and compares all of them, in a time that
//! says nothing about any.

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::Identity;
use crate::config::TokenSettings;

/// The hashes of all tokens, and whose they are.
pub(super) struct StaticTokens(Vec<([u8; 32], Identity)>);

impl StaticTokens {
    pub(super) fn new(tokens: &[TokenSettings]) -> Self {
        let known = tokens.iter().map(|token| {
            let identity = Identity {
                user: token.user.clone(),
                name: token.name.clone().unwrap_or_else(|| token.user.clone()),
                groups: token.groups.clone(),
            };
            (token.token.sha256(), identity)
        });
        Self(known.collect())
    }

    pub(super) fn identify(&self, token: &str) -> Option<Identity> {
        let presented: [u8; 32] = Sha256::digest(token).into();
        let mut found = None;
        for (hash, identity) in &self.0 {
            if bool::from(hash.ct_eq(&presented)) {
                found = Some(identity);
            }
        }
        found.cloned()
    }
}
