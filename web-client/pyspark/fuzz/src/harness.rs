//! What the fuzz targets and the tests put bytes through.

use pyspark_cells::Interpreter;
use spark_connect_client::{ConnectionString, RetryPolicy, Session, Transport};

use crate::grammar;

/// Enough for loops to come to their end, and few enough for many of them.
const STEPS: u64 = 500_000;

/// A session whose server does not answer: plans are built, and what would run them fails at once.
fn session() -> Option<Session> {
    let connection = ConnectionString::parse("sc://127.0.0.1:1").ok()?;
    let policy = RetryPolicy {
        max_retries: 0,
        ..RetryPolicy::default()
    };
    Some(Session::new(
        Transport::connect(&connection).ok()?,
        &connection,
        policy,
    ))
}

/// Runs text as a cell, and plans it.
pub fn run(text: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let Ok(runtime) = runtime else {
        return;
    };
    runtime.block_on(async {
        let mut interpreter = match session() {
            Some(session) => Interpreter::new(session),
            None => Interpreter::without_spark(),
        };
        interpreter.limit_steps(STEPS);
        if let Err(failure) = interpreter.run(text, |_| {}).await {
            assert!(!failure.class.is_empty(), "a failure without a class");
            if let Some(span) = failure.span {
                assert!(
                    text.get(span.start..span.end).is_some(),
                    "a failure outside of the text"
                );
            }
        }
        for step in interpreter.steps(text).await {
            let range = step.span.start..step.span.end;
            assert!(text.get(range).is_some(), "a step outside of the text");
        }
    });
}

/// Text as it is.
pub fn source(bytes: &[u8]) {
    run(&String::from_utf8_lossy(bytes));
}

/// A program that the bytes choose.
pub fn program(bytes: &[u8]) {
    run(&grammar::program(bytes));
}
