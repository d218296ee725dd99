//! Statistics: PySpark's `DataFrame.stat`, `summary` and `describe`.

use arrow_array::{Array, Float64Array, ListArray, cast::AsArray};

use super::DataFrame;
use crate::{
    column::IntoColumn,
    error::{Error, Result},
    plan::Literal,
};

/// Statistics of a DataFrame, `DataFrame.stat`.
#[derive(Clone, Debug)]
pub struct DataFrameStatFunctions(DataFrame);

fn strings(names: impl IntoIterator<Item = impl Into<String>>) -> Vec<String> {
    names.into_iter().map(Into::into).collect()
}

impl DataFrame {
    /// Statistics of this DataFrame, `DataFrame.stat`.
    pub fn stat(&self) -> DataFrameStatFunctions {
        DataFrameStatFunctions(self.clone())
    }

    /// Statistics of all columns, by their names such as `mean` or `75%`, the usual without any, `DataFrame.summary`.
    pub fn summary(&self, statistics: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.with(self.plan.summary(strings(statistics)))
    }

    /// Count, mean, deviation, smallest and largest of some columns, or of all, `DataFrame.describe`.
    pub fn describe(&self, cols: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.with(self.plan.describe(strings(cols)))
    }

    /// How often each pair of values of two columns occurs, `DataFrame.crosstab`.
    pub fn crosstab(&self, col1: &str, col2: &str) -> Self {
        self.with(self.plan.crosstab(col1, col2))
    }

    /// The values of columns that make up at least a share of the rows, 0.01 without one, `DataFrame.freqItems`.
    pub fn freq_items(
        &self,
        cols: impl IntoIterator<Item = impl Into<String>>,
        support: Option<f64>,
    ) -> Self {
        let support = support.filter(|support| *support != 0.0).unwrap_or(0.01);
        self.with(self.plan.freq_items(strings(cols), support))
    }

    /// A random share of the rows for each value of a column, `DataFrame.sampleBy`. PySpark draws a seed where none is
    /// given; here the caller does.
    pub fn sample_by(
        &self,
        col: impl IntoColumn,
        fractions: impl IntoIterator<Item = (impl Into<Literal>, f64)>,
        seed: i64,
    ) -> Self {
        let fractions = fractions.into_iter().map(|(value, share)| (value.into(), share));
        let col = col.into_column().into_expression();
        self.with(self.plan.sample_by(col, fractions.collect(), seed))
    }

    /// The plan of [`cov`](Self::cov): one row with one value.
    pub fn cov_frame(&self, col1: &str, col2: &str) -> Self {
        self.with(self.plan.cov(col1, col2))
    }

    /// The covariance of two columns, `DataFrame.cov`. Runs.
    pub async fn cov(&self, col1: &str, col2: &str) -> Result<f64> {
        self.cov_frame(col1, col2).number().await
    }

    /// The plan of [`corr`](Self::corr): one row with one value. Fails on a method other than `pearson`.
    pub fn corr_frame(&self, col1: &str, col2: &str, method: Option<&str>) -> Result<Self> {
        match method {
            None | Some("" | "pearson") => Ok(self.with(self.plan.corr(col1, col2, "pearson"))),
            Some(_) => Err(Error::invalid(
                "[VALUE_NOT_ALLOWED] Value for `method` has to be amongst the following values: ['pearson'].",
            )),
        }
    }

    /// The correlation of two columns, `DataFrame.corr`. Runs.
    pub async fn corr(&self, col1: &str, col2: &str, method: Option<&str>) -> Result<f64> {
        self.corr_frame(col1, col2, method)?.number().await
    }

