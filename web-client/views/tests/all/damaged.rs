//! Plans from outside: whatever their bytes are, every view answers.

use plan_views::{builder, code::code, sql::sql};
use proptest::{collection::vec, prelude::*};
use prost::Message;
use spark_connect_client::proto as pb;

use crate::plans;

/// Asks every view, and writes on with what they answer.
fn look(relation: &pb::Relation) {
    for answer in [
        code(relation).map(|code| code.text),
        sql(relation, &|_| None),
        sql(relation, &|_| Some(vec!["id".into(), "a".into()])),
        builder::from_plan(relation)
            .and_then(|model| model.to_plan())
            .map(|_| String::new()),
    ] {
        if let Err(error) = answer {
            assert!(!error.node.is_empty() && !error.message.is_empty());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_messages_are_answered(
        plan in plans::plan(),
        changes in vec((any::<prop::sample::Index>(), any::<u8>(), 0u8..3), 1..6),
    ) {
        let mut bytes = plan.to_relation().unwrap().encode_to_vec();
        for (at, byte, what) in changes {
            if bytes.is_empty() {
                break;
            }
            let at = at.index(bytes.len());
            match what {
                0 => bytes[at] = byte,
                1 => bytes[at] ^= 1 << (byte % 8),
                _ => bytes.truncate(at),
            }
            if let Ok(relation) = pb::Relation::decode(bytes.as_slice()) {
                look(&relation);
            }
        }
    }

    #[test]
    fn random_bytes_are_answered(bytes in vec(any::<u8>(), 0..64)) {
        if let Ok(relation) = pb::Relation::decode(bytes.as_slice()) {
            look(&relation);
        }
    }

    #[test]
    fn plans_have_a_query_or_a_reason(plan in plans::plan()) {
        look(&plan.to_relation().unwrap());
    }
}
