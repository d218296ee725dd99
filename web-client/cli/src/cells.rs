//! `spark-connect cells`: evaluates cells for another program, an answer of one line each.

use std::{
    cell::RefCell,
    io::Write,
    rc::Rc,
    sync::{Arc, Mutex, PoisonError},
};

use base64::{Engine, prelude::BASE64_STANDARD};
use prost::Message;
use pyspark_cells::{Interpreter, Outcome, Shown};
use serde::Serialize;
use spark_connect_client::{Error, Sent, Session, statements};

use crate::{destination::Destination, failure::Failure};

/// What became of a cell.
#[derive(Debug, Serialize)]
struct Answer {
    cell: usize,
    ok: bool,
    text: String,
    error: Option<String>,
    plans: Vec<String>,
    analyze: Vec<String>,
}

/// What was sent since it was last asked.
#[derive(Debug, Default)]
struct Log {
    plans: Vec<String>,
    analyze: Vec<String>,
}

/// The cells in standard input.
pub(crate) fn parse(json: &str) -> Result<Vec<String>, Failure> {
    serde_json::from_str(json).map_err(|e| {
        Failure::Usage(format!(
            "Standard input is not a JSON array of cell sources: {e}."
        ))
    })
}

/// Evaluates SQL cells in order.
pub(crate) async fn sql(session: &Session, cells: &[String]) -> Result<(), Failure> {
    let log = Arc::new(Mutex::new(Log::default()));
    let session = observed(session, &log);
    let mut out = Destination::stdout();
    for (cell, source) in cells.iter().enumerate() {
        let mut text = String::new();
        let outcome = evaluate(&session, source, &mut text).await;
        let sent = std::mem::take(&mut *log.lock().unwrap_or_else(PoisonError::into_inner));
        let answer = Answer {
            cell,
            ok: outcome.is_ok(),
            text,
            error: outcome.err().map(|error| pyspark_cells::traceback(&error)),
            plans: sent.plans,
            analyze: sent.analyze,
        };
        tell(&mut out, &answer)?;
    }
    Ok(())
}

/// Evaluates PySpark cells in order.
pub(crate) async fn python(session: &Session, cells: &[String]) -> Result<(), Failure> {
    let log = Arc::new(Mutex::new(Log::default()));
    let mut interpreter = Interpreter::new(observed(session, &log));
    let mut out = Destination::stdout();
    for (cell, source) in cells.iter().enumerate() {
        let printed = Rc::new(RefCell::new(String::new()));
        let sink = printed.clone();
        let outcome = interpreter
            .run(source, move |text| sink.borrow_mut().push_str(text))
            .await;
        let sent = std::mem::take(&mut *log.lock().unwrap_or_else(PoisonError::into_inner));
        let mut text = printed.take();
        if let Ok(Outcome {
            shown: Some(Shown::Text(shown)),
        }) = &outcome
        {
            text.push_str(shown);
            text.push('\n');
        }
        let answer = Answer {
            cell,
            ok: outcome.is_ok(),
            text,
            error: outcome.err().map(|failure| failure.to_string()),
            plans: sent.plans,
            analyze: sent.analyze,
        };
        tell(&mut out, &answer)?;
    }
    Ok(())
}

/// The session, with a log of what it sends.
fn observed(session: &Session, log: &Arc<Mutex<Log>>) -> Session {
    let log = log.clone();
    session.with_observer(move |sent| {
        let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
        match sent {
            Sent::Plan(plan) => log.plans.push(BASE64_STANDARD.encode(plan.encode_to_vec())),
            Sent::Analyze(request) => log.analyze.push(BASE64_STANDARD.encode(request.encode_to_vec())),
        }
    })
}

/// Runs the statements of a cell until one fails. What each would show at a prompt is appended to the text: a table
/// as `DataFrame.show` prints it, and nothing for a command without a result.
async fn evaluate(session: &Session, source: &str, text: &mut String) -> Result<(), Error> {
    const ROWS: i32 = 20;
    const CHARACTERS: i32 = 20;
    if source.trim().is_empty() {
        return Ok(());
    }
    for statement in statements::split(source) {
        let frame = session.sql(source.get(statement).unwrap_or_default()).await?;
        let known = frame.known_rows()?;
        let columns = known
            .as_ref()
            .map(|batches| batches.first().map_or(0, |batch| batch.num_columns()));
        if columns != Some(0) {
            text.push_str(&frame.show_string(ROWS, CHARACTERS, false).await?);
            text.push('\n');
        }
    }
    Ok(())
}

fn tell(out: &mut Destination, answer: &Answer) -> Result<(), Failure> {
    let unwritable =
        |reason: &dyn std::fmt::Display| Failure::Output(format!("The answer cannot be written: {reason}."));
    let mut line = serde_json::to_vec(answer).map_err(|e| unwritable(&e))?;
    line.push(b'\n');
    match out.write_all(&line).and_then(|()| out.flush()) {
        Ok(()) => Ok(()),
        Err(_) if out.is_closed() => Err(Failure::Closed),
        Err(error) => Err(unwritable(&error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_an_array_of_texts() {
        assert_eq!(parse("[\"SELECT 1\", \"\"]").unwrap(), ["SELECT 1", ""]);
        assert_eq!(parse(" []\n").unwrap(), [""; 0]);
        for json in ["", "{}", "[1]", "[\"a\"] x", "\"a\""] {
            match parse(json) {
                Err(Failure::Usage(text)) => {
                    assert!(text.starts_with("Standard input is not a JSON array"), "{text}")
                }
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn an_answer_is_one_line() {
        let answer = Answer {
            cell: 3,
            ok: false,
            text: "a\n".to_owned(),
            error: None,
            plans: vec!["AA==".to_owned()],
            analyze: vec![],
        };
        assert_eq!(
            serde_json::to_string(&answer).unwrap(),
            r#"{"cell":3,"ok":false,"text":"a\n","error":null,"plans":["AA=="],"analyze":[]}"#
        );
    }
}
