//! What `DataFrame.observe` asked for, as it comes with a result.

use spark_connect_proto::connect::{self as pb, execute_plan_response as response};

use crate::error::{Error, ErrorKind};

/// The metrics of one observation, PySpark's `Observation.get`.
#[derive(Clone, Debug)]
pub struct ObservedMetrics {
    /// The name of the observation.
    pub name: String,
    /// The plan id of the observed relation.
    pub plan_id: i64,
    /// Each metric's name and value, in the order in which they were asked for; or why Spark has none.
    pub metrics: Result<Vec<(String, pb::expression::Literal)>, Box<Error>>,
}

impl From<response::ObservedMetrics> for ObservedMetrics {
    fn from(observed: response::ObservedMetrics) -> Self {
        let metrics = if observed.root_error_idx.is_some() {
            let mut error = Error::new(
                ErrorKind::Spark,
                format!(
                    "The metrics of {:?} failed, and Spark does not say why.",
                    observed.name
                ),
            );
            error.add_details(pb::FetchErrorDetailsResponse {
                root_error_idx: observed.root_error_idx,
                errors: observed.errors,
                ..Default::default()
            });
            Err(Box::new(error))
        } else {
            let names = observed.keys.into_iter().map(Some).chain(std::iter::repeat(None));
            let named = names.zip(observed.values).enumerate();
            // Servers that send no names mean the metrics in their order.
            Ok(named
                .map(|(at, (name, value))| (name.unwrap_or_else(|| format!("metric_{at}")), value))
                .collect())
        };
        Self {
            name: observed.name,
            plan_id: observed.plan_id,
            metrics,
        }
    }
}

#[cfg(test)]
mod tests {
    use spark_connect_proto::connect::{
        expression::{Literal, literal::LiteralType},
        fetch_error_details_response as details,
    };

    use super::*;

    fn long(value: i64) -> Literal {
        Literal {
            literal_type: Some(LiteralType::Long(value)),
            ..Default::default()
        }
    }

    #[test]
    fn metrics_have_their_names() {
        let observed = ObservedMetrics::from(response::ObservedMetrics {
            name: "rows".to_owned(),
            keys: vec!["count".to_owned()],
            values: vec![long(7), long(8)],
            plan_id: 3,
            ..Default::default()
        });
        assert_eq!((observed.name.as_str(), observed.plan_id), ("rows", 3));
        assert_eq!(
            observed.metrics.unwrap(),
            [("count".to_owned(), long(7)), ("metric_1".to_owned(), long(8))]
        );
    }

    #[test]
    fn a_failure_has_its_chain() {
        let error = |message: &str, cause_idx| details::Error {
            error_type_hierarchy: vec!["org.apache.spark.SparkArithmeticException".to_owned()],
            message: message.to_owned(),
            cause_idx,
            ..Default::default()
        };
        let observed = ObservedMetrics::from(response::ObservedMetrics {
            root_error_idx: Some(0),
            errors: vec![error("overflow", Some(1)), error("beneath", None)],
            ..Default::default()
        });
        let error = observed.metrics.unwrap_err();
        assert_eq!(error.message, "overflow");
        assert_eq!(error.spark.unwrap().causes[0].message, "beneath");
        let nothing = ObservedMetrics::from(response::ObservedMetrics {
            root_error_idx: Some(5),
            ..Default::default()
        });
        assert!(nothing.metrics.unwrap_err().message.contains("does not say why"));
    }
}
