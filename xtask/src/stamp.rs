//! Remembers what a step was made from, so that a step whose inputs did not change is skipped.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    io::ErrorKind,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use crate::workspace::Workspace;

/// One thing that a step's result depends on.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Input<'a> {
    /// A file, or a directory with everything in it; one that is missing counts as empty.
    Path(&'a Path),
    /// An option, a version, a command line.
    Text(&'a str),
}

/// The digest of a step's inputs, and the file that keeps the digest of its last success.
#[derive(Debug)]
pub(crate) struct Stamp {
    file: PathBuf,
    digest: String,
}

impl Stamp {
    /// Digests the inputs of the step called `name`.
    pub(crate) fn new(workspace: &Workspace, name: &str, inputs: &[Input<'_>]) -> Result<Self> {
        let file = workspace.target.join("stamps").join(name);
        Ok(Self {
            file,
            digest: digest(inputs)?,
        })
    }

    /// Whether the step succeeded with these inputs, and its outputs are still there.
    pub(crate) fn is_current(&self, outputs: &[&Path]) -> bool {
        fs::read_to_string(&self.file).is_ok_and(|last| last == self.digest)
            && outputs.iter().all(|output| output.exists())
    }

    /// Records a success.
    pub(crate) fn write(&self) -> Result<()> {
        let context = || format!("cannot write {}", self.file.display());
        if let Some(directory) = self.file.parent() {
            fs::create_dir_all(directory).with_context(context)?;
        }
        fs::write(&self.file, &self.digest).with_context(context)
    }
}

/// A digest of the inputs: equal inputs give equal digests with one version of Rust.
pub(crate) fn digest(inputs: &[Input<'_>]) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    for input in inputs {
        match input {
            Input::Text(text) => text.hash(&mut hasher),
            Input::Path(path) => add(&mut hasher, path)?,
        }
    }
    Ok(format!("{:016x}", hasher.finish()))
}

fn add(hasher: &mut DefaultHasher, path: &Path) -> Result<()> {
    path.file_name().hash(hasher);
    let context = || format!("cannot read {}", path.display());
    match path.metadata() {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error).with_context(context),
        Ok(metadata) if metadata.is_dir() => {
            let entries: Result<Vec<PathBuf>, _> = fs::read_dir(path)
                .with_context(context)?
                .map(|entry| entry.map(|entry| entry.path()))
                .collect();
            let mut entries = entries.with_context(context)?;
            entries.sort();
            entries.len().hash(hasher);
            entries.iter().try_for_each(|entry| add(hasher, entry))
        }
        Ok(_) => {
            fs::read(path).with_context(context)?.hash(hasher);
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn a_step_is_current_until_an_input_or_output_changes() -> Result<()> {
        let scratch = Scratch::new("stamp")?;
        let workspace = Workspace {
            root: scratch.path().into(),
            target: scratch.path().join("target"),
        };
        let input = scratch.write("in/a.txt", "one")?;
        let output = scratch.write("out.txt", "result")?;
        let stamp = |text| {
            Stamp::new(
                &workspace,
                "step",
                &[Input::Path(&scratch.path().join("in")), Input::Text(text)],
            )
        };
        assert!(!stamp("-Os")?.is_current(&[&output]));
        stamp("-Os")?.write()?;
        assert!(stamp("-Os")?.is_current(&[&output]));
        assert!(!stamp("-Oz")?.is_current(&[&output]));
        fs::write(&input, "two")?;
        assert!(!stamp("-Os")?.is_current(&[&output]));
        fs::write(&input, "one")?;
        assert!(stamp("-Os")?.is_current(&[&output]));
        scratch.write("in/b.txt", "")?;
        assert!(!stamp("-Os")?.is_current(&[&output]));
        stamp("-Os")?.write()?;
        fs::remove_file(&output)?;
        assert!(!stamp("-Os")?.is_current(&[&output]));
        Ok(())
    }

    #[test]
    fn a_missing_input_differs_from_an_empty_one() -> Result<()> {
        let scratch = Scratch::new("stamp-missing")?;
        let path = scratch.path().join("x");
        let missing = digest(&[Input::Path(&path)])?;
        fs::write(&path, "")?;
        assert_ne!(missing, digest(&[Input::Path(&path)])?);
        Ok(())
    }
}
