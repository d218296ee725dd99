//! The relations of the protocol, each as a method of the plan that it stands above, with what the protocol asks for.
//!
//! PySpark's own methods, with their defaults and conveniences, are `DataFrame`'s.

mod catalog;
mod columns;
mod foreign;
mod group;
mod join;
mod rows;
mod sources;
mod statistics;

pub use self::{
    columns::Named,
    foreign::{GroupMap, GroupMapState, PandasState},
    group::Grouping,
    join::{AsOfJoin, JoinOn, JoinType, NearestByJoin},
    rows::Dedup,
    sources::{DataSource, SqlArguments},
};
