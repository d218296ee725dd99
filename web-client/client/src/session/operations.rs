//! Operations and the session as a whole: interrupts, states, copies, the end.

use prost::Message;
use spark_connect_proto::connect::{
    self as pb,
    get_status_response::operation_status::OperationState,
    interrupt_request::{Interrupt, InterruptType},
};
use uuid::Uuid;

use super::Session;
use crate::{
    call::Observation,
    error::{Error, ErrorKind, Result},
    transport::framing::framed,
};

impl Session {
    /// Interrupts every running operation of the session, `SparkSession.interruptAll`. Returns the ids of those.
    pub async fn interrupt_all(&self) -> Result<Vec<String>> {
        self.interrupt(InterruptType::All, None).await
    }

    /// Interrupts the operations with a tag, `SparkSession.interruptTag`.
    pub async fn interrupt_tag(&self, tag: &str) -> Result<Vec<String>> {
        check_tag(tag)?;
        self.interrupt(InterruptType::Tag, Some(Interrupt::OperationTag(tag.to_owned())))
            .await
    }

    /// Interrupts a running operation, `SparkSession.interruptOperation`.
    pub async fn interrupt_operation(&self, operation_id: &str) -> Result<Vec<String>> {
        self.interrupt(
            InterruptType::OperationId,
            Some(Interrupt::OperationId(operation_id.to_owned())),
        )
        .await
    }

    async fn interrupt(&self, kind: InterruptType, what: Option<Interrupt>) -> Result<Vec<String>> {
        let request = self.caller.requests().interrupt(kind, what);
        let response = self
            .caller
            .unary(request, |mut client, request| async move {
                client.interrupt(request).await
            })
            .await?;
        Ok(response.interrupted_ids)
    }

    /// Operations carry a tag from here on, whichever clone of the session starts them, `SparkSession.addTag`.
    pub fn add_tag(&self, tag: &str) -> Result<()> {
        check_tag(tag)?;
        self.caller.requests().added(|tags| {
            if !tags.iter().any(|known| known == tag) {
                tags.push(tag.to_owned());
            }
        });
        Ok(())
    }

    /// Operations carry a tag no longer, `SparkSession.removeTag`.
    pub fn remove_tag(&self, tag: &str) -> Result<()> {
        check_tag(tag)?;
        self.caller
            .requests()
            .added(|tags| tags.retain(|known| known != tag));
        Ok(())
    }

    /// The tags that were added, `SparkSession.getTags`.
    pub fn tags(&self) -> Vec<String> {
        self.caller.requests().added(|tags| tags.clone())
    }

    /// Forgets the tags that were added, `SparkSession.clearTags`.
    pub fn clear_tags(&self) {
        self.caller.requests().added(Vec::clear);
    }

    /// The same session, whose operations from here on carry these tags, besides those that are added and removed.
    ///
    /// A tag is not empty and holds no comma.
    pub fn with_tags<T: Into<String>>(&self, tags: impl IntoIterator<Item = T>) -> Result<Self> {
        let tags: Vec<String> = tags.into_iter().map(Into::into).collect();
        tags.iter().try_for_each(|tag| check_tag(tag))?;
        Ok(Self::of(
            self.caller.with_requests(self.caller.requests().with_tags(tags)),
        ))
    }

    /// The states of operations, by id: all that the server knows of when none is named. Since Spark 4.2.
    pub async fn operation_states(&self, operation_ids: &[&str]) -> Result<Vec<(String, OperationState)>> {
        let operation_ids = operation_ids.iter().map(|id| (*id).to_owned()).collect();
        let request = self.caller.requests().get_status(operation_ids);
        let response = self
            .caller
            .unary(request, |mut client, request| async move {
                client.get_status(request).await
            })
            .await
            .map_err(|error| needs(error, "The state of operations", "4.2"))?;
        let states = response.operation_statuses.into_iter();
        Ok(states
            .map(|status| (status.operation_id.clone(), status.state()))
            .collect())
    }

    /// A new session with the settings, temporary views and functions of this one, `SparkSession.cloneSession`. Since Spark 4.1.
    pub async fn clone_session(&self) -> Result<Self> {
        self.clone_session_as(&Uuid::new_v4().to_string()).await
    }

