//! The standard library for wasm32, which rustup adds.

use std::{path::Path, process::Command};

use anyhow::{Context, Result};

use crate::{process, progress::Step};

/// What browsers run.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// Makes sure that Rust can compile for wasm32.
pub(crate) fn ensure() -> Result<()> {
    let mut rustc = Command::new("rustc");
    rustc.args(["--print=target-libdir", "--target", TARGET]);
    if process::capture(&mut rustc).is_ok_and(|directory| Path::new(directory.trim()).is_dir()) {
        return Ok(());
    }
    let rustup = process::find("rustup").with_context(|| {
        format!(
            "Rust has no {TARGET} target and there is no rustup to add it; install rustup, or your system's \
                 Rust package for WebAssembly"
        )
    })?;
    let step = Step::start(format!("Add Rust's {TARGET} target"));
    process::run_or(
        &step,
        Command::new(rustup).args(["target", "add", TARGET]),
        super::NETWORK,
    )?;
    step.done("");
    Ok(())
}
