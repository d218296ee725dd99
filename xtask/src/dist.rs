//! `cargo xtask build`: what users run, in `dist/` of the work tree.

use std::{fs, path::Path};

use anyhow::{Context, Result};

use crate::{
    bridge,
    progress::say,
    setup::{self, node::Node},
    web,
    workspace::Workspace,
};

const PROFILE: &str = "release";

/// Builds the bridge with the notebook in it, and copies both into `dist/`.
pub(crate) fn build(workspace: &Workspace) -> Result<()> {
    let _lock = workspace.lock()?;
    setup::wasm_target::ensure()?;
    let sizes = web::build(workspace, &Node::ensure(workspace)?)?;
    let program = bridge::build(workspace, PROFILE)?;

    let dist = workspace.root.join("dist");
    if dist.is_dir() {
        fs::remove_dir_all(&dist).with_context(|| format!("cannot remove {}", dist.display()))?;
    }
    copy(&workspace.web_root(), &dist.join("web"))?;
    let name = program.file_name().context("the bridge has no file name")?;
    copy(&program, &dist.join(name))?;
    say(&sizes);
    say(&format!(
        "{}: the bridge, which carries the notebook. dist/web: the notebook's files, for other servers.",
        Path::new("dist").join(name).display()
    ));
    Ok(())
}

/// Copies a file, or a directory with everything in it.
fn copy(from: &Path, to: &Path) -> Result<()> {
    let context = || format!("cannot copy {} to {}", from.display(), to.display());
    if !from.is_dir() {
        return fs::copy(from, to).map(drop).with_context(context);
    }
    fs::create_dir_all(to).with_context(context)?;
    for entry in fs::read_dir(from).with_context(context)? {
        let entry = entry.with_context(context)?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}
