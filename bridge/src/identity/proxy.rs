//! What a trusted proxy in front says about who calls, in headers. It is believed by where it calls from; a proxy that
//! signs what it says is `jwt`'s business.

use http::{HeaderMap, HeaderName, request::Parts};
use tonic::Status;

use super::{Identity, Peer, is_user_id};
use crate::config::ProxySettings;

pub(super) struct Proxy {
    settings: ProxySettings,
}

impl Proxy {
    pub(super) fn new(settings: ProxySettings) -> Self {
        Self { settings }
    }

    /// Whom the proxy names; `None` if it names nobody, or if it is not the proxy that calls.
    pub(super) fn identify(&self, head: &Parts) -> Result<Option<Identity>, Status> {
        let user = one(&head.headers, &self.settings.user_header)?;
        let Some(user) = user else { return Ok(None) };
        if !self.is_trusted(head) {
            return Err(Status::unauthenticated(format!(
                "The header {} counts only from the proxy in front of this bridge.",
                self.settings.user_header
            )));
        }
        if !is_user_id(user) {
            return Err(Status::unauthenticated(
                "The proxy in front of this bridge names nobody that could be a user.",
            ));
        }
        let optional = |header: &Option<HeaderName>| match header {
            Some(header) => one(&head.headers, header),
            None => Ok(None),
        };
        let groups = optional(&self.settings.groups_header)?.unwrap_or_default();
        Ok(Some(Identity {
            user: user.to_owned(),
            name: optional(&self.settings.name_header)?.unwrap_or(user).to_owned(),
            groups: groups
                .split(',')
                .map(str::trim)
                .filter(|group| !group.is_empty())
                .map(str::to_owned)
                .collect(),
        }))
    }

    fn is_trusted(&self, head: &Parts) -> bool {
        head.extensions.get::<Peer>().is_some_and(|peer| {
            // An IPv4 client of an IPv6 socket.
            let address = peer.0.ip().to_canonical();
            self.settings
                .addresses
                .iter()
                .any(|network| network.contains(&address))
        })
    }

    pub(super) fn take(&self, headers: &mut HeaderMap) {
        let settings = &self.settings;
        for header in [
            Some(&settings.user_header),
            settings.name_header.as_ref(),
            settings.groups_header.as_ref(),
        ] {
            header.map(|header| headers.remove(header));
        }
    }
}

/// The only value of a header.
fn one<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, Status> {
    let mut values = headers.get_all(name).into_iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    let text = str::from_utf8(value.as_bytes()).ok();
    match (text, values.next()) {
        (Some(""), None) => Ok(None),
        (Some(text), None) => Ok(Some(text)),
        _ => Err(Status::unauthenticated(format!(
            "The header {name} must be given once, as text."
        ))),
    }
}
