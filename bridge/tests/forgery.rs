//! Nobody speaks for another: forged users in every method, every dialect and every position of a message, against a
//! server that decodes what arrives.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use bytes::Bytes;
use http::HeaderMap;
use prost::Message;
use spark_connect_bridge::envelope::Method;
use support::{
    Answer, Dialect, SERVICE,
    besieged::{Besieged, claim},
    caller::Signed,
    field, message, status,
};

/// What a call ended with.
async fn end(besieged: &Besieged, method: Method, dialect: Dialect, body: Bytes) -> (i32, String) {
    let request = besieged.request(&format!("{SERVICE}{method}"));
    let response = besieged.bridge.send(dialect, request, body).await;
    let head = response.headers().clone();
    let trailers = match Answer::new(dialect, response).all().await {
        Ok((_, trailers)) => trailers,
        Err(_) => HeaderMap::new(),
    };
    status(if head.contains_key("grpc-status") {
        &head
    } else {
        &trailers
    })
}

/// Messages that name Eve somewhere, and how many of them Spark may see: as Ada's.
fn forgeries() -> Vec<(&'static str, Vec<u8>)> {
    let eve = claim("eve");
    let user = |bytes: &[u8]| field(2, bytes);
    let nested = |name: &str| field(1, name.as_bytes());
    vec![
        ("plainly", eve.clone()),
        ("before the truth", [eve.clone(), claim("ada")].concat()),
        ("after the truth", [claim("ada"), eve.clone()].concat()),
        ("twice", [eve.clone(), eve.clone()].concat()),
        ("twice inside", user(&[nested("ada"), nested("eve")].concat())),
        (
            "twice inside, first",
            user(&[nested("eve"), nested("ada")].concat()),
        ),
        (
            "by a name before",
            user(&[field(2, b"Ada"), nested("eve")].concat()),
        ),
        (
            "out of order",
            [user(&nested("eve")), field(1, b"a session")].concat(),
        ),
        (
            "after unknown fields",
            [field(15, b"x"), vec![0x78, 1], user(&nested("eve"))].concat(),
        ),
        (
            "with a tag that is too long",
            [&[0x92, 0x80, 0x80, 0x80, 0x00][..], &user(&nested("eve"))[1..]].concat(),
        ),
        ("with a length that is too long", {
            let inner = nested("eve");
            [&[0x12, 0x80 | inner.len() as u8, 0x80, 0x00][..], &inner].concat()
        }),
        (
            "with an extension",
            user(&[nested("ada"), vec![0xba, 0x3e, 0x00]].concat()),
        ),
        (
            "in a tag of 64 bits",
            [&[0x92, 0x80, 0x80, 0x80, 0x10][..], &user(&nested("eve"))[1..]].concat(),
        ),
        (
            "before a field that swallows",
            [eve.clone(), vec![0x7a, 0x7f]].concat(),
        ),
        (
            "with a field that swallows",
            [claim("ada"), vec![0x7a, 0x10]].concat(),
        ),
        ("with an open group", [claim("ada"), vec![0x7b]].concat()),
        ("with a closed group", [claim("ada"), vec![0x7c]].concat()),
        ("with half a tag", [claim("ada"), vec![0xfa]].concat()),
    ]
}

#[tokio::test]
async fn forged_users_are_refused_in_every_method() {
    let mut besieged = Besieged::start("").await;
    let mut refused = 0;
    for method in Method::ALL {
        for (what, body) in forgeries() {
            let dialect = Dialect::ALL[refused % Dialect::ALL.len()];
            let (code, sentence) = end(&besieged, method, dialect, message(&body)).await;
            let case = format!("{what}, {method}, {dialect:?}: {sentence}");
            assert!(matches!(code, 3 | 7), "{code}, {case}");
            assert_eq!(besieged.taken(), [], "{case}");
            refused += 1;
        }
        besieged.goes_on().await;
    }
    let log = besieged.refusals(refused).await;
    assert_eq!(log.len(), refused);
    assert!(log.iter().all(|reason| !reason.contains("eve")), "{log:?}");
}

