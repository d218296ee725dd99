//! PySpark cells against a real Spark: what is bound does what PySpark's does, and schemas are known before anything runs.

mod bindings;
mod steps;

use std::{cell::RefCell, rc::Rc};

use anyhow::Result;
use e2e::route::Route;
use pyspark_cells::{Interpreter, Outcome, Shown};

fn interpreter() -> Result<Interpreter> {
    Ok(Interpreter::new(Route::Grpc.session()?))
}

/// What a prompt would have shown of a cell, or the last line of its traceback.
async fn show(interpreter: &mut Interpreter, cell: &str) -> String {
    let printed = Rc::new(RefCell::new(String::new()));
    let sink = printed.clone();
    let outcome = interpreter
        .run(cell, move |text| sink.borrow_mut().push_str(text))
        .await;
    let text = printed.take();
    match outcome {
        Ok(Outcome {
            shown: Some(Shown::Text(shown)),
        }) => text + &shown,
        Ok(_) => text,
        Err(failure) => format!("{text}{failure}"),
    }
}

/// Runs cells in one session, and compares what each shows.
async fn check(cells: &[(&str, &str)]) -> Result<()> {
    let mut interpreter = interpreter()?;
    for (cell, expected) in cells {
        assert_eq!(show(&mut interpreter, cell).await.trim_end(), *expected, "{cell}");
    }
    Ok(())
}
