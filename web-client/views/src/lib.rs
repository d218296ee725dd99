//! Views of one plan: as PySpark code ([`code`]), as SQL ([`sql`]), and as the steps of a visual builder ([`builder`]).
//!
//! All of them read the message of a relation, not the client's own tree: the message is what files, notebooks and other
//! clients have too, and it says everything. What a view cannot show is an error that names the node.
//! Nothing is run or analysed here.

pub mod builder;
pub mod code;
mod error;
mod literal;
mod local;
pub mod sql;
mod types;
mod walk;

pub use error::{Reason, ViewError};

type Result<T> = std::result::Result<T, ViewError>;
