//! PySpark cells: Python source that runs without Python.
//!
//! Source is parsed with ruff's parser, compiled to instructions (`compile`), and run by a machine whose calls live on the
//! heap (`vm`). Values are Python's plain ones (`value`, `types`) and those of modules (`modules`). What a cell may take
//! is bounded (`limits`): no source makes it panic, and none runs forever.

mod builtins;
mod class;
mod clock;
mod code;
mod compile;
mod complete;
mod exception;
mod guard;
mod interpreter;
mod limits;
mod modules;
mod names;
mod rehearsal;
mod spark;
mod steps;
mod types;
mod value;
mod vm;

pub use complete::{Completion, CompletionKind, Completions};
pub use interpreter::{Failure, Interpreter, Outcome, Shown, Span};
pub use names::{has, names_of, refused};
pub use rehearsal::Planned;
pub use spark::traceback;
pub use steps::Step;

/// Lets others have a turn.
async fn pause() {
    spark_connect_client::platform::sleep(std::time::Duration::ZERO).await;
}
