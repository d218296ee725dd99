//! Who may call as an OpenID Connect issuer says: signed tokens, and signing in with a browser.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::time::Duration;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use http::{HeaderValue, Request, StatusCode};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use support::{
    caller::{Caller, cookies},
    issuer::{Issuer, Key, now},
};

fn oidc(issuer: &Issuer) -> String {
    format!(
        r#"
        [identity.oidc]
        issuer = "{}"
        audience = ["other", "bridge"]
        header = "x-assertion"
        [identity.oidc.login]
        client_id = "notebook"
        client_secret_env = "CLIENT_SECRET"
        external_url = "http://localhost:7777/"
        "#,
        issuer.url()
    )
}

fn with(mut claims: Value, changes: Value) -> Value {
    for (key, value) in changes.as_object().unwrap() {
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(key);
        } else {
            claims[key] = value.clone();
        }
    }
    claims
}

#[tokio::test]
async fn signed_tokens_are_checked() {
    let key = Key::new("first");
    let stranger = Key::new("first");
    let issuer = Issuer::start(vec![key.clone()]).await;
    let caller = Caller::new(&oidc(&issuer)).await;
    let claims = issuer.claims();
    assert_eq!(caller.bearer(&key.sign(&claims)).await.unwrap(), "ada");
    // A proxy in front may put it into a header of its own.
    assert_eq!(
        caller.call(&[("x-assertion", &key.sign(&claims))]).await.unwrap(),
        "ada"
    );
    assert_eq!(issuer.asked(), 1);
    let changed = |changes| key.sign(&with(claims.clone(), changes));
    for (what, token) in [
        ("for several", changed(json!({"aud": ["x", "bridge"]}))),
        (
            "expired within the clocks' skew",
            changed(json!({"exp": now() - 10})),
        ),
        (
            "valid within the clocks' skew",
            changed(json!({"nbf": now() + 10})),
        ),
    ] {
        assert_eq!(caller.bearer(&token).await.as_deref(), Ok("ada"), "{what}");
    }

    let signed = key.sign(&claims);
    let [head, body, signature] = signed.split('.').collect::<Vec<_>>()[..] else {
        panic!()
    };
    let base64 = |value: Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let hmac =
        |secret: &[u8], header: Header| encode(&header, &claims, &EncodingKey::from_secret(secret)).unwrap();
    let hs256 = |kid: &str| Header {
        kid: Some(kid.to_owned()),
        ..Header::new(Algorithm::HS256)
    };
    let eve = with(claims.clone(), json!({"sub": "eve"}));
    for (what, token, expected) in [
        ("expired", changed(json!({"exp": now() - 60})), "expired"),
        (
            "not yet valid",
            changed(json!({"nbf": now() + 60})),
            "not valid yet",
        ),
        ("without end", changed(json!({"exp": null})), "until when"),
        (
            "for another",
            changed(json!({"aud": "x"})),
            "not meant for this bridge",
        ),
        ("for nobody", changed(json!({"aud": null})), "for whom"),
        (
            "from another issuer",
            changed(json!({"iss": "https://evil.example"})),
            "another issuer",
        ),
        ("from no issuer", changed(json!({"iss": null})), "by whom"),
        ("about nobody", changed(json!({"sub": ""})), "names nobody"),
        ("about something else", changed(json!({"sub": 7})), "names nobody"),
        (
            "with another body",
            format!("{head}.{}.{signature}", base64(eve.clone())),
            "signature",
        ),
        ("without signature", format!("{head}.{body}."), "signature"),
        ("signed by a stranger", stranger.sign(&claims), "signature"),
        (
            "alg none",
            format!(
                "{}.{}.",
                base64(json!({"alg": "none", "typ": "JWT"})),
                base64(eve.clone())
            ),
            "does not know",
        ),
        (
            "alg None",
            format!("{}.{}.", base64(json!({"alg": "None"})), base64(eve.clone())),
            "does not know",
        ),
        (
            "no alg",
            format!("{}.{}.", base64(json!({"typ": "JWT"})), base64(eve)),
            "does not know",
        ),
        (
            "signed with the public key as a secret",
            hmac(&key.bytes, hs256("first")),
            "not allowed",
        ),
        (
            "signed with the listed secret",
            hmac(b"secret secret secret secret!", hs256("secret")),
            "not allowed",
        ),
        (
            "with a critical extension",
            {
                let header = json!({"alg": "ES256", "kid": "first", "crit": ["b64"], "b64": false});
                format!("{}.{body}.{signature}", base64(header))
            },
            "more than this bridge understands",
        ),
        ("no token at all", "a.b.c".to_owned(), "does not know"),
        ("far too long", "x".repeat(20_000), "too long"),
    ] {
        let (code, sentence) = caller.bearer(&token).await.unwrap_err();
        assert_eq!(code, 16, "{what}: {sentence}");
        assert!(sentence.contains(expected), "{what}: {sentence}");
        assert!(!sentence.contains(&token), "{what}");
    }
    let twice = [("x-assertion", signed.as_str()), ("x-assertion", &signed)];
    assert_eq!(caller.call(&twice).await.unwrap_err().0, 16);
    assert_eq!(issuer.asked(), 1, "no token made the bridge ask again");
}

