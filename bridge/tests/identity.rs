//! Who may call: the start-up token, tokens, a proxy in front, roles.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};
use spark_connect_bridge::envelope::{Envelope, Method};
use support::{
    Answer, Bridge, Dialect,
    caller::{ADA, BOB, Caller, cookies},
    field, message, recorder, status,
};

#[tokio::test]
async fn whoever_started_it_opens_the_address_it_printed() {
    let caller = Caller::new("").await;
    let token = caller.query.strip_prefix("?token=").unwrap();
    assert_eq!(token.len(), 64);
    let (code, sentence) = caller.call(&[]).await.unwrap_err();
    assert_eq!(code, 16);
    assert!(
        sentence.contains("the whole address that it printed"),
        "{sentence}"
    );

    // The address is exchanged for a cookie, and for one without the token.
    let (status, headers, _) = caller.get(&format!("/{}", caller.query), &[]).await;
    assert_eq!(
        (status, &headers["location"]),
        (StatusCode::SEE_OTHER, &HeaderValue::from_static("/"))
    );
    let set = cookies(&headers);
    let [(cookie, attributes)] = &set[..] else {
        panic!("{set:?}")
    };
    assert_eq!(attributes, "Path=/; HttpOnly; SameSite=Strict");
    assert!(!cookie.contains(token), "{cookie}");
    assert_eq!(caller.call(&[("cookie", cookie)]).await.unwrap(), "");
    assert_eq!(
        caller.session(&[("cookie", cookie)]).await["signed_in"],
        json!(true)
    );
    assert_eq!(caller.session(&[]).await["signed_in"], json!(false));
    // Programs send it themselves, and may say who they are: nobody knows better.
    assert_eq!(caller.bearer(token).await.unwrap(), "");

    // Another site gets nowhere with the cookie, a wrong token gets none, and no redirect leaves this site.
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        assert_eq!(
            caller
                .call(&[("cookie", cookie), (name, value)])
                .await
                .unwrap_err()
                .0,
            7
        );
    }
    for wrong in ["/?token=", "/?token=x", "/?x=1&token=00"] {
        let (status, headers, _) = caller.get(wrong, &[]).await;
        assert_eq!(
            (status, headers.get("set-cookie")),
            (StatusCode::FORBIDDEN, None),
            "{wrong}"
        );
    }
    let (_, headers, _) = caller.get(&format!("//evil.example/{}", caller.query), &[]).await;
    assert_eq!(headers["location"], "/evil.example/");
    assert_eq!(caller.bearer("x").await.unwrap_err().0, 16);
    let forged = cookie.replace('=', "=0");
    assert_eq!(caller.call(&[("cookie", &forged)]).await.unwrap_err().0, 16);
}

const TOKENS: &str = r#"
    [[identity.tokens]]
    user = "ada"
    groups = ["analysts"]
    token_env = "ADA_TOKEN"
    [[identity.tokens]]
    user = "bob"
    token_env = "BOB_TOKEN"
"#;

