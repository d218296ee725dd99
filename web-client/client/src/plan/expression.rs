//! Unresolved expressions: an immutable tree whose parts are shared, cheap to clone and as deep as anybody builds it.
//!
//! What users write on them is `Column`'s business, and their messages are built in `encode`.

use std::sync::Arc;

use spark_connect_proto::connect::{self as pb, merge_action::ActionType};

use super::{
    Literal, LogicalPlan,
    node::{Extent, Identity, Part, dismantle},
};

/// An unresolved expression.
#[derive(Clone)]
pub struct Expression(Arc<Node>);

struct Node {
    kind: Kind,
    children: Vec<Expression>,
    origin: Option<Box<pb::Origin>>,
    extent: Extent,
    has_subquery: bool,
}

/// What an expression is, without its children.
#[derive(Clone, Debug)]
pub enum Kind {
    /// A value.
    Literal(Literal),
    /// A column by its name, `col`; of one relation if that is named, as `df["x"]`.
    Attribute {
        /// The name, quoted where needed.
        name: String,
        /// The relation.
        plan: Option<Identity>,
        /// Whether it is a metadata column, `DataFrame.metadataColumn`.
        metadata: bool,
    },
    /// All columns, `*`, or those below a name that ends in `.*`.
    Star {
        /// The name with its `.*`.
        target: Option<String>,
        /// The relation.
        plan: Option<Identity>,
    },
    /// All columns whose names match a pattern, `DataFrame.colRegex`.
    Regex {
        /// The pattern, in backticks.
        name: String,
        /// The relation.
        plan: Option<Identity>,
    },
    /// SQL text, `expr`.
    Sql(String),
    /// A function or an operator on its children.
    Function {
        /// Its name.
        name: String,
        /// Whether it sees equal arguments once.
        distinct: bool,
    },
    /// Conditions and values by turns, and the value of all other cases if their number is odd.
    CaseWhen,
    /// The child with a name, or with several for a generator's columns.
    Alias {
        /// The names.
        names: Vec<String>,
        /// The metadata, as JSON.
        metadata: Option<String>,
    },
    /// The child in another type.
    Cast {
        /// The type.
        target: CastTarget,
        /// Whether a value that does not fit becomes null, `Column.try_cast`.
        try_cast: bool,
    },
    /// The child as an order of rows.
    SortOrder {
        /// Smallest first.
        ascending: bool,
        /// Nulls before everything else.
        nulls_first: bool,
    },
    /// A function of variables, whose body is the child.
    Lambda(Vec<Variable>),
    /// A variable of a lambda.
    Variable(Variable),
    /// A function, the first child, over a window.
    Window {
        /// How many children after the function divide the rows.
        partitions: usize,
        /// The rows that each row sees; all children after the partitions are sort orders.
        frame: Option<Frame>,
    },
    /// Element, field or value that the second child names in the first.
    Extract,
    /// The first child, a struct, with a field set to the second, or dropped if there is none.
    UpdateField(String),
    /// A function that Spark looks up by a name with all its parts, `call_function`.
    CallFunction(String),
    /// The child as an argument by name.
    NamedArgument(String),
    /// The rows of a plan.
    Subquery {
        /// The plan.
        plan: LogicalPlan,
        /// What becomes of its rows.
        role: SubqueryRole,
    },
    /// The child says which partition each row goes to, `repartitionById`.
    DirectShufflePartitionId,
    /// A step of MERGE: the condition, if there is one, then columns and their values by turns.
    MergeAction {
        /// What happens to a row.
        action: ActionType,
        /// Whether the first child is the condition.
        conditional: bool,
    },
    /// A message that somebody else built. It has no children here.
    Message(Box<pb::Expression>),
}

/// The type of a cast.
#[derive(Clone, Debug, PartialEq)]
pub enum CastTarget {
    /// A type.
    Type(Box<pb::DataType>),
    /// DDL text, which the server reads.
    Text(String),
}

/// A variable of a lambda: `x`, `y` or `z`. Its number comes with the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    pub(crate) id: Identity,
    pub(crate) base: &'static str,
}

/// The rows that each row of a window sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Whether the bounds count rows; otherwise they are distances in the order's own unit.
    pub rows: bool,
    /// The first row: 0 is the current one, `i64::MIN` the partition's first.
    pub start: i64,
    /// The last row: 0 is the current one, `i64::MAX` the partition's last.
    pub end: i64,
}

