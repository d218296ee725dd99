//! How much a browser downloads, and the limits that the page keeps.

use std::{fs, path::Path};

use anyhow::{Context, Result, ensure};

use super::bundle::Bundle;

/// The whole page, compressed with brotli, in bytes.
const WHOLE_LIMIT: u64 = 1_500_000;
/// What the first PySpark cell loads besides, compressed with brotli, in bytes.
const PYTHON_LIMIT: u64 = 1_200_000;
/// What must be there before the first paint, compressed with brotli, in bytes.
const FIRST_LIMIT: u64 = 400_000;
/// What another page loads to use the client, compressed with brotli, in bytes.
const CLIENT_LIMIT: u64 = 500_000;

/// Brotli sizes of the page's files, in bytes.
#[derive(Debug)]
pub(crate) struct Sizes {
    files: Vec<(String, u64)>,
    first: u64,
    python: u64,
    client: u64,
}

impl Sizes {
    /// Measures the brotli twins in a web root.
    pub(super) fn measure(web_root: &Path, bundle: &Bundle) -> Result<Self> {
        let size = |path: &Path| {
            let twin = format!("{}.br", path.display());
            Ok::<_, anyhow::Error>(
                fs::metadata(&twin)
                    .with_context(|| format!("cannot read {twin}"))?
                    .len(),
            )
        };
        let client = bundle.client.iter().map(|path| size(&web_root.join(path)));
        let client = client.sum::<Result<u64>>()?;
        let page = size(&web_root.join("index.html"))?;
        let assets = web_root.join("assets");
        let python = bundle.python.iter().map(|name| size(&assets.join(name)));
        let python = python.sum::<Result<u64>>()?;
        let mut files = vec![("index.html".to_owned(), page)];
        let mut first = page;
        for entry in fs::read_dir(&assets).with_context(|| format!("cannot read {}", assets.display()))? {
            let path = entry?.path();
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
                continue;
            };
            // The page does not load the client for other pages, nor at first what PySpark cells need.
            let elsewhere = bundle
                .client
                .iter()
                .any(|path| path.strip_prefix("assets/") == Some(name))
                || bundle.python.iter().any(|python| python == name);
            if name.ends_with(".br") || name.ends_with(".gz") || elsewhere {
                continue;
            }
            let bytes = size(&path)?;
            if bundle.before_first_paint.iter().any(|first| first == name) {
                first += bytes;
            }
            files.push((name.to_owned(), bytes));
        }
        files.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        Ok(Self {
            files,
            first,
            python,
            client,
        })
    }

    fn whole(&self) -> u64 {
        self.files.iter().map(|(_, bytes)| bytes).sum()
    }

    /// Lines that say what each file costs, the largest first, then the two sums.
    pub(crate) fn report(&self) -> String {
        let mut lines = vec!["Page, compressed with brotli:".to_owned()];
        lines.extend(
            self.files
                .iter()
                .map(|(name, bytes)| format!("{:>10}  {name}", kilobytes(*bytes))),
        );
        lines.push(format!(
            "{:>10}  whole page (limit {})",
            kilobytes(self.whole()),
            kilobytes(WHOLE_LIMIT)
        ));
        lines.push(format!(
            "{:>10}  before the first paint (limit {})",
            kilobytes(self.first),
            kilobytes(FIRST_LIMIT)
        ));
        lines.push(format!(
            "{:>10}  more with the first PySpark cell (limit {})",
            kilobytes(self.python),
            kilobytes(PYTHON_LIMIT)
        ));
        lines.push(format!(
            "{:>10}  the client for other pages (limit {})",
            kilobytes(self.client),
            kilobytes(CLIENT_LIMIT)
        ));
        lines.join("\n")
    }

    /// Fails when a limit is passed.
    pub(crate) fn check(&self) -> Result<()> {
        for (what, bytes, limit) in [
            ("the whole page", self.whole(), WHOLE_LIMIT),
            ("what loads before the first paint", self.first, FIRST_LIMIT),
            ("what PySpark cells load", self.python, PYTHON_LIMIT),
            ("the client for other pages", self.client, CLIENT_LIMIT),
        ] {
            ensure!(
                bytes <= limit,
                "{what} has {} of brotli, {} more than allowed; look at the largest files, and load what is not \
                 needed at once by a dynamic import\n{}",
                kilobytes(bytes),
                kilobytes(bytes - limit),
                self.report()
            );
        }
        Ok(())
    }
}

fn kilobytes(bytes: u64) -> String {
    format!("{}.{} KB", bytes / 1000, bytes % 1000 / 100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    fn sizes(files: &[(&str, u64)], first: u64) -> Sizes {
        Sizes {
            files: files
                .iter()
                .map(|(name, bytes)| ((*name).to_owned(), *bytes))
                .collect(),
            first,
            python: 0,
            client: 0,
        }
    }

    #[test]
    fn only_brotli_twins_count() -> Result<()> {
        let scratch = Scratch::new("sizes")?;
        for (name, length) in [
            ("index.html", 900),
            ("index.html.br", 300),
            ("assets/page-A.js", 90_000),
            ("assets/page-A.js.br", 20_000),
            ("assets/page-A.js.gz", 25_000),
            ("assets/editor-B.js", 500_000),
            ("assets/editor-B.js.br", 100_000),
            ("spark-connect.js.br", 7_000),
            ("assets/client-C.wasm", 500_000),
            ("assets/client-C.wasm.br", 200_000),
            ("assets/python-D.wasm", 900_000),
            ("assets/python-D.wasm.br", 300_000),
        ] {
            scratch.write(name, &"x".repeat(length))?;
        }
        let bundle = Bundle {
            before_first_paint: vec!["page-A.js".to_owned()],
            python: vec!["python-D.wasm".to_owned()],
            client: vec!["spark-connect.js".to_owned(), "assets/client-C.wasm".to_owned()],
            ..Bundle::default()
        };
        let sizes = Sizes::measure(scratch.path(), &bundle)?;
        assert_eq!(sizes.whole(), 120_300);
        assert_eq!(sizes.first, 20_300);
        assert_eq!(sizes.python, 300_000);
        assert_eq!(sizes.client, 207_000);
        assert_eq!(sizes.report().lines().nth(1), Some("  100.0 KB  editor-B.js"));
        Ok(())
    }

    #[test]
    fn a_missing_twin_is_an_error() -> Result<()> {
        let scratch = Scratch::new("sizes-missing")?;
        scratch.write("index.html", "")?;
        let error = Sizes::measure(scratch.path(), &Bundle::default())
            .unwrap_err()
            .to_string();
        assert!(error.contains("index.html.br"), "{error}");
        Ok(())
    }

    #[test]
    fn limits_hold_to_the_byte() {
        assert!(sizes(&[("a", WHOLE_LIMIT)], FIRST_LIMIT).check().is_ok());
        assert!(sizes(&[("a", WHOLE_LIMIT + 1)], 0).check().is_err());
        let error = sizes(&[("a", 500_000)], FIRST_LIMIT + 1_200)
            .check()
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("first paint has 401.2 KB of brotli, 1.2 KB more"),
            "{error}"
        );
    }
}
