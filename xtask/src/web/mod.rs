//! What browsers load, from Rust, JavaScript and CSS to `target/web-root`: the page, `index.html`, and the client for
//! other pages, `spark-connect.js`, with what both need as `assets/NAME-HASH.EXT`; each file with its brotli and gzip
//! twin. A step whose inputs did not change is skipped.

mod bindgen;
mod bundle;
mod optimise;
mod page;
mod sizes;

use std::{fs, path::PathBuf};

use anyhow::{Context, Result};

use crate::{
    process,
    progress::Step,
    setup::{node::Node, wasm_target::TARGET},
    workspace::{Workspace, cargo},
};

/// A wasm module.
#[derive(Debug)]
struct Module {
    /// What the JavaScript around it calls it: `NAME-wasm` for its bindings, `NAME-wasm.wasm` for its code.
    name: &'static str,
    package: &'static str,
}

const MODULES: [Module; 4] = [
    Module {
        name: "engine",
        package: "spark-connect-engine",
    },
    PYTHON,
    Module {
        name: "notebook",
        package: "spark-notebook",
    },
    Module {
        name: "spark-connect",
        package: "spark-connect-javascript",
    },
];

/// The engine once more, with PySpark cells.
const PYTHON: Module = Module {
    name: "python",
    package: "spark-connect-engine-python",
};

/// A client of others, which the end-to-end tests load; no page has it.
const OTHERS: Module = Module {
    name: "tonic-web",
    package: "e2e-tonic-web",
};

impl Module {
    /// The file stem that Cargo and wasm-bindgen give it.
    fn stem(&self) -> String {
        self.package.replace('-', "_")
    }

    /// Where its bindings and its finished code are.
    fn directory(&self, workspace: &Workspace) -> PathBuf {
        workspace.target.join("bindgen").join(self.name)
    }

    /// The JavaScript that wasm-bindgen wrote.
    fn bindings(&self, workspace: &Workspace) -> PathBuf {
        self.directory(workspace).join(format!("{}.js", self.stem()))
    }

    /// The code, optimised.
    fn code(&self, workspace: &Workspace) -> PathBuf {
        self.directory(workspace).join(format!("{}_bg.wasm", self.stem()))
    }
}

/// Builds the page, and fails when it is larger than it may be. Returns a report of its sizes.
pub(crate) fn build(workspace: &Workspace, node: &Node) -> Result<String> {
    // Apart from each other: in one build the engine would have the same features in both.
    let (python, others): (Vec<_>, Vec<_>) = MODULES.iter().partition(|module| module.name == PYTHON.name);
    compile(workspace, &others, &["--no-default-features"])?;
    compile(workspace, &python, &[])?;
    for module in &MODULES {
        bindgen::bind(workspace, module)?;
    }
    optimise::optimise(workspace, node)?;
    let bundle = bundle::bundle(workspace, node)?;
    page::write(workspace, &bundle)?;
    bundle::compress(workspace, node)?;
    let sizes = sizes::Sizes::measure(&workspace.web_root(), &bundle)?;
    sizes.check()?;
    Ok(sizes.report())
}

/// Builds the client of others. Returns the directory with its bindings and its code.
pub(crate) fn build_others(workspace: &Workspace) -> Result<PathBuf> {
    compile(workspace, &[&OTHERS], &[])?;
    bindgen::bind(workspace, &OTHERS)?;
    Ok(OTHERS.directory(workspace))
}

fn compile(workspace: &Workspace, modules: &[&Module], features: &[&str]) -> Result<()> {
    let step = Step::start("Compile the wasm modules");
    let mut command = cargo();
    command
        .current_dir(&workspace.root)
        .args(["build", "--locked", "--profile=web", "--target", TARGET])
        .args(features);
    for module in modules {
        command.args(["--package", module.package]);
    }
    process::run(&step, &mut command)?;
    step.done("");
    Ok(())
}

/// Writes a file and the directories above it.
fn write(path: &std::path::Path, contents: impl AsRef<[u8]>) -> Result<()> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory).with_context(|| format!("cannot create {}", directory.display()))?;
    }
    fs::write(path, contents).with_context(|| format!("cannot write {}", path.display()))
}
