//! Where results go: standard output, or a file that is there only once it is whole.

use std::{
    fs,
    io::{self, IsTerminal, Write},
    path::{Path, PathBuf},
};

use crate::failure::Failure;

/// Where results go.
#[derive(Debug)]
pub(crate) struct Destination {
    target: Target,
    /// Nobody reads what is written any more.
    closed: bool,
}

#[derive(Debug)]
enum Target {
    Stdout(io::Stdout),
    /// A device or a pipe.
    Direct(fs::File),
    File {
        file: fs::File,
        /// Where it is written, beside the file that it becomes.
        partial: Partial,
    },
}

/// A file that is removed unless it is kept.
#[derive(Debug)]
struct Partial {
    path: PathBuf,
    becomes: PathBuf,
    kept: bool,
}

impl Destination {
    /// Standard output.
    pub(crate) fn stdout() -> Self {
        Self::new(Target::Stdout(io::stdout()))
    }

    /// A file. What is there already stays until [`Destination::keep`].
    pub(crate) fn file(path: &Path) -> Result<Self, Failure> {
        let unusable = |e: io::Error| Failure::Usage(format!("{} cannot be written: {e}.", path.display()));
        let becomes = match fs::metadata(path) {
            Ok(metadata) if metadata.is_file() => fs::canonicalize(path).map_err(unusable)?,
            Ok(metadata) if metadata.is_dir() => {
                return Err(Failure::Usage(format!(
                    "{} is a directory. Name a file in it.",
                    path.display()
                )));
            }
            Ok(_) => {
                let file = fs::OpenOptions::new().write(true).open(path).map_err(unusable)?;
                return Ok(Self::new(Target::Direct(file)));
            }
            Err(_) => path.to_owned(),
        };
        let mut name = std::ffi::OsString::from(".");
        name.push(becomes.file_name().unwrap_or_default());
        name.push(format!(".{}.partial", std::process::id()));
        let partial = Partial {
            path: becomes.with_file_name(name),
            becomes,
            kept: false,
        };
        let file = fs::File::create(&partial.path).map_err(unusable)?;
        Ok(Self::new(Target::File { file, partial }))
    }

    fn new(target: Target) -> Self {
        Self {
            target,
            closed: false,
        }
    }

    /// Whether a person sees it as it is written.
    pub(crate) fn is_terminal(&self) -> bool {
        matches!(&self.target, Target::Stdout(stdout) if stdout.is_terminal())
    }

    /// Whether nobody reads what is written any more.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed
    }

    /// Everything is written: puts a file in its place.
    pub(crate) fn keep(mut self) -> Result<(), Failure> {
        if let Err(error) = self.flush() {
            return Err(match self.closed {
                true => Failure::Closed,
                false => Failure::Output(format!("The result cannot be written: {error}.")),
            });
        }
        match self.target {
            Target::File { mut partial, .. } => partial.keep(),
            Target::Stdout(_) | Target::Direct(_) => Ok(()),
        }
    }

    fn writer(&mut self) -> &mut dyn Write {
        match &mut self.target {
            Target::Stdout(stdout) => stdout,
            Target::Direct(file) | Target::File { file, .. } => file,
        }
    }

    fn noticing<T>(&mut self, result: io::Result<T>) -> io::Result<T> {
        if let Err(error) = &result {
            self.closed |= error.kind() == io::ErrorKind::BrokenPipe;
        }
        result
    }
}

impl Write for Destination {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let result = self.writer().write(bytes);
        self.noticing(result)
    }

    fn flush(&mut self) -> io::Result<()> {
        let result = self.writer().flush();
        self.noticing(result)
    }
}

impl Partial {
    fn keep(&mut self) -> Result<(), Failure> {
        fs::rename(&self.path, &self.becomes)
            .map_err(|e| Failure::Output(format!("{} cannot be written: {e}.", self.becomes.display())))?;
        self.kept = true;
        Ok(())
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.kept {
            // It may be gone already, which is what is wanted.
            let _ = fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A directory that is gone at the end of the test.
    struct Directory(PathBuf);

    impl Directory {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("spark-connect-{}-{name}", std::process::id()));
            fs::create_dir_all(&path).unwrap();
            Self(path)
        }

        fn names(&self) -> Vec<String> {
            let entries = fs::read_dir(&self.0).unwrap();
            let mut names: Vec<_> = entries
                .map(|e| e.unwrap().file_name().into_string().unwrap())
                .collect();
            names.sort();
            names
        }
    }

    impl Drop for Directory {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_file_is_there_once_it_is_whole() {
        let directory = Directory::new("whole");
        let path = directory.0.join("out.csv");
        let mut destination = Destination::file(&path).unwrap();
        destination.write_all(b"one").unwrap();
        assert!(!path.exists());
        destination.keep().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"one");

        let mut failed = Destination::file(&path).unwrap();
        failed.write_all(b"two").unwrap();
        drop(failed);
        assert_eq!(fs::read(&path).unwrap(), b"one", "the result before stays");
        assert_eq!(directory.names(), ["out.csv"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_and_devices_stay_what_they_are() {
        let directory = Directory::new("links");
        let (file, link) = (directory.0.join("file"), directory.0.join("link"));
        fs::write(&file, "old").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        let mut destination = Destination::file(&link).unwrap();
        destination.write_all(b"new").unwrap();
        destination.keep().unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&file).unwrap(), b"new");

        let mut null = Destination::file(Path::new("/dev/null")).unwrap();
        null.write_all(b"x").unwrap();
        null.keep().unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }

    #[test]
    fn where_nothing_can_be_written_is_said() {
        let directory = Directory::new("nowhere");
        for (path, expected) in [
            (directory.0.clone(), "is a directory"),
            (directory.0.join("none/out.csv"), "cannot be written"),
        ] {
            match Destination::file(&path) {
                Err(Failure::Usage(text)) => assert!(text.contains(expected), "{text}"),
                other => panic!("{other:?}"),
            }
        }
    }
}