    /// The plan of [`approx_quantile`](Self::approx_quantile): one row with a list of lists. Fails on probabilities
    /// outside 0 to 1, and on a negative error.
    pub fn approx_quantile_frame(
        &self,
        cols: &[&str],
        probabilities: &[f64],
        relative_error: f64,
    ) -> Result<Self> {
        if !probabilities.iter().all(|p| (0.0..=1.0).contains(p)) {
            return Err(Error::invalid(
                "[NOT_EXPECTED_TYPE] Argument `probabilities` should be a list of numbers from 0 to 1.",
            ));
        }
        if relative_error < 0.0 {
            return Err(Error::invalid(format!(
                "[NEGATIVE_VALUE] Value for `relativeError` must be greater than or equal to 0, got \
                 '{relative_error}'."
            )));
        }
        let cols = strings(cols.iter().copied());
        let plan = self
            .plan
            .approx_quantile(cols, probabilities.to_vec(), relative_error);
        Ok(self.with(plan))
    }

    /// Quantiles of columns, a list for each, `DataFrame.approxQuantile`. Runs.
    pub async fn approx_quantile(
        &self,
        cols: &[&str],
        probabilities: &[f64],
        relative_error: f64,
    ) -> Result<Vec<Vec<f64>>> {
        let frame = self.approx_quantile_frame(cols, probabilities, relative_error)?;
        let batches = frame.collect().await?;
        let outer = batches.iter().find_map(|batch| {
            let lists: &ListArray = batch.columns().first()?.as_list_opt()?;
            (!lists.is_empty()).then(|| lists.value(0))
        });
        let numbers = |list: &dyn Array| -> Option<Vec<f64>> {
            let numbers: &Float64Array = list.as_primitive_opt()?;
            Some(numbers.iter().flatten().collect())
        };
        outer
            .as_deref()
            .and_then(|outer| outer.as_list_opt::<i32>())
            .and_then(|lists| lists.iter().map(|list| numbers(list.as_deref()?)).collect())
            .ok_or_else(|| Error::protocol("quantiles came as something else"))
    }

    async fn number(&self) -> Result<f64> {
        let batches = self.collect().await?;
        batches
            .iter()
            .find_map(|batch| {
                let numbers: &Float64Array = batch.columns().first()?.as_primitive_opt()?;
                (!numbers.is_empty()).then(|| numbers.value(0))
            })
            .ok_or_else(|| Error::protocol("a statistic came as something else than a number"))
    }
}

impl DataFrameStatFunctions {
    /// The covariance of two columns, `DataFrame.stat.cov`. Runs.
    pub async fn cov(&self, col1: &str, col2: &str) -> Result<f64> {
        self.0.cov(col1, col2).await
    }

    /// The correlation of two columns, `DataFrame.stat.corr`. Runs.
    pub async fn corr(&self, col1: &str, col2: &str, method: Option<&str>) -> Result<f64> {
        self.0.corr(col1, col2, method).await
    }

    /// Quantiles of columns, `DataFrame.stat.approxQuantile`. Runs.
    pub async fn approx_quantile(
        &self,
        cols: &[&str],
        probabilities: &[f64],
        relative_error: f64,
    ) -> Result<Vec<Vec<f64>>> {
        self.0.approx_quantile(cols, probabilities, relative_error).await
    }

    /// How often each pair of values occurs, `DataFrame.stat.crosstab`.
    pub fn crosstab(&self, col1: &str, col2: &str) -> DataFrame {
        self.0.crosstab(col1, col2)
    }

    /// Frequent values of columns, `DataFrame.stat.freqItems`.
    pub fn freq_items(
        &self,
        cols: impl IntoIterator<Item = impl Into<String>>,
        support: Option<f64>,
    ) -> DataFrame {
        self.0.freq_items(cols, support)
    }

    /// A random share of the rows for each value of a column, `DataFrame.stat.sampleBy`.
    pub fn sample_by(
        &self,
        col: impl IntoColumn,
        fractions: impl IntoIterator<Item = (impl Into<Literal>, f64)>,
        seed: i64,
    ) -> DataFrame {
        self.0.sample_by(col, fractions, seed)
    }
}
