//! Deep plans: what a server reads is sent, from a stack of the usual size; what none reads is refused.

use std::thread;

use prost::Message;
use spark_connect_client::{Column, ErrorKind, functions::col, plan, proto};

/// Bytes of stack that tokio gives its threads. Without optimisation a level takes up to 3.5 kB of it.
const STACK: usize = 2 << 20;

/// As many as a server reads: each is two messages or more, of which it takes 1,024.
const LEVELS: usize = 500;

/// Runs on a stack of that size; one that overflows ends the whole test program.
fn on_stack<T: Send + 'static>(bytes: usize, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let thread = thread::Builder::new().stack_size(bytes).spawn(work);
    thread.ok()?.join().ok()
}

fn sum(terms: usize) -> Column {
    (1..terms).fold(col("a"), |sum, _| sum + 1)
}

#[test]
fn a_thousand_nested_messages_of_expressions_are_sent() {
    let (bytes, again) = on_stack(STACK, || {
        let message = sum(LEVELS).expression().to_message().unwrap();
        let bytes = message.clone().encode_to_vec();
        (bytes, message.encoded_len())
    })
    .unwrap();
    assert_eq!(bytes.len(), again);
    assert!(bytes.len() > 10 * LEVELS);
}

#[test]
fn a_thousand_nested_messages_of_relations_are_sent() {
    let length = on_stack(STACK, || {
        let relation = (0..LEVELS).fold(plan::sql("SELECT 1"), |relation, _| plan::limit(relation, 1));
        let plan: proto::Plan = plan::root(relation);
        plan.clone().encode_to_vec().len()
    })
    .unwrap();
    assert!(length > 4 * LEVELS);
}

#[test]
fn what_no_server_reads_is_refused_however_deep_it_is() {
    let error = on_stack(STACK / 4, || {
        let deep = sum(100_000);
        let copy = deep.clone();
        drop(deep);
        copy.expression().to_message().unwrap_err()
    })
    .unwrap();
    assert_eq!(error.kind, ErrorKind::TooLarge);
    assert!(error.message.contains("nested"), "{error}");
}
