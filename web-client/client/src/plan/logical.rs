//! Unresolved relations: an immutable tree over its inputs, whose parts are shared as those of expressions are.
//!
//! Which relations there are is for the modules that build them; their messages are put together in `encode`.

use std::{fmt, sync::Arc, vec};

use spark_connect_proto::connect::{self as pb, relation::RelType};

use super::{
    Expression,
    node::{Extent, Identity, Part, dismantle},
};

/// A relation that nothing has resolved yet, with the relations that it reads. PySpark's `LogicalPlan`.
#[derive(Clone)]
pub struct LogicalPlan(Arc<Node>);

struct Node {
    id: Identity,
    inputs: Vec<LogicalPlan>,
    expressions: Vec<Expression>,
    references: Vec<LogicalPlan>,
    build: Build,
    origin: Option<Box<pb::Origin>>,
    extent: Extent,
}

/// Builds the message of a relation from those of its parts.
type Build = Box<dyn Fn(&mut Parts) -> RelType + Send + Sync>;

/// The messages of a relation's inputs and expressions, in the order in which they were given.
pub(crate) struct Parts {
    pub(super) inputs: vec::IntoIter<pb::Relation>,
    pub(super) expressions: vec::IntoIter<pb::Expression>,
}

impl Parts {
    /// The next input.
    pub(crate) fn input(&mut self) -> Option<Box<pb::Relation>> {
        self.inputs.next().map(Box::new)
    }

    /// The next expression.
    pub(crate) fn expression(&mut self) -> Option<pb::Expression> {
        self.expressions.next()
    }

    /// The next expression, if there is to be one.
    pub(crate) fn expression_if(&mut self, there: bool) -> Option<pb::Expression> {
        if there { self.expressions.next() } else { None }
    }

    /// The next expressions.
    pub(crate) fn take(&mut self, count: usize) -> Vec<pb::Expression> {
        self.expressions.by_ref().take(count).collect()
    }

    /// All other expressions.
    pub(crate) fn rest(&mut self) -> Vec<pb::Expression> {
        self.expressions.by_ref().collect()
    }
}

impl LogicalPlan {
    /// A relation over its inputs with its expressions, and how its message is built from theirs.
    pub(crate) fn new(
        inputs: Vec<LogicalPlan>,
        expressions: Vec<Expression>,
        build: impl Fn(&mut Parts) -> RelType + Send + Sync + 'static,
    ) -> Self {
        Self::with_references(inputs, expressions, Vec::new(), build)
    }

    /// The same, with relations that it refers to otherwise than by its expressions.
    pub(crate) fn with_references(
        inputs: Vec<LogicalPlan>,
        expressions: Vec<Expression>,
        mut references: Vec<LogicalPlan>,
        build: impl Fn(&mut Parts) -> RelType + Send + Sync + 'static,
    ) -> Self {
        references.extend(expressions.iter().flat_map(Expression::subqueries));
        let below = inputs.iter().chain(&references).map(Self::extent);
        let extent = Extent::above(below.chain(expressions.iter().map(Expression::extent)));
        Self(Arc::new(Node {
            id: Identity::new(),
            inputs,
            expressions,
            references,
            build: Box::new(build),
            origin: None,
            extent,
        }))
    }

    /// A relation without inputs.
    pub(crate) fn leaf(rel_type: RelType) -> Self {
        Self::new(Vec::new(), Vec::new(), move |_| rel_type.clone())
    }

    /// A relation over this one.
    pub(crate) fn above(
        &self,
        expressions: Vec<Expression>,
        build: impl Fn(&mut Parts) -> RelType + Send + Sync + 'static,
    ) -> Self {
        Self::new(vec![self.clone()], expressions, build)
    }

    /// A relation whose message somebody else built.
    pub fn message(relation: pb::Relation) -> Self {
        match relation.rel_type {
            Some(rel_type) => Self::leaf(rel_type),
            None => Self::leaf(RelType::Unknown(pb::Unknown {})),
        }
    }

    /// A relation whose message somebody else built, and something that lives as long as the relation is used.
    pub(crate) fn kept(relation: pb::Relation, guard: impl Send + Sync + 'static) -> Self {
        let rel_type = relation.rel_type.unwrap_or(RelType::Unknown(pb::Unknown {}));
        Self::new(Vec::new(), Vec::new(), move |_| {
            let _guard = &guard;
            rel_type.clone()
        })
    }

    /// What columns name when they mean this relation's, as `df["x"]` does.
    pub fn id(&self) -> &Identity {
        &self.0.id
    }

    /// The relations that it reads.
    pub fn inputs(&self) -> &[LogicalPlan] {
        &self.0.inputs
    }

    /// Where in the caller's source it was written.
    pub fn origin(&self) -> Option<&pb::Origin> {
        self.0.origin.as_deref()
    }

    /// How many relations and expressions it has, when those that are used twice are written out twice.
    pub fn size(&self) -> u64 {
        self.extent().size
    }

    pub(crate) fn extent(&self) -> Extent {
        self.0.extent
    }

    pub(super) fn expressions(&self) -> &[Expression] {
        &self.0.expressions
    }

    pub(super) fn references(&self) -> &[LogicalPlan] {
        &self.0.references
    }

    pub(super) fn build(&self, parts: &mut Parts) -> RelType {
        (self.0.build)(parts)
    }

    /// The same relation, written at a place of the caller's source; for one that was built just now. Of a relation that
    /// somebody else holds as well, the place stays what it was.
    pub fn with_origin(mut self, origin: pb::Origin) -> Self {
        if let Some(node) = Arc::get_mut(&mut self.0) {
            node.origin = Some(Box::new(origin));
        }
        self
    }

    /// Hands over the parts, if nobody else holds the relation.
    pub(crate) fn give_up(self, waiting: &mut Vec<Part>) {
        if let Some(mut node) = Arc::into_inner(self.0) {
            node.empty(waiting);
        }
    }
}

impl Node {
    fn empty(&mut self, waiting: &mut Vec<Part>) {
        waiting.extend(self.inputs.drain(..).map(Part::Plan));
        waiting.extend(self.references.drain(..).map(Part::Plan));
        waiting.extend(self.expressions.drain(..).map(Part::Expression));
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let mut waiting = Vec::new();
        self.empty(&mut waiting);
        dismantle(waiting);
    }
}

impl fmt::Debug for LogicalPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogicalPlan")
            .field("inputs", &self.0.inputs.len())
            .field("expressions", &self.0.expressions)
            .finish_non_exhaustive()
    }
}
