//! Mistakes in settings and what is said about them; the reference file against the code.

use std::{collections::BTreeSet, path::Path};

use super::*;

/// A file's text with its environment, as an operator has it.
fn load(text: &str, environment: &[(&str, &str)]) -> Result<Settings, Problems> {
    let environment = environment
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let sources = Sources {
        file: Some("bridge.toml".into()),
        environment: environment.collect(),
        ..Sources::default()
    };
    sources.read_text(text, true)
}

fn problems(text: &str) -> String {
    load(text, &[]).unwrap_err().to_string()
}

#[test]
fn nothing_set_is_a_spark_on_this_machine() {
    let settings = Settings::parse("").unwrap();
    assert_eq!(settings.listen.address, "127.0.0.1:8080");
    assert_eq!(settings.backends.default.as_deref(), Some("spark"));
    assert_eq!(settings.backends.to_string(), "sc://localhost:15002");
}

#[test]
fn mistakes_are_found_where_they_are() {
    insta::assert_snapshot!(problems(
        r#"defualt_backend = "a"
[listen]
adress = "x"
header_timeout = 10
idle_timeout = "soon"
hosts = ["notebook.example.com", "http://a"]
tls = "yes"

[backends.A]
servers = []

[backends.b]
servers = ["http://h", "h:0", "h"]
server_name = "x"
max_message_size = 5
metadata = { "a b" = "x", authorization = "secret" }
token = "secret"

[backends.c]
tls = true
client_key_file = "k.pem"
token_env = "NOT_SET"

[backends.c.health]
failures = -1
interval = "0s"

[web]
notebook = "no"
frame_ancestors = ["'self'; script-src *"]

[[unknown]]
"#
    ));
}

#[test]
fn broken_files_are_explained() {
    insta::assert_snapshot!(problems(
        "[listen\naddress = \"a\"\n[web]\nnotebook = tru\nnotebook = true\n\"sch\u{f6}n\" = 1 2\n"
    ));
}

/// What would only show when the bridge starts, or when somebody misses something.
#[test]
fn what_would_not_start_is_found() {
    for address in [
        "",
        "8080",
        ":8080",
        "localhost",
        "0.0.0.0",
        "999.1.1.1:80",
        "::1:80",
        "a:x",
        "http://a:1",
    ] {
        let text = format!("[listen]\naddress = \"{address}\"\n[metrics]\naddress = \"{address}\"\n");
        let problems = problems(&text);
        for line in [2, 4] {
            let expected = format!(":{line}:11: expected HOST:PORT");
            assert!(problems.contains(&expected), "{address}: {problems}");
        }
    }
    for address in ["0.0.0.0:80", "[::]:80", "192.0.2.1:80"] {
        let open = format!("[listen]\naddress = \"{address}\"\n");
        let open = problems(&open);
        assert!(open.contains(":1:2: whoever reaches this address"), "{open}");
    }
    for address in [
        "127.0.0.1:0",
        "[::1]:80",
        "localhost:80",
        "spark-bridge.internal:80",
    ] {
        load(&format!("[listen]\naddress = \"{address}\"\n"), &[]).unwrap();
    }
    let little = problems("[limits]\nrequest_bytes = \"1 MiB\"\n[backends.main]\nservers = [\"a\"]\n");
    assert!(little.contains(":1:2: request_bytes is less than"), "{little}");
    let forever = problems("[listen]\nidle_timeout = \"300000000000y\"\n");
    assert!(forever.contains(":2:16: expected a time"), "{forever}");
}

#[test]
fn tls_settings_need_each_other() {
    insta::assert_snapshot!(problems(
        "[listen.tls]\nkey_file = \"k\"\nclient_certificate = \"maybe\"\n"
    ));
}

