//! Missing values and statistics: their methods.

use spark_connect_client::proto::{self as pb, expression::literal::LiteralType, relation::RelType};

use super::{
    Writer,
    expression::Piece,
    frame::Frame,
    no_code,
    relation::{action, dictionary, entries_of, list, number, text, texts},
};
use crate::{Result, error::ViewError};

impl Writer<'_> {
    /// A value of `fillna`, which takes whole numbers as long ones.
    fn filler(&mut self, value: &pb::expression::Literal) -> Result<String> {
        match &value.literal_type {
            Some(LiteralType::Long(number)) => Ok(number.to_string()),
            Some(LiteralType::Integer(_)) => {
                Err(no_code("NAFill", "fillna takes whole numbers as long ones"))
            }
            _ => self.plain(value, "NAFill"),
        }
    }

    /// A value of `replace`, which takes whole numbers as floating-point ones.
    fn replaced(&mut self, value: &pb::expression::Literal) -> Result<String> {
        match &value.literal_type {
            Some(LiteralType::Long(_) | LiteralType::Integer(_)) => Err(no_code(
                "NAReplace",
                "replace takes whole numbers as floating-point ones",
            )),
            _ => self.plain(value, "NAReplace"),
        }
    }

    pub(super) fn missing_and_statistics(
        &mut self,
        kind: &RelType,
        frame: Frame,
        parts: &[Piece],
    ) -> Result<Frame> {
        let subset = |cols: &[String]| (!cols.is_empty()).then(|| format!("subset={}", list(&texts(cols))));
        Ok(match kind {
            RelType::FillNa(fill) => match (&fill.values[..], &fill.cols[..]) {
                ([value], cols) => {
                    let mut arguments = vec![self.filler(value)?];
                    arguments.extend(subset(cols));
                    frame.step("fillna", &arguments)
                }
                (values, cols) if values.len() == cols.len() && !cols.is_empty() => {
                    let mut entries = Vec::new();
                    for (name, value) in cols.iter().zip(values) {
                        entries.push((name.clone(), self.filler(value)?));
                    }
                    frame.step("fillna", &[dictionary(entries.into_iter(), "NAFill")?])
                }
                _ => return Err(ViewError::unknown("NAFill", "number of values")),
            },
            RelType::DropNa(drop) => {
                let mut arguments = Vec::new();
                match drop.min_non_nulls {
                    None => (),
                    Some(1) => arguments.push("how=\"all\"".to_owned()),
                    Some(count) => arguments.push(format!("thresh={count}")),
                }
                arguments.extend(subset(&drop.cols));
                frame.step("dropna", &arguments)
            }
            RelType::Replace(replace) => {
                let mut entries: Vec<(String, String)> = Vec::new();
                for replacement in &replace.replacements {
                    let (Some(old), Some(new)) = (&replacement.old_value, &replacement.new_value) else {
                        return Err(ViewError::missing("NAReplace", "value"));
                    };
                    entries.push((self.replaced(old)?, self.replaced(new)?));
                }
                let mut arguments = vec![entries_of(entries, "NAReplace")?];
                arguments.extend(subset(&replace.cols));
                frame.step("replace", &arguments)
            }
            RelType::Summary(summary) => frame.step("summary", &texts(&summary.statistics)),
            RelType::Describe(describe) => frame.step("describe", &texts(&describe.cols)),
            RelType::Crosstab(crosstab) => {
                frame.step("crosstab", &[text(&crosstab.col1), text(&crosstab.col2)])
            }
            RelType::Cov(cov) => action(frame.step("cov", &[text(&cov.col1), text(&cov.col2)])),
            RelType::Corr(corr) => {
                let mut arguments = vec![text(&corr.col1), text(&corr.col2)];
                match corr.method.as_deref() {
                    None | Some("pearson") => (),
                    Some(method) => arguments.push(text(method)),
                }
                action(frame.step("corr", &arguments))
            }
            RelType::ApproxQuantile(quantile) => {
                let probabilities: Vec<String> = quantile.probabilities.iter().map(|p| number(*p)).collect();
                let error = number(quantile.relative_error);
                let arguments = [list(&texts(&quantile.cols)), list(&probabilities), error];
                action(frame.step("approxQuantile", &arguments))
            }
            RelType::FreqItems(items) => {
                let mut arguments = vec![list(&texts(&items.cols))];
                arguments.extend(items.support.map(number));
                frame.step("freqItems", &arguments)
            }
            RelType::SampleBy(sample) => {
                let seed = sample
                    .seed
                    .ok_or_else(|| no_code("StatSampleBy", "without a seed PySpark draws one"))?;
                let mut entries = Vec::new();
                for fraction in &sample.fractions {
                    let stratum = fraction.stratum.as_ref();
                    let stratum = stratum.ok_or_else(|| ViewError::missing("StatSampleBy", "stratum"))?;
                    entries.push((self.plain(stratum, "StatSampleBy")?, number(fraction.fraction)));
                }
                let columns: Vec<pb::Expression> = sample.col.iter().cloned().collect();
                let mut arguments = self.columns(&columns, parts);
                arguments.extend([entries_of(entries, "StatSampleBy")?, seed.to_string()]);
                frame.step("sampleBy", &arguments)
            }
            other => return Err(self.formless(other)),
        })
    }
}
