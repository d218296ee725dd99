//! The notebook as data: cells, the one command type that changes them, undo, and the form in which it is kept.
//! Pure: no browser, no clock, no randomness.

mod cell;
mod command;
mod first;
mod history;
mod notebook;

pub(crate) use cell::{Cell, CellId, CellKind};
pub(crate) use command::Command;
pub(crate) use first::{example, first_notebook};
pub(crate) use history::History;
pub(crate) use notebook::Notebook;
