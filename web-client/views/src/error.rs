//! Why a plan has no view of some kind.

use std::fmt::{self, Write};

/// A plan, or a model, that has no view of some kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ViewError {
    /// What is the matter.
    pub reason: Reason,
    /// The relation, expression, literal or step that it is about, by the protocol's name or the step's number.
    pub node: String,
    /// What a user reads.
    pub message: String,
}

/// What is the matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The view has no form for the node.
    NoForm,
    /// The node lacks a part, or has one that nobody knows.
    Broken,
    /// The plan is too large, or nested too deep.
    TooLarge,
    /// The columns of a relation must be known, and were not told.
    UnknownColumns,
    /// A step of a builder's model is not complete.
    Incomplete,
}

impl ViewError {
    pub(crate) fn new(reason: Reason, node: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            reason,
            node: node.into(),
            message: message.into(),
        }
    }

    /// A node that a view has no form for, with why or what to do.
    pub(crate) fn no_form(view: &str, node: impl Into<String>, why: impl fmt::Display) -> Self {
        let node = node.into();
        let message = format!("{node} has no form {view}: {why}.");
        Self::new(Reason::NoForm, node, message)
    }

    /// A node without a part that it needs.
    pub(crate) fn missing(node: impl Into<String>, part: &str) -> Self {
        let node = node.into();
        let message = format!("The plan is broken: {node} has no {part}.");
        Self::new(Reason::Broken, node, message)
    }

    /// Something in a node that nobody knows.
    pub(crate) fn unknown(node: impl Into<String>, part: &str) -> Self {
        let node = node.into();
        let message = format!("The plan is broken: the {part} of {node} is unknown.");
        Self::new(Reason::Broken, node, message)
    }

    pub(crate) fn too_large(node: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Reason::TooLarge, node, message)
    }
}

/// The protocol's name of a message's kind, such as `Filter` for a relation.
pub(crate) fn kind_name(kind: &impl fmt::Debug) -> String {
    /// Takes the name of a variant and no more: what is inside may be large, or deep.
    struct Name(String);
    impl Write for Name {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            let name = text.split('(').next().unwrap_or_default();
            self.0 += name;
            if name.len() == text.len() {
                Ok(())
            } else {
                Err(fmt::Error)
            }
        }
    }
    let mut name = Name(String::new());
    // The error is how it stops.
    let _ = write!(name, "{kind:?}");
    name.0
}
