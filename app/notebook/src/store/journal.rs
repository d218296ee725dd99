//! What was not saved yet when the page went: written in one synchronous step, since the database may not get the
//! time, and read when the page comes back.

use serde::{Deserialize, Serialize};

use super::database::Record;
use crate::browser::setting;

/// A notebook that was not saved yet.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Journal {
    /// The stored revision that it is based on.
    pub(super) base: u64,
    /// The tab that wrote it.
    pub(super) writer: String,
    /// The notebook's text.
    pub(super) text: String,
}

impl Journal {
    /// What was left behind for that notebook.
    pub(super) fn read(id: &str) -> Option<Self> {
        serde_json::from_str(&setting::get(&key(id))?).ok()
    }

    /// Leaves it behind. Beyond the few megabytes that the browser takes, the database has to be fast enough.
    pub(super) fn write(&self, id: &str) {
        if let Ok(text) = serde_json::to_string(self) {
            setting::set(&key(id), &text);
        }
    }

    /// Forgets what was left behind.
    pub(super) fn remove(id: &str) {
        setting::remove(&key(id));
    }

    /// Whether it holds anything that the stored record may lack: it does not if the same tab stored after all.
    pub(super) fn is_newer_than(&self, stored: Option<&Record>) -> bool {
        stored.is_none_or(|stored| stored.writer != self.writer || stored.revision <= self.base)
    }
}

fn key(id: &str) -> String {
    format!("unsaved:{id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_not_stored_counts() {
        let journal = Journal {
            base: 3,
            writer: "me".into(),
            text: String::new(),
        };
        let stored = |revision, writer: &str| Record {
            revision,
            writer: writer.into(),
            text: String::new(),
        };
        for (record, expected) in [
            (None, true),
            (Some(stored(3, "me")), true),
            (Some(stored(3, "other")), true),
            (Some(stored(4, "me")), false),
            (Some(stored(4, "other")), true),
        ] {
            assert_eq!(journal.is_newer_than(record.as_ref()), expected);
        }
    }
}
