//! What expressions and relations share: identity, size, and an end that does not recurse.

use std::sync::Arc;

use super::{Expression, LogicalPlan};

/// Tells a thing apart from every equal one. Which number it gets in a message is decided when the message is built,
/// by the order in which identities appear there, so that equal calls give equal bytes.
#[derive(Clone, Debug, Default)]
pub struct Identity(Arc<()>);

impl Identity {
    /// An identity unlike all others.
    pub fn new() -> Self {
        Self::default()
    }

    /// A key that is this identity's alone as long as it, or a clone of it, lives.
    pub(crate) fn key(&self) -> usize {
        Arc::as_ptr(&self.0).addr()
    }
}

impl PartialEq for Identity {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Identity {}

/// How deep and how large a tree is when every shared part is written out, as it is in a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Extent {
    /// Levels, from 1.
    pub(crate) depth: u32,
    /// Nodes, from 1, at most `u64::MAX`.
    pub(crate) size: u64,
}

impl Extent {
    /// The extent of a node above others.
    pub(crate) fn above(below: impl Iterator<Item = Extent>) -> Self {
        let start = Self { depth: 1, size: 1 };
        below.fold(start, |sum, part| Self {
            depth: sum.depth.max(part.depth.saturating_add(1)),
            size: sum.size.saturating_add(part.size),
        })
    }
}

/// A part of a tree that is about to be dropped.
pub(crate) enum Part {
    Expression(Expression),
    Plan(LogicalPlan),
}

/// Drops parts one after the other: a tree of any depth ends without deep recursion.
pub(crate) fn dismantle(mut waiting: Vec<Part>) {
    while let Some(part) = waiting.pop() {
        match part {
            Part::Expression(expression) => expression.give_up(&mut waiting),
            Part::Plan(plan) => plan.give_up(&mut waiting),
        }
    }
}