#[tokio::test]
async fn tokens_are_their_owners() {
    let caller = Caller::new(TOKENS).await;
    assert_eq!(caller.query, "");
    assert_eq!(caller.bearer(ADA).await.unwrap(), "ada");
    assert_eq!(caller.bearer(BOB).await.unwrap(), "bob");
    assert_eq!(
        caller
            .call(&[("authorization", &format!("bearer {ADA}"))])
            .await
            .unwrap(),
        "ada"
    );
    for headers in [
        &[][..],
        &[("authorization", "Bearer nobody's")],
        &[("authorization", "Bearer ")],
        &[("authorization", "Bearer")],
        &[("authorization", ADA)],
        &[("authorization", "Basic YWRhOmFkYQ==")],
        &[
            ("authorization", "Bearer ada's token, long enough"),
            ("authorization", "Bearer bob's token, long enough"),
        ],
        &[("cookie", "token=ada's token, long enough")],
        &[("x-forwarded-user", "ada")],
    ] {
        let (code, sentence) = caller.call(headers).await.unwrap_err();
        assert_eq!(code, 16, "{headers:?}: {sentence}");
        assert!(!sentence.contains("long enough"), "{sentence}");
    }
    // Who claims to be someone else is refused, who says the truth is not.
    let claim = |user: &str| field(2, &field(1, user.as_bytes()));
    let ada = format!("Bearer {ADA}");
    let headers = &[("authorization", ada.as_str())][..];
    assert_eq!(
        caller.call_with("Config", headers, &claim("ada")).await.unwrap(),
        "ada"
    );
    let (code, sentence) = caller
        .call_with("Config", headers, &claim("bob"))
        .await
        .unwrap_err();
    assert_eq!(
        (code, &*sentence),
        (
            7,
            "You are ada here, and the request names another user. Leave user_id out of the connection string, or \
             write user_id=ada."
        )
    );
}

#[tokio::test]
async fn a_proxy_is_believed_by_where_it_calls_from() {
    let proxy = |address: &str| {
        format!(
            "[identity.proxy]\naddresses = [\"{address}\"]\nname_header = \"x-name\"\ngroups_header = \"x-groups\"\n"
        )
    };
    let here = Caller::new(&proxy("127.0.0.0/8")).await;
    assert_eq!(here.call(&[("x-forwarded-user", "ada")]).await.unwrap(), "ada");
    let session = here
        .session(&[("x-forwarded-user", "ada"), ("x-name", "Ada Lovelace")])
        .await;
    assert_eq!(
        (&session["name"], &session["sign_out"]),
        (&json!("Ada Lovelace"), &Value::Null)
    );
    for headers in [
        &[][..],
        &[("x-forwarded-user", "")],
        &[("x-forwarded-user", "ada"), ("x-forwarded-user", "bob")],
        &[("x-forwarded-user", "ada"), ("authorization", "Bearer x")],
        &[("x-forwarded-user", " ada")],
    ] {
        // HTTP itself drops blanks around a value.
        if let Ok(user) = here.call(headers).await {
            assert_eq!((user.as_str(), headers[0].1), ("ada", " ada"));
        }
    }
    let elsewhere = Caller::new(&proxy("10.0.0.1")).await;
    let (code, sentence) = elsewhere.call(&[("x-forwarded-user", "ada")]).await.unwrap_err();
    assert_eq!(
        (code, &*sentence),
        (
            16,
            "The header x-forwarded-user counts only from the proxy in front of this bridge."
        )
    );
}

