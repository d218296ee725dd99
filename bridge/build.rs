//! Makes the built notebook (`target/web-root` of the work tree) part of what the bridge is built from, so that
//! a new notebook rebuilds the bridge. Building the notebook itself is `cargo xtask build`'s work.

use std::{env, fs, io, path::PathBuf};

fn main() -> io::Result<()> {
    let manifest_dir = env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?;
    let web_root = PathBuf::from(manifest_dir).join("../target/web-root");
    // Cargo rebuilds every time when a path it watches is missing; an empty directory means "not built yet".
    fs::create_dir_all(&web_root)?;
    println!("cargo:rerun-if-changed={}", web_root.display());
    Ok(())
}
