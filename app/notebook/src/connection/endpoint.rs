//! Connection strings as the page handles them: the default one, a short name, and one without secrets. Whether a
//! string is right is for the engine to say. Pure.

/// Parameters that tell no secret. Any other is a token, or a header that may hold one.
const PUBLIC: [&str; 4] = ["use_ssl", "user_id", "user_agent", "session_id"];

/// The connection string of the bridge that serves the page. It names the port even where the page's address need not:
/// without one a connection string means Spark's own.
pub(crate) fn of_page(secure: bool, host: &str) -> String {
    let named = host.rsplit_once(':').is_some_and(|(_, port)| !port.contains(']'));
    let port = match (named, secure) {
        (true, _) => "",
        (false, true) => ":443",
        (false, false) => ":80",
    };
    let parameters = if secure { ";use_ssl=true" } else { "" };
    format!("sc://{host}{port}/{parameters}")
}

/// Whether both strings lead to the same host and port.
pub(crate) fn is_same_host(one: &str, other: &str) -> bool {
    host(one).trim().eq_ignore_ascii_case(host(other).trim())
}

/// Host and port, for a name on a button; the whole string if it has none.
pub(crate) fn host(connection_string: &str) -> &str {
    let rest = connection_string.trim();
    let rest = rest.split_once("://").map_or(rest, |(_, rest)| rest);
    let host = rest.split(['/', ';']).next().unwrap_or(rest);
    if host.is_empty() { connection_string } else { host }
}

/// The string without what may be secret, to be kept in the browser's storage, and whether there was any.
pub(crate) fn without_secrets(connection_string: &str) -> (String, bool) {
    let mut parts = connection_string.split(';');
    let mut kept = parts.next().unwrap_or_default().to_owned();
    let mut found = false;
    for part in parts.filter(|part| !part.trim().is_empty()) {
        let name = part.split('=').next().unwrap_or(part).trim().to_ascii_lowercase();
        if PUBLIC.contains(&name.as_str()) || name.starts_with("grpc_") {
            kept.push(';');
            kept.push_str(part);
        } else {
            found = true;
        }
    }
    (kept, found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_s_own_bridge() {
        assert_eq!(of_page(false, "127.0.0.1:8080"), "sc://127.0.0.1:8080/");
        assert_eq!(
            of_page(true, "spark.example"),
            "sc://spark.example:443/;use_ssl=true"
        );
        assert_eq!(of_page(false, "spark.example"), "sc://spark.example:80/");
        assert_eq!(of_page(false, "[::1]"), "sc://[::1]:80/");
        assert_eq!(of_page(false, "[::1]:8080"), "sc://[::1]:8080/");
    }

    #[test]
    fn hosts_are_compared_with_their_ports() {
        let page = "sc://spark.example:8080/";
        for (string, expected) in [
            ("sc://spark.example:8080/;user_id=ann", true),
            (" sc://Spark.Example:8080", true),
            ("sc://spark.example:15002/", false),
            ("sc://spark.example/", false),
            ("sc://other:8080/", false),
            ("", false),
        ] {
            assert_eq!(is_same_host(string, page), expected, "{string:?}");
        }
    }

    #[test]
    fn a_short_name() {
        for (string, expected) in [
            ("sc://localhost:8080/", "localhost:8080"),
            ("sc://localhost/;use_ssl=true", "localhost"),
            (" sc://[::1]:15002;token=x ", "[::1]:15002"),
            ("localhost", "localhost"),
            ("sc://", "sc://"),
            ("", ""),
        ] {
            assert_eq!(host(string), expected, "{string:?}");
        }
    }

    #[test]
    fn secrets_are_taken_out() {
        for (string, expected, found) in [
            ("sc://h/;use_ssl=true", "sc://h/;use_ssl=true", false),
            ("sc://h/;token=abc;user_id=ann", "sc://h/;user_id=ann", true),
            ("sc://h/;user_id=ann;Token=abc", "sc://h/;user_id=ann", true),
            ("sc://h/; token = abc;", "sc://h/", true),
            (
                "sc://h/;x-api-key=abc;grpc_max_message_size=9",
                "sc://h/;grpc_max_message_size=9",
                true,
            ),
        ] {
            assert_eq!(
                without_secrets(string),
                (expected.to_owned(), found),
                "{string:?}"
            );
        }
    }
}