#[tokio::test]
async fn roles_say_who_may_do_what() {
    let caller = Caller::new(&format!(
        "{TOKENS}
        [[roles]]
        groups = [\"analysts\"]
        [[roles]]
        users = [\"bob\"]
        backends = [\"main\"]
        write = true
        artifacts = true
        [[identity.tokens]]
        user = \"carol\"
        token_sha256 = \"17c11c070fe9d38e70c224ae891089be8c6c22ac5c088f9e4464fb1f4a5e4466\""
    ))
    .await;
    let root = |sql: &str| field(1, &field(10, &field(1, sql.as_bytes())));
    let plan = |sql: &str| field(3, &root(sql));
    let analysis = |sql: &str| field(4, &field(1, &root(sql)));
    let (ada, bob) = (format!("Bearer {ADA}"), format!("Bearer {BOB}"));
    let carol = "Bearer a token of these tests";
    let call = async |token: &str, method: &str, body: &[u8]| {
        caller
            .call_with(method, &[("authorization", token)], body)
            .await
            .map_err(|(code, _)| code)
    };
    assert_eq!(
        call(&ada, "ExecutePlan", &plan("SELECT 1")).await.as_deref(),
        Ok("ada")
    );
    assert_eq!(call(&ada, "ExecutePlan", &plan("DROP TABLE t")).await, Err(7));
    assert_eq!(call(&ada, "AnalyzePlan", &analysis("DROP TABLE t")).await, Err(7));
    assert_eq!(call(&ada, "AddArtifacts", b"").await, Err(7));
    let setting = |value: &[u8]| {
        field(
            3,
            &field(1, &field(1, &[field(1, b"k"), field(2, value)].concat())),
        )
    };
    assert_eq!(call(&ada, "Config", &setting(b"v")).await.as_deref(), Ok("ada"));
    assert_eq!(call(&ada, "Config", &setting(b"${env:HOME}")).await, Err(7));
    assert_eq!(call(&ada, "Interrupt", b"").await.as_deref(), Ok("ada"));
    assert_eq!(
        call(&bob, "ExecutePlan", &plan("DROP TABLE t")).await.as_deref(),
        Ok("bob")
    );
    assert_eq!(call(&bob, "AddArtifacts", b"").await.as_deref(), Ok("bob"));
    assert_eq!(call(carol, "Config", b"").await, Err(7));
}

/// A plan as large as may be takes seconds to judge, and the thread has other calls.
#[tokio::test]
async fn a_large_plan_keeps_nobody_waiting() {
    let caller = Caller::new(&format!("{TOKENS}\n[[roles]]\nusers = [\"*\"]")).await;
    let literal = field(3, &field(1, &[0x28, 1]));
    let plan = field(3, &field(1, &field(3, &literal.repeat(1_000_000))));

    let begun = Instant::now();
    let envelope = Envelope::read(Method::ExecutePlan, plan.clone().into()).unwrap();
    assert!(envelope.survey().writes.is_none());
    let reading = begun.elapsed();

    let longest = Arc::new(Mutex::new(Duration::ZERO));
    let noted = longest.clone();
    let heart = tokio::spawn(async move {
        let mut last = Instant::now();
        loop {
            tokio::time::sleep(Duration::from_millis(5)).await;
            let mut longest = noted.lock().unwrap();
            *longest = longest.max(last.elapsed());
            last = Instant::now();
        }
    });
    let headers = [("authorization", &*format!("Bearer {ADA}"))];
    let user = caller.call_with("ExecutePlan", &headers, &plan).await;
    assert_eq!(user.as_deref(), Ok("ada"));
    heart.abort();
    let longest = *longest.lock().unwrap();
    assert!(longest < reading / 2, "{longest:?} of {reading:?}");
}

#[tokio::test]
async fn sparks_token_stays_with_the_bridge() {
    let (spark, received) = recorder().await;
    let text = format!("sc://{}/;token=shared;use_ssl=false", spark.address);
    let bridge = Bridge::start(&text).await;
    let get_all = field(3, &field(5, b""));
    let one = field(3, &field(2, &field(1, b"spark.sql.ansi.enabled")));
    let sql = |sql: &str| field(3, &field(1, &field(10, &field(1, sql.as_bytes()))));
    let environment = sql("SELECT '${env:SPARK_CONNECT_AUTHENTICATE_TOKEN}'");
    let schema = field(11, &field(1, b"`${env:SPARK_CONNECT_AUTHENTICATE_TOKEN}` int"));
    for (method, body, code) in [
        ("Config", &get_all, 7),
        ("ExecutePlan", &environment, 7),
        ("AnalyzePlan", &schema, 7),
        ("Config", &one, 0),
        ("ExecutePlan", &sql("SELECT '${spark.app.name}'"), 0),
    ] {
        let response = bridge.call(method, Dialect::Web1, message(body)).await;
        let head = response.headers().clone();
        let (_, trailers) = Answer::new(Dialect::Web1, response).all().await.unwrap();
        let fields = if head.contains_key("grpc-status") {
            &head
        } else {
            &trailers
        };
        assert_eq!(status(fields).0, code, "{method}");
    }
    assert_eq!(received.lock().unwrap().len(), 2);
}
