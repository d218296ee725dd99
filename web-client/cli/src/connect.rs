//! A session for one command: opened, interrupted, released.

use std::{future::Future, time::Duration};

use http::Uri;
use spark_connect_client::{ConnectionString, Error, ErrorKind, RetryPolicy, Session, Transport};
use uuid::Uuid;

use crate::{arguments::Server, failure::Failure};

/// How long the first answer may take.
const FIRST_CONTACT: Duration = Duration::from_secs(30);
/// How long the end of a session, or the interruption of its operations, may hold up the end of the command.
const LAST_WORDS: Duration = Duration::from_secs(3);
/// The setting that says in which zone timestamps are shown.
const TIME_ZONE: &str = "spark.sql.session.timeZone";

/// A session on a server that has answered.
#[derive(Debug)]
pub(crate) struct Connected {
    /// The session. Its operations carry a tag of this command.
    pub(crate) session: Session,
    /// Its time zone at the beginning.
    pub(crate) time_zone: String,
    tag: String,
    /// Whether the session is one that the user named, and that stays when the command ends.
    named: bool,
}

/// Opens a session, and makes sure that the server is there.
pub(crate) async fn connect(server: &Server) -> Result<Connected, Failure> {
    let remote =
        ConnectionString::parse(&server.remote)?.with_environment(|name| std::env::var(name).ok())?;
    let (transport, connection) = match &server.bridge {
        Some(url) => {
            let connection = through(url, remote)?;
            (Transport::grpc_web(&connection)?, connection)
        }
        None => (Transport::grpc(&remote)?, remote),
    };
    let tag = format!("spark-connect-{}", Uuid::new_v4());
    let session = Session::new(transport, &connection, RetryPolicy::default()).with_tags([tag.clone()])?;
    let conf = session.with_retry_policy(RetryPolicy::quick()).conf();
    let time_zone = match tokio::time::timeout(FIRST_CONTACT, conf.get_option(TIME_ZONE)).await {
        Ok(time_zone) => time_zone?,
        Err(_) => {
            let seconds = FIRST_CONTACT.as_secs();
            let address = connection.authority();
            return Err(Error::new(
                ErrorKind::Unreachable,
                format!("{address} did not answer within {seconds} seconds. Check the address, and that the server is running."),
            )
            .into());
        }
    };
    Ok(Connected {
        session,
        time_zone: time_zone.unwrap_or_else(|| "UTC".to_owned()),
        tag,
        named: connection.session_id.is_some(),
    })
}

/// The connection string with the address of a bridge in place of the server's.
fn through(url: &str, remote: ConnectionString) -> Result<ConnectionString, Failure> {
    let wrong = || {
        Failure::Usage(format!(
            "{url} is not the address of a bridge. Write one such as http://localhost:8080."
        ))
    };
    let uri: Uri = url.parse().map_err(|_| wrong())?;
    let (Some(scheme), Some(host)) = (uri.scheme_str(), uri.host()) else {
        return Err(wrong());
    };
    let (use_ssl, port) = match scheme {
        "http" => (false, 80),
        "https" => (true, 443),
        _ => return Err(wrong()),
    };
    let has_user = uri
        .authority()
        .is_some_and(|authority| authority.as_str().contains('@'));
    if has_user || !matches!(uri.path(), "" | "/") || uri.query().is_some() {
        return Err(wrong());
    }
    let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    Ok(ConnectionString {
        port: uri.port_u16().unwrap_or(port),
        // As in a connection string, a token leaves the machine only encrypted.
        use_ssl: use_ssl || (remote.token.is_some() && host != "localhost"),
        host,
        ..remote
    })
}

impl Connected {
    /// Interrupts what this command runs on the server.
    pub(crate) async fn interrupt(&self) {
        let session = self.session.with_retry_policy(RetryPolicy::quick());
        last_words(session.interrupt_tag(&self.tag)).await;
    }

    /// Ends the session, unless the user named one.
    pub(crate) async fn release(self) {
        if !self.named {
            let session = self.session.with_retry_policy(RetryPolicy::quick());
            last_words(session.release()).await;
        }
    }
}

/// Nothing hangs on the answer: operations and sessions that nobody asks for end by themselves.
async fn last_words<T>(words: impl Future<Output = Result<T, Error>>) {
    let _ = tokio::time::timeout(LAST_WORDS, words).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bridge(url: &str, remote: &str) -> Result<ConnectionString, Failure> {
        through(url, ConnectionString::parse(remote).unwrap())
    }

    #[test]
    fn a_bridge_takes_the_place_of_the_server() {
        for (url, expected) in [
            ("http://localhost:8080", "http://localhost:8080"),
            ("http://localhost:8080/", "http://localhost:8080"),
            ("http://b.example", "http://b.example:80"),
            ("https://b.example", "https://b.example:443"),
            ("http://[::1]:99", "http://[::1]:99"),
        ] {
            assert_eq!(bridge(url, "sc://spark:15002").unwrap().base_url(), expected);
        }
        let connection = bridge("http://b.example", "sc://spark/;user_id=ada;x-team=blue").unwrap();
        assert_eq!(connection.user_id.as_deref(), Some("ada"));
        assert_eq!(connection.headers, [("x-team".to_owned(), "blue".to_owned())]);
    }

    #[test]
    fn a_token_goes_over_tls_or_stays_on_the_machine() {
        let remote = "sc://localhost/;token=t";
        assert!(bridge("http://b.example", remote).unwrap().use_ssl);
        assert!(!bridge("http://localhost:1", remote).unwrap().use_ssl);
    }

    #[test]
    fn what_is_no_bridge_is_said() {
        for url in [
            "",
            "localhost:8080",
            "sc://localhost:8080",
            "ftp://b",
            "http://",
            "http://ada@b",
            "http://b/path",
            "http://b/?x=1",
        ] {
            match bridge(url, "sc://spark") {
                Err(Failure::Usage(text)) => {
                    assert!(text.contains("is not the address of a bridge"), "{text}")
                }
                other => panic!("{url}: {other:?}"),
            }
        }
    }
}