#[test]
fn variables_and_flags_are_named_when_they_are_wrong() {
    let sources = Sources {
        environment: [
            ("SPARK_CONNECT_BRIDGE__LISTEN__IDLE_TIMEOUT", "never"),
            ("SPARK_CONNECT_BRIDGE__WEB__NOTEBOOK", "perhaps"),
            ("SPARK_CONNECT_BRIDGE__WEB__NOTEBOOK__X", "y"),
            ("SPARK_CONNECT_BRIDGE__WEP__NOTEBOOK", "y"),
            ("SPARK_REMOTE", "sc://h/;token=secret;x"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into(),
        set: vec![
            ("listen.body_timeout".into(), "1".into()),
            ("backends.a.servers".into(), "h:x".into()),
        ],
        allow_host: vec!["a b".into()],
        spark: Some("sc://h".into()),
        ..Sources::default()
    };
    insta::assert_snapshot!(sources.load().unwrap_err());
    let spark = Sources {
        environment: [("SPARK_REMOTE".to_owned(), "sc://h/;token=secret;x".to_owned())].into(),
        ..Sources::default()
    };
    insta::assert_snapshot!(spark.load().unwrap_err(), @"SPARK_REMOTE: parameter 2 is not written as key=value.");
}

#[test]
fn later_sources_win() {
    let mut sources = Sources {
        environment: [
            ("SPARK_CONNECT_BRIDGE__LISTEN__ADDRESS", "127.0.0.1:2"),
            ("SPARK_CONNECT_BRIDGE__LISTEN__HOSTS", "a, b:1"),
            ("SPARK_CONNECT_BRIDGE__WEB__NOTEBOOK", "false"),
            ("SPARK_CONNECT_BRIDGE__BACKENDS__ONE__SERVERS", "h1,h2:7"),
            ("SPARK_CONNECT_BRIDGE__BACKENDS__ONE__TOKEN_ENV", "TOKEN"),
            ("SPARK_REMOTE", "sc://ignored"),
            ("TOKEN", "t\n"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into(),
        ..Sources::default()
    };
    let settings = sources
        .read_text("[listen]\naddress = \"127.0.0.1:1\"\n", true)
        .unwrap();
    assert_eq!(settings.listen.address, "127.0.0.1:2");
    assert_eq!(settings.listen.hosts.len(), 2);
    assert!(!settings.web.notebook);
    let one = &settings.backends.by_name["one"];
    assert_eq!(one.servers, ["h1:15002", "h2:7"]);
    assert_eq!(one.headers["authorization"], "Bearer t");
    sources.set = vec![("listen.address".into(), "127.0.0.1:3".into())];
    assert_eq!(sources.load().unwrap().listen.address, "127.0.0.1:3");
    sources.listen = Some("127.0.0.1:4".into());
    assert_eq!(sources.load().unwrap().listen.address, "127.0.0.1:4");
}

#[test]
fn nothing_printed_shows_a_secret() {
    let text = "[backends.a]\nservers = [\"h\"]\ntoken_env = \"T\"\nmetadata = { x-key = \"hidden\" }\n";
    let settings = load(text, &[("T", "hidden")]).unwrap();
    assert!(!format!("{settings:?}").contains("hidden"), "{settings:?}");
}

#[test]
fn mistakes_about_people_are_found() {
    insta::assert_snapshot!(problems(
        r#"[[roles]]
user = ["ada"]
write = "yes"
[identity]
startup_token = 1
cookie_key = "in the clear"
[[identity.tokens]]
user = ""
token_sha256 = "abc"
[[identity.tokens]]
user = "ada"
[[identity.tokens]]
token = "in the clear"
[identity.oidc]
issuer = "http://login.example.com"
audience = []
algorithms = ["RS256", "HS256", "none"]
header = "not a header"
clock_skew = 30
[identity.oidc.login]
client_secret_env = "MISSING"
scopes = ["profile"]
external_url = "notebook.example.com"
[identity.proxy]
addresses = ["proxy.internal"]
user_header = "x y"
"#
    ));
    insta::assert_snapshot!(problems("[[roles]]\nusers = [\"ada\"]\n[identity.oidc]\n"));
    insta::assert_snapshot!(problems("[[roles]]\nusers = [\"ada\"]\n"));
    let hash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    insta::assert_snapshot!(problems(&format!(
        r#"[[identity.tokens]]
user = "ada"
token_sha256 = "{hash}"
[[identity.tokens]]
user = "bob"
token_sha256 = "{}"
[[roles]]
users = ["ada"]
backends = ["main", "mian"]
[backends.main]
servers = ["spark.internal"]
"#,
        hash.to_uppercase()
    )));
}

/// The lines of the reference without the # before each setting. Prose has a blank after it.
fn reference() -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/reference.toml");
    let text = fs::read_to_string(path).unwrap();
    Settings::parse(&text).unwrap();
    let lines = text.lines().map(|line| match line.strip_prefix('#') {
        Some(setting) if !setting.is_empty() && !setting.starts_with(' ') => setting,
        _ => line,
    });
    lines.map(str::to_owned).collect()
}

/// What is read from some lines, what was asked for and what was written.
fn read(lines: &[String]) -> (String, BTreeSet<String>, BTreeSet<String>) {
    let mut problems = Vec::new();
    let entries = tree::parse(&lines.join("\n"), &mut problems);
    let written = keys("", &entries);
    let environment = BTreeMap::new();
    let reading = Reading {
        file: None,
        environment: &environment,
        resolve: false,
        problems: RefCell::new(problems),
        asked: RefCell::default(),
    };
    let settings = Table::root::<Settings>(&reading, entries);
    assert_eq!(reading.problems.into_inner(), []);
    let asked = reading.asked.into_inner().into_iter().collect();
    (format!("{settings:?}"), asked, written)
}

/// The reference names every setting that the code reads, and no other, with the right defaults.
#[test]
fn the_reference_is_true() {
    // A secret is given in one of several ways, so the others are looked at by themselves.
    let others = [
        "token_file",
        "token_sha256",
        "cookie_key_file",
        "client_secret_file",
    ];
    let mut table = String::new();
    let mut second = Vec::new();
    let mut lines = reference();
    lines.retain(|line| {
        if line.starts_with('[') {
            table = line
                .trim_matches(['[', ']'])
                .replace("backends.main", "backends.*");
        }
        let key = line.split(' ').next().unwrap_or_default();
        let is_other = others.contains(&key);
        if is_other {
            second.push(format!("{table}.{key}"));
        }
        !is_other
    });
    let (all, asked, mut written) = read(&lines);
    written.extend(second);
    let missing: Vec<_> = asked.difference(&written).collect();
    assert_eq!(missing, [] as [&String; 0], "not in deploy/reference.toml");

    let mut defaults = 0;
    for (index, line) in lines.iter().enumerate() {
        let is_setting = line.contains(" = ") && !line.starts_with('#');
        if !is_setting || line.ends_with("# example") {
            continue;
        }
        defaults += 1;
        let mut without = lines.clone();
        without.remove(index);
        assert_eq!(
            read(&without).0,
            all,
            "the default is not what is written: {line}"
        );
    }
    assert!(defaults > 10, "{defaults}");
}

/// The paths of all settings, an operator's own names as `*`.
fn keys(path: &str, entries: &Entries) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (key, (_, node)) in entries {
        let key = if path == "backends" { "*" } else { key };
        let inner = [path, key]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(".");
        match &node.value {
            Value::Table(entries) => found.extend(keys(&inner, entries)),
            Value::Array(items) => {
                for item in items {
                    if let Value::Table(entries) = &item.value {
                        found.extend(keys(&inner, entries));
                    }
                }
            }
            _ => {}
        }
        found.insert(inner);
    }
    found
}