    /// As [`clone_session`](Self::clone_session), with an id of one's own, which must be a UUID.
    pub async fn clone_session_as(&self, id: &str) -> Result<Self> {
        let id = match Uuid::parse_str(id) {
            Ok(id) => id.to_string(),
            Err(_) => {
                return Err(Error::invalid(format!(
                    "{id:?} is no UUID, which the id of a session must be."
                )));
            }
        };
        let request = self.caller.requests().clone_session(&id);
        let response: pb::CloneSessionResponse = self
            .caller
            .unary(request, |mut client, request| async move {
                client.clone_session(request).await
            })
            .await
            .map_err(|error| needs(error, "Copying a session", "4.1"))?;
        if response.new_session_id != id {
            return Err(Error::protocol(
                "a copy of a session has another id than it was given",
            ));
        }
        let requests = self
            .caller
            .requests()
            .for_session(id, response.new_server_side_session_id);
        Ok(Self::of(self.caller.with_requests(requests)))
    }

    /// Waits for the metrics of an observed DataFrame, whatever runs it in this session, PySpark's `Observation`.
    pub fn observation(&self, name: impl Into<String>) -> Observation {
        self.caller.observation(name.into())
    }

    /// Another session of the same server, with nothing in it, `SparkSession.newSession`.
    pub fn new_session(&self) -> Self {
        let requests = self.caller.requests();
        let id = Uuid::new_v4().to_string();
        Self::of(self.caller.with_requests(requests.for_session(id, String::new())))
    }

    /// The grpc-web request that ends the session, as the path and the body of an HTTP POST: for a page that goes away
    /// and cannot wait for [`release`](Self::release).
    pub fn release_request(&self) -> (&'static str, Vec<u8>) {
        let message = self.caller.requests().release_session().encode_to_vec();
        (
            "/spark.connect.SparkConnectService/ReleaseSession",
            framed(&message),
        )
    }

    /// Ends the session on the server, `SparkSession.stop`: its operations stop, its temporary views and settings are gone.
    pub async fn release(&self) -> Result<()> {
        let request = self.caller.requests().release_session();
        self.caller
            .unary(request, |mut client, request| async move {
                client.release_session(request).await
            })
            .await?;
        Ok(())
    }
}

/// Says which version knows what this server does not.
fn needs(error: Error, what: &str, version: &str) -> Error {
    match error.kind {
        ErrorKind::Unimplemented => {
            let message = format!("{what} needs a server with Spark {version} or later; this one is older.");
            Error { message, ..error }
        }
        _ => error,
    }
}

fn check_tag(tag: &str) -> Result<()> {
    if tag.is_empty() || tag.contains(',') {
        return Err(Error::new(
            ErrorKind::Invalid,
            format!("{tag:?} cannot be a tag: a tag has at least one character and no comma."),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_older_server_lacks_is_said_with_the_version() {
        let unknown = Error::from(tonic::Status::unimplemented("Method not found"));
        assert!(
            needs(unknown, "Copying a session", "4.1")
                .message
                .contains("Spark 4.1 or later")
        );
        let other = Error::from(tonic::Status::unavailable("x"));
        assert_eq!(needs(other, "Copying a session", "4.1").message, "x");
    }

    #[tokio::test]
    async fn added_tags_are_those_of_all_clones() {
        let session = crate::ConnectionString::parse("sc://localhost:1")
            .map_err(Error::from)
            .and_then(|connection| Session::connect(&connection))
            .unwrap();
        let clone = session.with_tags(["own"]).unwrap();
        session.add_tag("a").unwrap();
        session.add_tag("a").unwrap();
        session.add_tag("b").unwrap();
        clone.remove_tag("b").unwrap();
        assert!(session.add_tag("a,b").is_err());
        assert_eq!(clone.tags(), ["a"]);
        let sent = clone.caller.requests().execute_plan(pb::Plan::default(), "1");
        assert_eq!(sent.tags, ["own", "a"]);
        assert!(session.new_session().tags().is_empty());
        session.clear_tags();
        assert!(clone.tags().is_empty());
    }

    #[test]
    fn tags() {
        assert!(check_tag("nightly").is_ok());
        assert!(check_tag("").is_err());
        assert!(check_tag("a,b").unwrap_err().message.contains("no comma"));
    }
}
