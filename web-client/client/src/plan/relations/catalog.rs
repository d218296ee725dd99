//! Operations on the catalog, each of which is a relation.

use spark_connect_proto::connect::{self as pb, catalog::CatType, relation::RelType};

use super::super::LogicalPlan;

impl LogicalPlan {
    /// An operation on the catalog, `Catalog`: its rows are what it gives.
    pub fn catalog(operation: CatType) -> Self {
        Self::leaf(RelType::Catalog(pb::Catalog {
            cat_type: Some(operation),
        }))
    }
}