#[tokio::test]
async fn what_is_no_claim_is_signed() {
    let besieged = Besieged::start("").await;
    let nested = |name: &str| field(1, name.as_bytes());
    for method in Method::ALL {
        for (what, body) in [
            ("nothing", vec![]),
            ("the truth", claim("ada")),
            ("the truth, twice", [claim("ada"), claim("ada")].concat()),
            ("nobody", claim("")),
            ("then nobody", [claim("ada"), field(2, b"")].concat()),
            ("a number as user", vec![0x10, 0x07]),
            ("a group as user", [&[0x13][..], &nested("eve"), &[0x14]].concat()),
            (
                "Eve in a field that is unknown",
                field(14, &field(2, &nested("eve"))),
            ),
            ("Eve as someone's name", field(2, &field(2, b"eve"))),
        ] {
            for dialect in Dialect::ALL {
                let case = format!("{what}, {method}, {dialect:?}");
                assert_eq!(
                    end(&besieged, method, dialect, message(&body)).await.0,
                    0,
                    "{case}"
                );
                let taken = besieged.taken();
                let [(seen, messages)] = &taken[..] else {
                    panic!("{case}: {taken:?}")
                };
                assert_eq!(seen, method.name(), "{case}");
                assert!(messages[0].starts_with(&body), "{case}: {messages:?}");
                // prost refuses a known field of another wire type, which Spark passes over.
                let signed = Signed::decode(messages[0].clone())
                    .unwrap_or_else(|_| Signed::decode(messages[0].slice(body.len()..)).unwrap());
                let user = signed.user_context.unwrap();
                assert_eq!(user.user_id, "ada", "{case}");
                assert_eq!(user.user_name, "ada", "{case}");
            }
        }
    }
}

#[tokio::test]
async fn every_message_of_an_upload_is_signed() {
    let mut besieged = Besieged::start("").await;
    let chunk = |session: &[u8], user: &[u8]| {
        message(&[field(1, session), user.to_vec(), field(5, &[7; 90])].concat())
    };
    let eve = field(2, &field(1, b"eve"));
    for dialect in Dialect::ALL {
        let upload: Bytes = (0..20).flat_map(|_| chunk(b"s", b"")).collect();
        assert_eq!(end(&besieged, Method::AddArtifacts, dialect, upload).await.0, 0);
        let taken = besieged.taken();
        assert_eq!(taken[0].1.len(), 20);
        for message in &taken[0].1 {
            let user = Signed::decode(message.clone()).unwrap().user_context.unwrap();
            assert_eq!(user.user_id, "ada", "{dialect:?}");
        }
        for (what, forged) in [
            ("another user", chunk(b"s", &eve)),
            ("another session", chunk(b"t", b"")),
        ] {
            for position in [0, 1, 19] {
                let parts = (0..20).map(|n| {
                    if n == position {
                        forged.clone()
                    } else {
                        chunk(b"s", b"")
                    }
                });
                let upload: Bytes = parts.flatten().collect();
                let (code, sentence) = end(&besieged, Method::AddArtifacts, dialect, upload).await;
                assert!(
                    matches!(code, 3 | 7),
                    "{what} {position} {dialect:?}: {code} {sentence}"
                );
                assert_eq!(besieged.taken(), [], "{what} {position} {dialect:?}");
            }
        }
        besieged.goes_on().await;
    }
}

#[tokio::test]
async fn only_one_uncompressed_message() {
    let mut besieged = Besieged::start("").await;
    let one = message(&claim("ada"));
    let flagged = |flag: u8| Bytes::from([&[flag][..], &one[1..]].concat());
    let trailers = Bytes::from_static(b"\x80\0\0\0\x10x-user: eve\r\n\r\n\r\n");
    for (what, body, expected) in [
        ("compressed", flagged(1), 12),
        ("trailers", flagged(0x80), 3),
        ("another flag", flagged(2), 3),
        ("two messages", [one.clone(), one.clone()].concat().into(), 3),
        (
            "a message and trailers",
            [one.clone(), trailers].concat().into(),
            3,
        ),
        ("a message and a bit", [&one[..], b"\0"].concat().into(), 3),
        ("half a message", one.slice(..one.len() - 1), 3),
        ("half a prefix", one.slice(..3), 3),
        ("nothing", Bytes::new(), 3),
        (
            "a length beyond all",
            Bytes::from_static(b"\0\xff\xff\xff\xff"),
            8,
        ),
    ] {
        for dialect in Dialect::ALL {
            let (code, sentence) = end(&besieged, Method::ExecutePlan, dialect, body.clone()).await;
            assert_eq!(code, expected, "{what} {dialect:?}: {sentence}");
            assert_eq!(besieged.taken(), [], "{what} {dialect:?}");
        }
    }
    besieged.goes_on().await;
    assert_eq!(besieged.refusals(50).await.len(), 50);
}
