//! `index.html`: the names of its files replaced by their hashed names.

use std::fs;

use anyhow::{Context, Result, ensure};

use super::bundle::Bundle;
use crate::workspace::Workspace;

/// Writes the page's `index.html` into the web root.
pub(super) fn write(workspace: &Workspace, bundle: &Bundle) -> Result<()> {
    let source = workspace.root.join("index.html");
    let html = fs::read_to_string(&source).with_context(|| format!("cannot read {}", source.display()))?;
    let output = workspace.web_root().join("index.html");
    let html = with_hashed_names(&html, &bundle.names)?;
    if fs::read_to_string(&output).is_ok_and(|written| written == html) {
        return Ok(());
    }
    super::write(&output, html)
}

fn with_hashed_names(html: &str, names: &[(String, String)]) -> Result<String> {
    let mut html = html.to_owned();
    for (name, hashed) in names {
        let mut found = false;
        for attribute in ["src", "href"] {
            let plain = format!("{attribute}=\"{name}\"");
            found |= html.contains(&plain);
            html = html.replace(&plain, &format!("{attribute}=\"assets/{hashed}\""));
        }
        ensure!(
            found,
            "index.html refers to no src=\"{name}\" or href=\"{name}\"; it must load all of the page's files"
        );
    }
    Ok(html)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|(name, hashed)| ((*name).to_owned(), (*hashed).to_owned()))
            .collect()
    }

    #[test]
    fn references_get_hashed_names() -> Result<()> {
        let html = r#"<link href="notebook.css"><script src="notebook.js"></script><p>notebook.js</p>"#;
        let html = with_hashed_names(
            html,
            &names(&[
                ("notebook.js", "notebook-A.js"),
                ("notebook.css", "notebook-B.css"),
            ]),
        )?;
        assert_eq!(
            html,
            r#"<link href="assets/notebook-B.css"><script src="assets/notebook-A.js"></script><p>notebook.js</p>"#
        );
        Ok(())
    }

    #[test]
    fn a_file_that_the_page_never_loads_is_an_error() {
        let error = with_hashed_names("<p></p>", &names(&[("notebook.js", "notebook-A.js")])).unwrap_err();
        assert!(error.to_string().contains("notebook.js"), "{error}");
    }
}
