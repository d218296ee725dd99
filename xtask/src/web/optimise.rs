//! wasm-opt of npm's `binaryen`: smaller modules, by a slow but skippable step.

use std::{path::PathBuf, process::Command, thread};

use anyhow::{Result, anyhow};

use super::{MODULES, Module};
use crate::{
    process,
    progress::Step,
    setup::node::Node,
    stamp::{Input, Stamp},
    workspace::Workspace,
};

/// The level, and what rustc emits for browsers of the last years: wasm-opt must know it to read the modules.
///
/// Higher levels make smaller modules but larger downloads: after brotli the engine has 569 KB with -O1, 571 without
/// wasm-opt, and 601 to 603 with -O2, -Os and -Oz, which also take three times as long.
const OPTIONS: [&str; 9] = [
    "-O1",
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-call-indirect-overlong",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// Where wasm-bindgen's code is before it is optimised.
pub(super) fn unoptimised(workspace: &Workspace, module: &Module) -> PathBuf {
    module.directory(workspace).with_extension("unoptimised.wasm")
}

/// Optimises all modules, side by side.
pub(super) fn optimise(workspace: &Workspace, node: &Node) -> Result<()> {
    thread::scope(|scope| {
        let runs: Vec<_> = MODULES
            .iter()
            .map(|module| scope.spawn(|| optimise_one(workspace, node, module)))
            .collect();
        runs.into_iter().try_for_each(|run| {
            run.join()
                .unwrap_or_else(|_| Err(anyhow!("an optimiser thread ended early")))
        })
    })
}

fn optimise_one(workspace: &Workspace, node: &Node, module: &Module) -> Result<()> {
    let input = unoptimised(workspace, module);
    let output = module.code(workspace);
    let tool = workspace.javascript().join("node_modules/binaryen");
    let options = OPTIONS.join(" ");
    let stamp = Stamp::new(
        workspace,
        &format!("wasm-opt-{}", module.name),
        &[
            Input::Path(&input),
            Input::Path(&tool.join("package.json")),
            Input::Text(&options),
        ],
    )?;
    if stamp.is_current(&[&output]) {
        return Ok(());
    }
    let step = Step::start(format!("Optimise the {} module", module.name));
    let mut command = Command::new(&node.program);
    command
        .arg(tool.join("bin/wasm-opt"))
        .args(OPTIONS)
        .arg(&input)
        .arg("-o")
        .arg(&output);
    process::run(&step, &mut command)?;
    stamp.write()?;
    step.done("");
    Ok(())
}
