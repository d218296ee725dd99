//! wasm-bindgen as a library: the JavaScript bindings of a module, and the module without its bindings' sections.

use anyhow::{Context, Result, ensure};
use wasm_bindgen_cli_support::Bindgen;

use super::Module;
use crate::{
    progress::Step,
    setup::wasm_target::TARGET,
    stamp::{Input, Stamp},
    workspace::Workspace,
};

/// Writes the module's bindings, and its code before optimisation as `NAME.unoptimised.wasm`.
pub(super) fn bind(workspace: &Workspace, module: &Module) -> Result<()> {
    let version = same_version(workspace)?;
    let input = workspace
        .target
        .join(TARGET)
        .join("web")
        .join(format!("{}.wasm", module.stem()));
    let directory = module.directory(workspace);
    let raw = super::optimise::unoptimised(workspace, module);
    let stamp = Stamp::new(
        workspace,
        &format!("bindgen-{}", module.name),
        &[
            Input::Path(&input),
            Input::Text(&version),
            Input::Text(&directory.to_string_lossy()),
        ],
    )?;
    if stamp.is_current(&[&module.bindings(workspace), &raw]) {
        return Ok(());
    }
    let step = Step::start(format!("Bind the {} module to JavaScript", module.name));
    let mut output = Bindgen::new()
        .input_path(&input)
        .web(true)?
        .typescript(true)
        // The page says where the code is: its name has a hash.
        .omit_default_module_path(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate_output()
        .with_context(|| format!("wasm-bindgen {version} refused {}", input.display()))?;
    super::write(&raw, output.wasm_mut().emit_wasm())?;
    output.emit(&directory)?;
    stamp.write()?;
    step.done("");
    Ok(())
}

/// The bindings in a module and the program that reads them must be of one version.
fn same_version(workspace: &Workspace) -> Result<String> {
    let library = workspace.locked_version("wasm-bindgen")?;
    let reader = workspace.locked_version("wasm-bindgen-cli-support")?;
    ensure!(
        library == reader,
        "Cargo.lock holds wasm-bindgen {library} but wasm-bindgen-cli-support {reader}; give both the same \
         `=VERSION` in [workspace.dependencies] of Cargo.toml"
    );
    Ok(library)
}