/// What becomes of a subquery's rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubqueryRole {
    /// Its one value.
    Scalar,
    /// Whether there are any.
    Exists,
    /// Whether the children's values are among them.
    In,
    /// They are the argument of a table-valued function.
    Table {
        /// How many children divide the rows; the others are sort orders.
        partitions: usize,
        /// Whether all rows go to one partition.
        single_partition: Option<bool>,
    },
}

impl Expression {
    /// An expression of a kind over its children, in the order that the kind asks for.
    pub fn new(kind: Kind, children: Vec<Expression>) -> Self {
        // The plan of a subquery is not written here, but with the relation that the expression is part of.
        let extent = Extent::above(children.iter().map(|child| child.0.extent));
        let has_subquery =
            matches!(kind, Kind::Subquery { .. }) || children.iter().any(|child| child.0.has_subquery);
        Self(Arc::new(Node {
            kind,
            children,
            origin: None,
            extent,
            has_subquery,
        }))
    }

    /// A function or an operator.
    pub fn function(name: impl Into<String>, arguments: Vec<Expression>) -> Self {
        let kind = Kind::Function {
            name: name.into(),
            distinct: false,
        };
        Self::new(kind, arguments)
    }

    /// A column by its name; `*`, or a name that ends in `.*`, stands for many, as for PySpark's `col`.
    pub fn column(name: impl Into<String>) -> Self {
        let name = name.into();
        let kind = if name == "*" {
            Kind::Star {
                target: None,
                plan: None,
            }
        } else if name.ends_with(".*") {
            Kind::Star {
                target: Some(name),
                plan: None,
            }
        } else {
            Kind::Attribute {
                name,
                plan: None,
                metadata: false,
            }
        };
        Self::new(kind, Vec::new())
    }

    /// A value.
    pub fn literal(value: impl Into<Literal>) -> Self {
        Self::new(Kind::Literal(value.into()), Vec::new())
    }

    /// A message that somebody else built.
    pub fn message(message: pb::Expression) -> Self {
        Self::new(Kind::Message(Box::new(message)), Vec::new())
    }

    /// What it is, without its children.
    pub fn kind(&self) -> &Kind {
        &self.0.kind
    }

    /// Its children, in the order that its kind asks for.
    pub fn children(&self) -> &[Expression] {
        &self.0.children
    }

    /// Where in the caller's source it was written.
    pub fn origin(&self) -> Option<&pb::Origin> {
        self.0.origin.as_deref()
    }

    /// The same expression, written at a place of the caller's source.
    pub fn with_origin(&self, origin: pb::Origin) -> Self {
        Self(Arc::new(Node {
            kind: self.0.kind.clone(),
            children: self.0.children.clone(),
            origin: Some(Box::new(origin)),
            extent: self.0.extent,
            has_subquery: self.0.has_subquery,
        }))
    }

    pub(crate) fn extent(&self) -> Extent {
        self.0.extent
    }

    /// The plans of its subqueries, in the order in which they are written. Plans inside those are not among them.
    pub(crate) fn subqueries(&self) -> Vec<LogicalPlan> {
        let mut found = Vec::new();
        let mut waiting = vec![self];
        while let Some(expression) = waiting.pop() {
            if !expression.0.has_subquery {
                continue;
            }
            if let Kind::Subquery { plan, .. } = expression.kind() {
                found.push(plan.clone());
            }
            waiting.extend(expression.children().iter().rev());
        }
        found
    }

    /// Hands over the children, if nobody else holds the expression.
    pub(crate) fn give_up(self, waiting: &mut Vec<Part>) {
        if let Some(mut node) = Arc::into_inner(self.0) {
            node.empty(waiting);
        }
    }
}

impl Node {
    fn empty(&mut self, waiting: &mut Vec<Part>) {
        waiting.extend(self.children.drain(..).map(Part::Expression));
        if matches!(self.kind, Kind::Subquery { .. })
            && let Kind::Subquery { plan, .. } = std::mem::replace(&mut self.kind, Kind::CaseWhen)
        {
            waiting.push(Part::Plan(plan));
        }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let mut waiting = Vec::new();
        self.empty(&mut waiting);
        dismantle(waiting);
    }
}
