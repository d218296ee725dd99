//! esbuild of JavaScript, TypeScript and CSS, and the compressed twins of every file; both are scripts for Node beside
//! this crate's sources.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::MODULES;
use crate::{
    process,
    progress::Step,
    setup::node::Node,
    stamp::{Input, Stamp},
    workspace::Workspace,
};

/// Style sheets in the order of the cascade: the page may override its widgets.
const STYLES: [&str; 2] = ["app/widgets/style", "app/notebook/style"];

/// The client and the element for other pages: their sources, and what describes them to TypeScript.
const CLIENT: &str = "web-client/javascript/api";
const ELEMENT: &str = "web-client/javascript/element";
const TYPES: [&str; 2] = [
    "web-client/javascript/spark-connect.d.ts",
    "web-client/javascript/spark-query.d.ts",
];

/// The files that esbuild wrote.
#[derive(Debug, Default)]
pub(super) struct Bundle {
    /// What `index.html` calls a file (`notebook.js`), and its hashed name.
    pub(super) names: Vec<(String, String)>,
    /// Hashed names of the files that must be there before the page can paint.
    pub(super) before_first_paint: Vec<String>,
    /// Hashed names of the files that the page loads for PySpark cells only.
    pub(super) python: Vec<String>,
    /// Paths below the web root of what a page loads that uses the client.
    pub(super) client: Vec<String>,
}

/// Bundles scripts and styles into the web root.
pub(super) fn bundle(workspace: &Workspace, node: &Node) -> Result<Bundle> {
    let script = workspace.root.join("xtask/web/bundle.mjs");
    let sources = workspace.javascript().join("src");
    let directories: Vec<PathBuf> = MODULES.iter().map(|module| module.directory(workspace)).collect();
    let styles: Vec<PathBuf> = STYLES.iter().map(|style| workspace.root.join(style)).collect();
    let lock = workspace.javascript().join("package-lock.json");
    let client = workspace.root.join(CLIENT);
    let element = workspace.root.join(ELEMENT);
    let types = TYPES.map(|types| workspace.root.join(types));
    let web_root = workspace.web_root();
    let result = workspace.target.join("bundle.json");

    let mut inputs: Vec<Input<'_>> = [&script, &sources, &client, &element, &lock]
        .map(|path| Input::Path(path))
        .into();
    let more = directories.iter().chain(&styles).chain(&types);
    inputs.extend(more.map(|path| Input::Path(path)));
    let stamp = Stamp::new(workspace, "bundle", &inputs)?;
    if !stamp.is_current(&[
        &result,
        &web_root.join("assets"),
        &web_root.join("spark-connect.js"),
        &web_root.join("spark-query.js"),
    ]) {
        let step = Step::start("Bundle JavaScript and CSS");
        let aliases: Vec<Value> = MODULES
            .iter()
            .map(|module| {
                json!({
                    "name": format!("{}-wasm", module.name),
                    "bindings": module.bindings(workspace),
                    "code": module.code(workspace),
                })
            })
            .collect();
        let style = workspace.target.join("notebook.css");
        super::write(&style, imports(&style_sheets(&styles)?))?;
        let options = json!({
            "javascript": workspace.javascript(),
            "modules": aliases,
            "style": style,
            "client": client,
            "element": element,
            "types": types,
            "webRoot": web_root,
            "result": result,
        });
        process::run(
            &step,
            Command::new(&node.program).arg(&script).arg(options.to_string()),
        )?;
        stamp.write()?;
        step.done("");
    }
    read(&result)
}

/// Writes the brotli and gzip twins that are not there yet or are older than their files.
pub(super) fn compress(workspace: &Workspace, node: &Node) -> Result<()> {
    let script = workspace.root.join("xtask/web/compress.mjs");
    let web_root = workspace.web_root();
    let stamp = Stamp::new(
        workspace,
        "compress",
        &[Input::Path(&script), Input::Path(&web_root)],
    )?;
    if stamp.is_current(&[]) {
        return Ok(());
    }
    let step = Step::start("Compress the page");
    process::run(&step, Command::new(&node.program).arg(&script).arg(&web_root))?;
    Stamp::new(
        workspace,
        "compress",
        &[Input::Path(&script), Input::Path(&web_root)],
    )?
    .write()?;
    step.done("");
    Ok(())
}

fn style_sheets(directories: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut sheets = Vec::new();
    for directory in directories {
        let entries =
            fs::read_dir(directory).with_context(|| format!("cannot read {}", directory.display()))?;
        let mut found = entries
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<Vec<_>, _>>()?;
        found.retain(|path| path.extension().is_some_and(|extension| extension == "css"));
        found.sort();
        sheets.extend(found);
    }
    Ok(sheets)
}

/// A style sheet that consists of the given ones.
fn imports(sheets: &[PathBuf]) -> String {
    sheets
        .iter()
        .map(|sheet| format!("@import {};\n", Value::from(sheet.to_string_lossy())))
        .collect()
}

fn read(path: &Path) -> Result<Bundle> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let value: Value =
        serde_json::from_str(&text).with_context(|| format!("{} is not JSON", path.display()))?;
    let (Some(names), Some(first), Some(python), Some(client)) = (
        value["names"].as_object(),
        value["beforeFirstPaint"].as_array(),
        value["python"].as_array(),
        value["client"].as_array(),
    ) else {
        bail!("{} lacks names; remove it and build again", path.display());
    };
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    Ok(Bundle {
        names: names
            .iter()
            .map(|(name, hashed)| (name.clone(), text(hashed)))
            .collect(),
        before_first_paint: first.iter().map(text).collect(),
        python: python.iter().map(text).collect(),
        client: client.iter().map(text).collect(),
    })
}