#[tokio::test]
async fn keys_rotate_and_outlast_their_issuer() {
    let (first, second) = (Key::new("first"), Key::new("second"));
    let issuer = Issuer::start(vec![first.clone()]).await;
    issuer.set_out(true);
    let caller = Caller::new(&oidc(&issuer)).await;
    let claims = issuer.claims();

    // Never reached: nobody is let in, and nobody is told that their token is wrong.
    let (code, sentence) = caller.bearer(&first.sign(&claims)).await.unwrap_err();
    assert_eq!(code, 14, "{sentence}");
    assert!(sentence.contains("503"), "{sentence}");
    issuer.set_out(false);
    tokio::time::sleep(Duration::from_millis(5100)).await;
    assert_eq!(caller.bearer(&first.sign(&claims)).await.unwrap(), "ada");

    // A key that nobody knows is asked for, but not with each token.
    issuer.set_keys(vec![second.clone(), first.clone()]);
    for _ in 0..10 {
        let (code, sentence) = caller.bearer(&second.sign(&claims)).await.unwrap_err();
        assert_eq!(
            (code, sentence.contains("none of the issuer's")),
            (16, true),
            "{sentence}"
        );
    }
    assert_eq!(issuer.asked(), 1);
    tokio::time::sleep(Duration::from_millis(5100)).await;
    assert_eq!(caller.bearer(&second.sign(&claims)).await.unwrap(), "ada");
    assert_eq!(caller.bearer(&first.sign(&claims)).await.unwrap(), "ada");
    assert_eq!(issuer.asked(), 2);

    // While the issuer is out, known keys serve; a token with an unknown key may be a good one.
    issuer.set_out(true);
    assert_eq!(caller.bearer(&first.sign(&claims)).await.unwrap(), "ada");
    tokio::time::sleep(Duration::from_millis(5100)).await;
    assert_eq!(
        caller
            .bearer(&Key::new("third").sign(&claims))
            .await
            .unwrap_err()
            .0,
        14
    );
    assert_eq!(caller.bearer(&second.sign(&claims)).await.unwrap(), "ada");
}

fn parameter(url: &str, name: &str) -> String {
    let url = url::Url::parse(url).unwrap();
    let found = url.query_pairs().find(|(key, _)| key == name);
    found
        .unwrap_or_else(|| panic!("no {name} in {url}"))
        .1
        .into_owned()
}

