//! Relations that carry code of other languages, which the caller has as messages already, and extensions.

use spark_connect_proto::connect::{
    self as pb, CommonInlineUserDefinedFunction as Function, relation::RelType,
};

use super::super::{Expression, LogicalPlan};

/// What a function of whole groups asks for, `GroupMap`.
#[derive(Clone, Debug)]
pub struct GroupMap {
    /// The function.
    pub function: Function,
    /// What makes a group.
    pub keys: Vec<Expression>,
    /// The order inside a group.
    pub orders: Vec<Expression>,
    /// What it remembers, and where it starts.
    pub state: Option<GroupMapState>,
}

/// What a function of groups remembers.
#[derive(Clone, Debug)]
pub struct GroupMapState {
    /// The rows that it starts with, and what makes a group of them.
    pub initial: Option<(LogicalPlan, Vec<Expression>)>,
    /// Whether it is `mapGroupsWithState`.
    pub is_map_groups_with_state: Option<bool>,
    /// The stream's output mode.
    pub output_mode: Option<String>,
    /// What times out.
    pub timeout_conf: Option<String>,
    /// The type of the state.
    pub state_schema: Option<pb::DataType>,
    /// More, for `transformWithState`.
    pub transform: Option<pb::TransformWithStateInfo>,
}

/// What `applyInPandasWithState` asks for.
#[derive(Clone, Debug)]
pub struct PandasState {
    /// The function.
    pub function: Function,
    /// What makes a group.
    pub keys: Vec<Expression>,
    /// The schema of its rows, as DDL or JSON.
    pub output_schema: String,
    /// The schema of its state, as DDL or JSON.
    pub state_schema: String,
    /// The stream's output mode.
    pub output_mode: String,
    /// What times out.
    pub timeout_conf: String,
}

impl LogicalPlan {
    /// What a function makes of each partition, `MapPartitions`.
    pub fn map_partitions(
        &self,
        function: Function,
        is_barrier: Option<bool>,
        profile_id: Option<i32>,
    ) -> Self {
        self.above(Vec::new(), move |parts| {
            RelType::MapPartitions(Box::new(pb::MapPartitions {
                input: parts.input(),
                func: Some(function.clone()),
                is_barrier,
                profile_id,
            }))
        })
    }

    /// What a function makes of each group, `GroupMap`.
    pub fn group_map(&self, map: GroupMap) -> Self {
        let GroupMap {
            function,
            keys,
            orders,
            state,
        } = map;
        let (key_count, order_count) = (keys.len(), orders.len());
        let mut expressions: Vec<Expression> = keys.into_iter().chain(orders).collect();
        let mut inputs = vec![self.clone()];
        if let Some((initial, keys)) = state.as_ref().and_then(|state| state.initial.clone()) {
            inputs.push(initial);
            expressions.extend(keys);
        }
        Self::new(inputs, expressions, move |parts| {
            let state = state.as_ref();
            RelType::GroupMap(Box::new(pb::GroupMap {
                input: parts.input(),
                grouping_expressions: parts.take(key_count),
                func: Some(function.clone()),
                sorting_expressions: parts.take(order_count),
                initial_input: parts.input(),
                initial_grouping_expressions: parts.rest(),
                is_map_groups_with_state: state.and_then(|state| state.is_map_groups_with_state),
                output_mode: state.and_then(|state| state.output_mode.clone()),
                timeout_conf: state.and_then(|state| state.timeout_conf.clone()),
                state_schema: state.and_then(|state| state.state_schema.clone()),
                transform_with_state_info: state.and_then(|state| state.transform.clone()),
            }))
        })
    }

    /// What a function makes of the groups of two relations with equal keys, `CoGroupMap`.
    pub fn co_group_map(
        &self,
        keys: Vec<Expression>,
        other: &LogicalPlan,
        other_keys: Vec<Expression>,
        function: Function,
    ) -> Self {
        let key_count = keys.len();
        let expressions = keys.into_iter().chain(other_keys).collect();
        Self::new(vec![self.clone(), other.clone()], expressions, move |parts| {
            RelType::CoGroupMap(Box::new(pb::CoGroupMap {
                input: parts.input(),
                input_grouping_expressions: parts.take(key_count),
                other: parts.input(),
                other_grouping_expressions: parts.rest(),
                func: Some(function.clone()),
                ..Default::default()
            }))
        })
    }

    /// What a function with a state makes of each group, `ApplyInPandasWithState`.
    pub fn apply_in_pandas_with_state(&self, apply: PandasState) -> Self {
        let PandasState {
            function,
            keys,
            output_schema,
            state_schema,
            output_mode,
            timeout_conf,
        } = apply;
        self.above(keys, move |parts| {
            RelType::ApplyInPandasWithState(Box::new(pb::ApplyInPandasWithState {
                input: parts.input(),
                grouping_expressions: parts.rest(),
                func: Some(function.clone()),
                output_schema: output_schema.clone(),
                state_schema: state_schema.clone(),
                output_mode: output_mode.clone(),
                timeout_conf: timeout_conf.clone(),
            }))
        })
    }

    /// A table-valued function of other code, `CommonInlineUserDefinedTableFunction`.
    pub fn user_defined_table_function(
        function: pb::CommonInlineUserDefinedTableFunction,
        arguments: Vec<Expression>,
    ) -> Self {
        Self::new(Vec::new(), arguments, move |parts| {
            RelType::CommonInlineUserDefinedTableFunction(pb::CommonInlineUserDefinedTableFunction {
                arguments: parts.rest(),
                ..function.clone()
            })
        })
    }

    /// A data source of other code, `CommonInlineUserDefinedDataSource`.
    pub fn user_defined_data_source(source: pb::CommonInlineUserDefinedDataSource) -> Self {
        Self::leaf(RelType::CommonInlineUserDefinedDataSource(source))
    }

    /// What a transformer or a model of `pyspark.ml` makes of the relation, `MlRelation.Transform`.
    pub fn ml_transform(
        &self,
        operator: pb::ml_relation::transform::Operator,
        params: Option<pb::MlParams>,
    ) -> Self {
        self.above(Vec::new(), move |parts| {
            let transform = pb::ml_relation::Transform {
                input: parts.input(),
                params: params.clone(),
                operator: Some(operator.clone()),
            };
            RelType::MlRelation(Box::new(pb::MlRelation {
                ml_type: Some(pb::ml_relation::MlType::Transform(Box::new(transform))),
                model_summary_dataset: None,
            }))
        })
    }

    /// What a method of an object of `pyspark.ml` on the server gives, `MlRelation.Fetch`.
    pub fn ml_fetch(fetch: pb::Fetch, model_summary_dataset: Option<LogicalPlan>) -> Self {
        Self::new(Vec::from_iter(model_summary_dataset), Vec::new(), move |parts| {
            RelType::MlRelation(Box::new(pb::MlRelation {
                ml_type: Some(pb::ml_relation::MlType::Fetch(fetch.clone())),
                model_summary_dataset: parts.input(),
            }))
        })
    }

    /// A relation that a server's plugin knows, `extension`.
    pub fn extension(message: prost_types::Any) -> Self {
        Self::leaf(RelType::Extension(message))
    }
}
