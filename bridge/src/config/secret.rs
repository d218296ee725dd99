//! A secret of the settings, from the environment or from a file.

use std::fmt;

/// Text that is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A secret without the newline that editors leave at a file's end.
    pub(super) fn new(text: &str) -> Result<Self, String> {
        match text.trim_end_matches(['\r', '\n']) {
            "" => Err("the secret is empty".to_owned()),
            text => Ok(Self(text.to_owned())),
        }
    }

    /// In place of a secret that is not looked up while only the file is checked; long enough for any.
    pub(super) fn unresolved() -> Self {
        Self("unresolved".repeat(4))
    }

    /// The secret itself.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}