#[tokio::test]
async fn people_sign_in_and_out() {
    let key = Key::new("first");
    let issuer = Issuer::start(vec![key]).await;
    let caller = Caller::new(&oidc(&issuer)).await;
    let session = caller.session(&[]).await;
    assert_eq!(
        (&session["signed_in"], &session["sign_in"]),
        (&json!(false), &json!("/auth/login"))
    );

    let (status, headers, _) = caller.get("/auth/login", &[]).await;
    assert_eq!(
        (status, &headers["cache-control"]),
        (StatusCode::SEE_OTHER, &HeaderValue::from_static("no-store"))
    );
    let location = headers["location"].to_str().unwrap();
    assert!(
        location.starts_with(&format!("{}/authorize?tenant=1&", issuer.url())),
        "{location}"
    );
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", "notebook"),
        ("redirect_uri", "http://localhost:7777/auth/callback"),
        ("scope", "openid profile"),
        ("code_challenge_method", "S256"),
    ] {
        assert_eq!(parameter(location, name), value);
    }
    let (state, nonce) = (parameter(location, "state"), parameter(location, "nonce"));
    let challenge = parameter(location, "code_challenge");
    let set = cookies(&headers);
    let [(attempt, attributes)] = &set[..] else {
        panic!("{set:?}")
    };
    assert_eq!(attributes, "Path=/; Max-Age=600; HttpOnly; SameSite=Lax");

    let claims = with(issuer.claims(), json!({"aud": "notebook", "nonce": nonce}));
    let back = |state: &str, code: &str| format!("/auth/callback?code={code}&state={state}");
    let attempt = [("cookie", attempt.as_str())];
    // (what, address, cookies, claims, what the page says)
    issuer.promise("good", &challenge, claims.clone());
    issuer.promise("other challenge", "x", claims.clone());
    issuer.promise("nonce", &challenge, with(claims.clone(), json!({"nonce": "x"})));
    issuer.promise(
        "no-nonce",
        &challenge,
        with(claims.clone(), json!({"nonce": null})),
    );
    issuer.promise(
        "audience",
        &challenge,
        with(claims.clone(), json!({"aud": "bridge"})),
    );
    issuer.promise("expired", &challenge, with(claims, json!({"exp": 1})));
    for (what, path, cookies, expected) in [
        (
            "another browser",
            back(&state, "good"),
            &[][..],
            "not begun in this browser",
        ),
        (
            "another state",
            back("x", "good"),
            &attempt,
            "not begun in this browser",
        ),
        (
            "no state",
            "/auth/callback?code=good".to_owned(),
            &attempt,
            "no state",
        ),
        (
            "no code",
            format!("/auth/callback?state={state}"),
            &attempt,
            "no code",
        ),
        (
            "an error",
            format!("/auth/callback?error=access_denied&state={state}"),
            &attempt,
            "access_denied",
        ),
        ("an unknown code", back(&state, "bad"), &attempt, "400"),
        (
            "another attempt's code",
            back(&state, "other%20challenge"),
            &attempt,
            "400",
        ),
        (
            "another nonce",
            back(&state, "nonce"),
            &attempt,
            "another attempt",
        ),
        ("no nonce", back(&state, "no-nonce"), &attempt, "another attempt"),
        (
            "another audience",
            back(&state, "audience"),
            &attempt,
            "not meant for",
        ),
        ("an old token", back(&state, "expired"), &attempt, "expired"),
    ] {
        let (status, headers, body) = caller.get(&path, cookies).await;
        let text = String::from_utf8_lossy(&body);
        assert_eq!(
            (status, headers.get("set-cookie")),
            (StatusCode::BAD_GATEWAY, None),
            "{what}: {text}"
        );
        assert!(text.contains(expected), "{what}: {text}");
    }

    let (status, headers, body) = caller.get(&back(&state, "good"), &attempt).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{body:?}");
    assert_eq!(headers["location"], "/");
    let set = cookies(&headers);
    assert_eq!(set[0].1, "Path=/; Max-Age=28800; HttpOnly; SameSite=Strict");
    assert!(set[1].1.contains("Max-Age=0"), "{set:?}");
    let cookie = set[0].0.as_str();
    let session = caller.session(&[("cookie", cookie)]).await;
    assert_eq!(
        session,
        json!({"signed_in": true, "user": "ada", "name": "Ada Lovelace", "sign_out": "/auth/logout"})
    );
    assert_eq!(caller.call(&[("cookie", cookie)]).await.unwrap(), "ada");
    // The code is spent, and the cookie of an attempt is none of a session.
    assert_eq!(
        caller.get(&back(&state, "good"), &attempt).await.0,
        StatusCode::BAD_GATEWAY
    );
    let swapped = attempt[0].1.replace("-login=", "-session=");
    assert_eq!(caller.call(&[("cookie", &swapped)]).await.unwrap_err().0, 16);
    // Other sites neither call nor sign anyone out.
    let post = || Request::post(format!("http://{}/auth/logout", caller.bridge.address));
    for origin in ["https://evil.example", "null"] {
        assert_eq!(
            caller
                .call(&[("cookie", cookie), ("origin", origin)])
                .await
                .unwrap_err()
                .0,
            7
        );
        let (status, headers, _) = caller
            .page(post(), &[("cookie", cookie), ("origin", origin)])
            .await;
        assert_eq!((status, headers.get("set-cookie")), (StatusCode::FORBIDDEN, None));
    }
    assert_eq!(
        caller.get("/auth/logout", &[]).await.0,
        StatusCode::METHOD_NOT_ALLOWED
    );
    let (status, headers, body) = caller.page(post(), &[("cookie", cookie)]).await;
    assert_eq!(status, StatusCode::OK);
    let set = cookies(&headers);
    assert!(
        set[0].0.ends_with("-session=") && set[0].1.contains("Max-Age=0"),
        "{set:?}"
    );
    let body: Value = serde_json::from_slice(&body).unwrap();
    let location = body["location"].as_str().unwrap();
    assert_eq!(
        parameter(location, "post_logout_redirect_uri"),
        "http://localhost:7777/"
    );
    // A copy of the cookie counts no more.
    assert_eq!(caller.call(&[("cookie", cookie)]).await.unwrap_err().0, 16);
}
