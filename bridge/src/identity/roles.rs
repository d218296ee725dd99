//! Who may do what: the rights that someone's roles add up to.

use tonic::Status;

use super::Identity;
use crate::{
    config::Role,
    envelope::{Envelope, Method, Writes},
};

pub(super) struct Roles(Vec<Role>);

/// What someone may do on one backend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rights {
    write: bool,
    artifacts: bool,
}

impl Roles {
    pub(super) fn new(roles: Vec<Role>) -> Self {
        Self(roles)
    }

    pub(super) fn rights(&self, identity: Option<&Identity>, backend: &str) -> Result<Rights, Status> {
        if self.0.is_empty() {
            return Ok(Rights {
                write: true,
                artifacts: true,
            });
        }
        let applies = |role: &&Role| {
            let named = |name: &String| role.groups.contains(name);
            let is_theirs = identity.is_some_and(|identity| {
                role.users
                    .iter()
                    .any(|user| *user == identity.user || user == "*")
                    || identity.groups.iter().any(named)
            });
            let is_for = |backends: &Vec<String>| backends.iter().any(|name| name == backend);
            is_theirs && role.backends.as_ref().is_none_or(is_for)
        };
        let mut roles = self.0.iter().filter(applies).peekable();
        if roles.peek().is_none() {
            return Err(Status::permission_denied(format!(
                "None of your roles lets you use {backend}."
            )));
        }
        let none = Rights {
            write: false,
            artifacts: false,
        };
        Ok(roles.fold(none, |rights, role| Rights {
            write: rights.write || role.write,
            artifacts: rights.artifacts || role.artifacts,
        }))
    }
}

impl Rights {
    /// Refuses a call that goes beyond them. Looks into a plan only when it matters.
    pub(crate) fn check(self, envelope: &Envelope) -> Result<(), Status> {
        let method = envelope.method;
        if method == Method::AddArtifacts && !self.artifacts {
            return Err(Status::permission_denied(
                "Your roles do not let you send artifacts.",
            ));
        }
        if self.write || !matches!(method, Method::ExecutePlan | Method::AnalyzePlan | Method::Config) {
            return Ok(());
        }
        let survey = envelope.survey();
        let writes = match method {
            // A setting is the session's own, unless Spark puts into it what is not.
            Method::Config => survey.reads_environment.then_some(Writes::Environment),
            _ => survey.writes,
        };
        match writes {
            Some(writes) => Err(Status::permission_denied(format!(
                "Your roles let you read only. This request counts as one that writes: {writes}."
            ))),
            None => Ok(()),
        }
    }
}
