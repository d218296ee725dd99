//! Missing values: PySpark's `DataFrame.na`.

use super::DataFrame;
use crate::{
    error::{Error, Result},
    plan::Literal,
};

/// What is done about missing values, `DataFrame.na`.
#[derive(Clone, Debug)]
pub struct DataFrameNaFunctions(DataFrame);

/// Which rows `dropna` drops.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DropNa {
    /// Those with a null.
    #[default]
    Any,
    /// Those with nothing but nulls.
    All,
    /// Those with fewer values than this that are not null.
    Threshold(i32),
}

fn strings(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// A value as `fillna` sends it: whole numbers in eight bytes.
fn filling(value: Literal) -> Result<Literal> {
    use crate::proto::expression::literal::LiteralType as Wire;
    match &value.message().literal_type {
        Some(Wire::Byte(number) | Wire::Short(number) | Wire::Integer(number)) => {
            Ok(Literal::long(i64::from(*number)))
        }
        Some(Wire::Float(number)) => Ok(Literal::double(f64::from(*number))),
        Some(Wire::Boolean(_) | Wire::Long(_) | Wire::Double(_) | Wire::String(_)) => Ok(value),
        _ => Err(Error::invalid(
            "[NOT_EXPECTED_TYPE] Argument `value` should be a bool, dict, float, int or str.",
        )),
    }
}

/// A value as `replace` sends it: numbers as floating-point numbers.
fn replacing(value: Literal) -> Literal {
    use crate::proto::expression::literal::LiteralType as Wire;
    match &value.message().literal_type {
        Some(Wire::Byte(number) | Wire::Short(number) | Wire::Integer(number)) => {
            Literal::double(f64::from(*number))
        }
        // As Python's float(): the nearest number there is.
        Some(Wire::Long(number)) => Literal::double(*number as f64),
        _ => value,
    }
}

/// What values may stand for each other: truth values, numbers or texts. Null stands for any.
fn family(value: &Literal) -> Option<u8> {
    use crate::proto::expression::literal::LiteralType as Wire;
    match &value.message().literal_type {
        Some(Wire::Boolean(_)) => Some(0),
        Some(Wire::Byte(_) | Wire::Short(_) | Wire::Integer(_) | Wire::Long(_)) => Some(1),
        Some(Wire::Float(_) | Wire::Double(_)) => Some(1),
        Some(Wire::String(_)) => Some(2),
        _ => None,
    }
}

impl DataFrame {
    /// What is done about missing values, `DataFrame.na`.
    pub fn na(&self) -> DataFrameNaFunctions {
        DataFrameNaFunctions(self.clone())
    }

    /// Nulls replaced by a value, in some columns or, without names, in all that it fits, `DataFrame.fillna`. Fails on
    /// anything but truth values, numbers and texts.
    pub fn fillna(&self, value: impl Into<Literal>, subset: &[&str]) -> Result<Self> {
        let value = filling(value.into())?;
        Ok(self.with(self.plan.fill_na(strings(subset), vec![value])))
    }

    /// Nulls replaced by a value for each column, `DataFrame.fillna` with a dictionary. Fails without any.
    pub fn fillna_by_column(
        &self,
        values: impl IntoIterator<Item = (impl Into<String>, impl Into<Literal>)>,
    ) -> Result<Self> {
        let mut names = Vec::new();
        let mut literals = Vec::new();
        for (name, value) in values {
            names.push(name.into());
            literals.push(filling(value.into())?);
        }
        if names.is_empty() {
            return Err(Error::invalid(
                "[CANNOT_BE_EMPTY] At least one value must be specified.",
            ));
        }
        Ok(self.with(self.plan.fill_na(names, literals)))
    }

    /// The rows without nulls in some columns, or in any, `DataFrame.dropna`.
    pub fn dropna(&self, how: DropNa, subset: &[&str]) -> Self {
        let min_non_nulls = match how {
            DropNa::Any => None,
            DropNa::All => Some(1),
            DropNa::Threshold(count) => Some(count),
        };
        self.with(self.plan.drop_na(strings(subset), min_non_nulls))
    }

    /// Values replaced by others, old and new, in some columns or, without names, in all, `DataFrame.replace`. Fails if
    /// truth values, numbers and texts are mixed.
    pub fn replace(
        &self,
        replacements: impl IntoIterator<Item = (impl Into<Literal>, impl Into<Literal>)>,
        subset: &[&str],
    ) -> Result<Self> {
        let replacements: Vec<(Literal, Literal)> = replacements
            .into_iter()
            .map(|(old, new)| (old.into(), new.into()))
            .collect();
        let values = replacements.iter().flat_map(|(old, new)| [old, new]);
        let families: Vec<Option<u8>> = values.filter(|value| !value.is_null()).map(family).collect();
        let one_family = families.windows(2).all(|pair| pair[0] == pair[1]) && !families.contains(&None);
        if !one_family {
            return Err(Error::invalid(
                "[MIXED_TYPE_REPLACEMENT] Mixed type replacements are not supported.",
            ));
        }
        let replacements = replacements
            .into_iter()
            .map(|(old, new)| (replacing(old), replacing(new)));
        let plan = self.plan.replace_values(strings(subset), replacements.collect());
        Ok(self.with(plan))
    }
}

impl DataFrameNaFunctions {
    /// Nulls replaced by a value, `DataFrame.na.fill`; see [`DataFrame::fillna`].
    pub fn fill(&self, value: impl Into<Literal>, subset: &[&str]) -> Result<DataFrame> {
        self.0.fillna(value, subset)
    }

    /// The rows without nulls, `DataFrame.na.drop`; see [`DataFrame::dropna`].
    pub fn drop(&self, how: DropNa, subset: &[&str]) -> DataFrame {
        self.0.dropna(how, subset)
    }

    /// Values replaced by others, `DataFrame.na.replace`; see [`DataFrame::replace`].
    pub fn replace(
        &self,
        replacements: impl IntoIterator<Item = (impl Into<Literal>, impl Into<Literal>)>,
        subset: &[&str],
    ) -> Result<DataFrame> {
        self.0.replace(replacements, subset)
    }
}
