//! How much a browser downloads, and the limits that the page keeps.

use std::{fs, path::Path};

use anyhow::{Context, Result, ensure};

/// The whole page, compressed with brotli, in bytes.
const WHOLE_LIMIT: u64 = 1_500_000;
/// What must be there before the first paint, compressed with brotli, in bytes.
const FIRST_LIMIT: u64 = 400_000;

/// Brotli sizes of the page's files, in bytes.
#[derive(Debug)]
pub(crate) struct Sizes {
    files: Vec<(String, u64)>,
    first: u64,
}

impl Sizes {
    /// Measures the brotli twins in a web root. `before_first_paint` names files of `assets/`.
    pub(crate) fn measure(web_root: &Path, before_first_paint: &[String]) -> Result<Self> {
        let size = |path: &Path| {
            let twin = format!("{}.br", path.display());
            Ok::<_, anyhow::Error>(
                fs::metadata(&twin)
                    .with_context(|| format!("cannot read {twin}"))?
                    .len(),
            )
        };
        let page = size(&web_root.join("index.html"))?;
        let assets = web_root.join("assets");
        let mut files = vec![("index.html".to_owned(), page)];
        let mut first = page;
        for entry in fs::read_dir(&assets).with_context(|| format!("cannot read {}", assets.display()))? {
            let path = entry?.path();
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
                continue;
            };
            if name.ends_with(".br") || name.ends_with(".gz") {
                continue;
            }
            let bytes = size(&path)?;
            if before_first_paint.iter().any(|first| first == name) {
                first += bytes;
            }
            files.push((name.to_owned(), bytes));
        }
        files.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        Ok(Self { files, first })
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
        lines.join("\n")
    }

    /// Fails when a limit is passed.
    pub(crate) fn check(&self) -> Result<()> {
        for (what, bytes, limit) in [
            ("the whole page", self.whole(), WHOLE_LIMIT),
            ("what loads before the first paint", self.first, FIRST_LIMIT),
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
        ] {
            scratch.write(name, &"x".repeat(length))?;
        }
        let sizes = Sizes::measure(scratch.path(), &["page-A.js".to_owned()])?;
        assert_eq!(sizes.whole(), 120_300);
        assert_eq!(sizes.first, 20_300);
        assert_eq!(sizes.report().lines().nth(1), Some("  100.0 KB  editor-B.js"));
        Ok(())
    }

    #[test]
    fn a_missing_twin_is_an_error() -> Result<()> {
        let scratch = Scratch::new("sizes-missing")?;
        scratch.write("index.html", "")?;
        let error = Sizes::measure(scratch.path(), &[]).unwrap_err().to_string();
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
