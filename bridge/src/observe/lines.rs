//! Lines of a log on their way to a file or a stream. A thread writes them, so that a slow disk holds up no request.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::PathBuf,
    sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use serde::Serialize;

use crate::config::Target;

/// Lines that may wait to be written.
const QUEUE: usize = 8192;
/// What is written at once when many lines wait, bytes.
const CHUNK: usize = 64 * 1024;
const TIME_BETWEEN_NOTICES: Duration = Duration::from_secs(60);

/// A log that is open. The lines it was given are written before it is dropped.
#[derive(Debug)]
pub(super) struct Lines {
    sender: Option<SyncSender<Vec<u8>>>,
    writer: Option<JoinHandle<()>>,
}

/// What to do with a line when [`QUEUE`] others wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Full {
    /// It is lost.
    Drop,
    /// Whoever writes it waits.
    Wait,
}

impl Lines {
    /// Opens a log, or says why it cannot be. `None` if there is to be none.
    pub(super) fn open(target: &Target) -> Result<Option<Self>, String> {
        let out = match target {
            Target::Off => return Ok(None),
            Target::Stdout => Out::Stdout,
            Target::Stderr => Out::Stderr,
            Target::File(path) => {
                let file = OpenOptions::new().create(true).append(true).open(path);
                let cannot = |error| format!("The log {} cannot be opened: {error}.", path.display());
                Out::File(file.map_err(cannot)?, path.clone())
            }
        };
        let (sender, receiver) = sync_channel(QUEUE);
        let writer = std::thread::Builder::new()
            .name("log".to_owned())
            .spawn(move || write(out, &receiver))
            .map_err(|error| format!("No thread can be started for a log: {error}."))?;
        Ok(Some(Self {
            sender: Some(sender),
            writer: Some(writer),
        }))
    }

    /// Takes a line; false if it is lost.
    pub(super) fn push(&self, line: &impl Serialize, full: Full) -> bool {
        let (Some(sender), Ok(mut bytes)) = (&self.sender, serde_json::to_vec(line)) else {
            return false;
        };
        bytes.push(b'\n');
        match (sender.try_send(bytes), full) {
            (Ok(()), _) => true,
            (Err(TrySendError::Full(bytes)), Full::Wait) => sender.send(bytes).is_ok(),
            (Err(_), _) => false,
        }
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        self.sender = None;
        if let Some(writer) = self.writer.take() {
            // It ends once everything is written, and does not panic.
            let _ = writer.join();
        }
    }
}

enum Out {
    Stdout,
    Stderr,
    File(File, PathBuf),
}

impl Out {
    /// Whole lines at once, as others may write to the same place.
    fn write(&mut self, lines: &[u8]) -> io::Result<()> {
        match self {
            Self::Stdout => {
                let mut out = io::stdout().lock();
                out.write_all(lines)?;
                out.flush()
            }
            Self::Stderr => io::stderr().lock().write_all(lines),
            Self::File(file, _) => file.write_all(lines),
        }
    }
}

fn write(mut out: Out, lines: &Receiver<Vec<u8>>) {
    let mut last_notice: Option<Instant> = None;
    while let Ok(mut waiting) = lines.recv() {
        while waiting.len() < CHUNK
            && let Ok(line) = lines.try_recv()
        {
            waiting.extend_from_slice(&line);
        }
        if let Err(error) = out.write(&waiting)
            && last_notice.is_none_or(|last| last.elapsed() >= TIME_BETWEEN_NOTICES)
        {
            last_notice = Some(Instant::now());
            let name = match &out {
                Out::Stdout => "standard output".to_owned(),
                Out::Stderr => "standard error".to_owned(),
                Out::File(_, path) => path.display().to_string(),
            };
            crate::notice(&format!(
                "The log cannot be written to {name}: {error}. Its lines are lost."
            ));
        }
    }
}
