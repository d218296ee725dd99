//! Missing values and statistics.

use spark_connect_proto::connect::{self as pb, relation::RelType};

use super::super::{Expression, Literal, LogicalPlan};

impl LogicalPlan {
    /// Nulls replaced by one value everywhere, or by one for each of the columns, `NAFill`.
    pub fn fill_na(&self, cols: Vec<String>, values: Vec<Literal>) -> Self {
        self.above(Vec::new(), move |parts| {
            RelType::FillNa(Box::new(pb::NaFill {
                input: parts.input(),
                cols: cols.clone(),
                values: values.iter().map(|value| value.message().clone()).collect(),
            }))
        })
    }

    /// The rows with so many values, or all, that are not null, `NADrop`.
    pub fn drop_na(&self, cols: Vec<String>, min_non_nulls: Option<i32>) -> Self {
        self.above(Vec::new(), move |parts| {
            RelType::DropNa(Box::new(pb::NaDrop {
                input: parts.input(),
                cols: cols.clone(),
                min_non_nulls,
            }))
        })
    }

    /// Values replaced by others, old and new, `NAReplace`.
    pub fn replace_values(&self, cols: Vec<String>, replacements: Vec<(Literal, Literal)>) -> Self {
        self.above(Vec::new(), move |parts| {
            let replacement = |(old, new): &(Literal, Literal)| pb::na_replace::Replacement {
                old_value: Some(old.message().clone()),
                new_value: Some(new.message().clone()),
            };
            RelType::Replace(Box::new(pb::NaReplace {
                input: parts.input(),
                cols: cols.clone(),
                replacements: replacements.iter().map(replacement).collect(),
            }))
        })
    }

    /// Statistics of all columns, by their names, `StatSummary`.
    pub fn summary(&self, statistics: Vec<String>) -> Self {
        self.above(Vec::new(), move |parts| {
            RelType::Summary(Box::new(pb::StatSummary {
                input: parts.input(),
                statistics: statistics.clone(),
            }))
        })
    }

    /// The usual statistics of some columns, or of all, `StatDescribe`.
    pub fn describe(&self, cols: Vec<String>) -> Self {
        self.above(Vec::new(), move |parts| {
            RelType::Describe(Box::new(pb::StatDescribe {
                input: parts.input(),
                cols: cols.clone(),
            }))
        })
    }

    /// The covariance of two columns, `StatCov`.
    pub fn cov(&self, col1: impl Into<String>, col2: impl Into<String>) -> Self {
        let (col1, col2) = (col1.into(), col2.into());
        self.above(Vec::new(), move |parts| {
            RelType::Cov(Box::new(pb::StatCov {
                input: parts.input(),
                col1: col1.clone(),
                col2: col2.clone(),
            }))
        })
    }

    /// The correlation of two columns by a method, `StatCorr`.
    pub fn corr(&self, col1: impl Into<String>, col2: impl Into<String>, method: impl Into<String>) -> Self {
        let (col1, col2, method) = (col1.into(), col2.into(), method.into());
        self.above(Vec::new(), move |parts| {
            RelType::Corr(Box::new(pb::StatCorr {
                input: parts.input(),
                col1: col1.clone(),
                col2: col2.clone(),
                method: Some(method.clone()),
            }))
        })
    }

    /// How often each pair of values of two columns occurs, `StatCrosstab`.
    pub fn crosstab(&self, col1: impl Into<String>, col2: impl Into<String>) -> Self {
        let (col1, col2) = (col1.into(), col2.into());
        self.above(Vec::new(), move |parts| {
            RelType::Crosstab(Box::new(pb::StatCrosstab {
                input: parts.input(),
                col1: col1.clone(),
                col2: col2.clone(),
            }))
        })
    }

    /// Quantiles of columns, `StatApproxQuantile`.
    pub fn approx_quantile(&self, cols: Vec<String>, probabilities: Vec<f64>, relative_error: f64) -> Self {
        self.above(Vec::new(), move |parts| {
            RelType::ApproxQuantile(Box::new(pb::StatApproxQuantile {
                input: parts.input(),
                cols: cols.clone(),
                probabilities: probabilities.clone(),
                relative_error,
            }))
        })
    }

    /// The values of columns that make up at least a share of the rows, `StatFreqItems`.
    pub fn freq_items(&self, cols: Vec<String>, support: f64) -> Self {
        self.above(Vec::new(), move |parts| {
            RelType::FreqItems(Box::new(pb::StatFreqItems {
                input: parts.input(),
                cols: cols.clone(),
                support: Some(support),
            }))
        })
    }

    /// A random share of the rows for each value of a column, `StatSampleBy`.
    pub fn sample_by(&self, column: Expression, fractions: Vec<(Literal, f64)>, seed: i64) -> Self {
        self.above(vec![column], move |parts| {
            let fraction = |(stratum, fraction): &(Literal, f64)| pb::stat_sample_by::Fraction {
                stratum: Some(stratum.message().clone()),
                fraction: *fraction,
            };
            RelType::SampleBy(Box::new(pb::StatSampleBy {
                input: parts.input(),
                col: parts.expression(),
                fractions: fractions.iter().map(fraction).collect(),
                seed: Some(seed),
            }))
        })
    }
}
