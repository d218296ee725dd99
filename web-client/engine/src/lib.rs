//! The engine: sessions, runs and results behind the messages of `engine-api`.
//!
//! In a browser it is a wasm module in a Web Worker ([`Engine`](wasm::Engine)); natively the same code runs in a
//! `tokio::task::LocalSet`, which is how it is tested against a real server. It draws nothing and keeps no notebook.
//!
//! Without the feature `python` it runs SQL cells only; the page loads both (`web-client/engine/python`).

mod catalog;
mod columns;
mod core;
mod drawing;
mod editing;
#[cfg(feature = "python")]
mod printed;
#[cfg(feature = "python")]
mod python;
#[cfg(feature = "python")]
mod rehearsal;
mod report;
mod run;
mod statement;
mod task;
#[cfg(target_arch = "wasm32")]
mod wasm;

pub use crate::core::Core;
