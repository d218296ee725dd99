//! Calling a function by its name, with arguments by position and by keyword, as an interpreter or a form does.

use spark_connect_proto::connect as proto;

use super::{
    Default, Lambda, ParameterKind, Signature,
    signature::{Action, Parameter},
    signature_of,
};
use crate::{
    column::{Column, IntoColumn},
    error::{Error, ErrorKind, Result},
    plan::{Expression, Literal},
    types,
};

/// An argument of a call, as Python's values come.
#[derive(Clone, Debug)]
pub enum Argument {
    /// A column.
    Column(Column),
    /// A plain value; a text may be the name of a column, `Literal::null()` stands for None.
    Literal(Literal),
    /// A list or a tuple.
    List(Vec<Argument>),
    /// A dictionary of options.
    Options(Vec<(String, String)>),
    /// A data type.
    Type(proto::DataType),
    /// A function of columns.
    Lambda(Lambda),
}

impl Argument {
    /// What it is, in Python's words.
    pub(super) fn type_name(&self) -> &'static str {
        use proto::expression::literal::LiteralType as Wire;
        match self {
            Self::Column(_) => "Column",
            Self::List(_) => "list",
            Self::Options(_) => "dict",
            Self::Type(_) => "DataType",
            Self::Lambda(_) => "function",
            Self::Literal(literal) => match &literal.message().literal_type {
                None | Some(Wire::Null(_)) => "NoneType",
                Some(Wire::Boolean(_)) => "bool",
                Some(Wire::Byte(_) | Wire::Short(_) | Wire::Integer(_) | Wire::Long(_)) => "int",
                Some(Wire::Float(_) | Wire::Double(_)) => "float",
                Some(Wire::String(_)) => "str",
                Some(Wire::Binary(_)) => "bytes",
                Some(Wire::Decimal(_)) => "Decimal",
                Some(Wire::Date(_)) => "date",
                Some(Wire::Time(_)) => "time",
                Some(Wire::Timestamp(_) | Wire::TimestampNtz(_)) => "datetime",
                Some(Wire::DayTimeInterval(_)) => "timedelta",
                Some(_) => "value",
            },
        }
    }

    /// The text that it is.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Literal(literal) => match &literal.message().literal_type {
                Some(proto::expression::literal::LiteralType::String(text)) => Some(text),
                _ => None,
            },
            _ => None,
        }
    }

    pub(super) fn is_none(&self) -> bool {
        matches!(self, Self::Literal(literal) if literal.is_null())
    }

    /// A column or the name of one.
    pub(super) fn column(&self, parameter: &str) -> Result<Column> {
        match (self, self.text()) {
            (Self::Column(column), _) => Ok(column.clone()),
            (_, Some(name)) => Ok(name.into_column()),
            _ => Err(self.unexpected(parameter, "Column or str")),
        }
    }

    /// A column, the name of one, or a value that is no text.
    pub(super) fn operand(&self, parameter: &str) -> Result<Column> {
        match self.text() {
            Some(name) => Ok(name.into_column()),
            None => self.value(parameter),
        }
    }

    /// A column or a value, PySpark's `lit`.
    pub(super) fn value(&self, parameter: &str) -> Result<Column> {
        match self {
            Self::Column(column) => Ok(column.clone()),
            Self::Literal(literal) => Ok(Column::new(Expression::literal(literal.clone()))),
            Self::List(elements) => {
                if elements.iter().any(|element| matches!(element, Self::Column(_))) {
                    let message =
                        "[COLUMN_IN_LIST] `lit` does not allow a Column in a list. Use `array` for columns.";
                    return Err(Error::new(ErrorKind::Invalid, message));
                }
                let elements = elements.iter().map(|element| element.value(parameter));
                let elements: Result<Vec<Expression>> = elements
                    .map(|element| element.map(Column::into_expression))
                    .collect();
                Ok(Column::new(Expression::function("array", elements?)))
            }
            _ => Err(self.unexpected(parameter, "Column or a plain value")),
        }
    }

    pub(super) fn unexpected(&self, parameter: &str, expected: &str) -> Error {
        Error::new(
            ErrorKind::Invalid,
            format!(
                "[NOT_EXPECTED_TYPE] Argument `{parameter}` should be a {expected}, got {}.",
                self.type_name()
            ),
        )
    }

    fn of(&self, parameter: &Parameter) -> Result<Column> {
        match (parameter.kind, self) {
            (ParameterKind::Column | ParameterKind::Columns, _) => self.column(parameter.name),
            (ParameterKind::Operand, _) => self.operand(parameter.name),
            (ParameterKind::Value | ParameterKind::Values, _) => self.value(parameter.name),
            (ParameterKind::Lambda, Self::Lambda(lambda)) => Ok(lambda.clone().into_column()),
            (ParameterKind::Lambda, _) => Err(self.unexpected(parameter.name, "function of columns")),
            (ParameterKind::Options, Self::Options(entries)) => {
                let entries: Vec<(&str, &str)> = entries
                    .iter()
                    .map(|(key, value)| (key.as_str(), value.as_str()))
                    .collect();
                Ok(map_of(&entries))
            }
            (ParameterKind::Options, _) => Err(self.unexpected(parameter.name, "dict")),
            (ParameterKind::Schema, Self::Type(data_type)) => {
                let json = types::json(data_type);
                Ok(Column::new(Expression::literal(Literal::string(json))))
            }
            (ParameterKind::Schema, Self::Column(column)) => Ok(column.clone()),
            (ParameterKind::Schema, _) if self.text().is_some() => self.value(parameter.name),
            (ParameterKind::Schema, _) => Err(self.unexpected(parameter.name, "Column, str or DataType")),
            (ParameterKind::DataFrame, _) => Err(self.unexpected(parameter.name, "DataFrame")),
        }
    }
}

/// The options of a function as the map that it gets; nothing if there are none.
pub(super) fn options(entries: &[(&str, &str)]) -> Option<Column> {
    (!entries.is_empty()).then(|| map_of(entries))
}

fn map_of(entries: &[(&str, &str)]) -> Column {
    let entries = entries.iter().flat_map(|(key, value)| [*key, *value]);
    let entries = entries
        .map(|text| Expression::literal(Literal::string(text)))
        .collect();
    Column::new(Expression::function("map", entries))
}

/// The arguments of a call, in the order of the parameters: one each, none where there was none, and any number for
/// a parameter that takes them.
#[derive(Debug)]
pub(super) struct Bound(pub(super) Vec<Vec<Argument>>);

impl Bound {
    /// The argument at a place, unless it is left out or None.
    pub(super) fn get(&self, at: usize) -> Option<&Argument> {
        self.0.get(at)?.first().filter(|argument| !argument.is_none())
    }

    /// The argument at a place, which there is.
    pub(super) fn required(&self, at: usize, parameter: &str) -> Result<&Argument> {
        self.0
            .get(at)
            .and_then(|slot| slot.first())
            .ok_or_else(|| Error::new(ErrorKind::Invalid, format!("Argument `{parameter}` is missing.")))
    }

    /// All arguments from a place on.
    pub(super) fn all(&self, at: usize) -> &[Argument] {
        self.0.get(at).map_or(&[], Vec::as_slice)
    }
}

/// Calls a function of `pyspark.sql.functions` by its name. `seed` draws the number that PySpark would draw where a
/// call such as `rand()` names none; it is called only then.
///
/// Fails as PySpark does if there is no such function, or if the arguments do not fit.
pub fn call(
    name: &str,
    positional: Vec<Argument>,
    keyword: Vec<(String, Argument)>,
    seed: impl FnOnce() -> i64,
) -> Result<Column> {
    let signature = signature_of(name).ok_or_else(|| {
        Error::new(
            ErrorKind::Invalid,
            format!("PySpark has no function `{name}`. Call a function of Spark's own with `call_function`."),
        )
    })?;
    signature.call(positional, keyword, seed)
}

impl Signature {
    /// Calls the function; see [`call`].
    pub fn call(
        &self,
        positional: Vec<Argument>,
        keyword: Vec<(String, Argument)>,
        seed: impl FnOnce() -> i64,
    ) -> Result<Column> {
        let mut bound = self.bind(positional, keyword)?;
        let unseeded = (self.parameters.iter().zip(&mut bound.0))
            .find(|(parameter, slot)| {
                parameter.default == Default::Seed && slot.first().is_none_or(Argument::is_none)
            })
            .map(|(_, slot)| slot);
        if let Some(slot) = unseeded {
            *slot = vec![Argument::Literal(Literal::whole(seed()))];
        }
        match &self.action {
            Action::Function { .. } => {
                let slots = self.parameters.iter().zip(bound.0);
                let slots: Result<Vec<Vec<Column>>> = slots
                    .map(|(parameter, slot)| slot.iter().map(|argument| argument.of(parameter)).collect())
                    .collect();
                Ok(self.assemble(slots?))
            }
            Action::Special(special) => special(bound),
            Action::OfDataFrame => Err(Error::new(
                ErrorKind::Invalid,
                format!("`{}` takes a DataFrame and returns one.", self.name),
            )),
        }
    }

    /// Gives each parameter its arguments, as Python does.
    fn bind(&self, positional: Vec<Argument>, keyword: Vec<(String, Argument)>) -> Result<Bound> {
        let name = self.name;
        let wrong = |message: String| Error::new(ErrorKind::Invalid, message);
        let mut slots: Vec<Vec<Argument>> = self.parameters.iter().map(|_| Vec::new()).collect();
        let given = positional.len();
        let mut positional = positional.into_iter();
        for (parameter, slot) in self.parameters.iter().zip(&mut slots) {
            if parameter.kind.is_variadic() {
                slot.extend(positional.by_ref());
                if let [Argument::List(elements)] = slot.as_slice()
                    && parameter.kind == ParameterKind::Columns
                {
                    *slot = elements.clone();
                }
            } else {
                slot.extend(positional.next());
            }
        }
        if positional.next().is_some() {
            let takes = self.parameters.len();
            let plural = if takes == 1 { "" } else { "s" };
            return Err(wrong(format!(
                "{name}() takes {takes} positional argument{plural} but {given} were given"
            )));
        }
        for (key, value) in keyword {
            let slot = self
                .parameters
                .iter()
                .zip(&mut slots)
                .find(|(parameter, _)| parameter.name == key && !parameter.kind.is_variadic());
            match slot {
                None => {
                    return Err(wrong(format!(
                        "{name}() got an unexpected keyword argument '{key}'"
                    )));
                }
                Some((_, slot)) if !slot.is_empty() => {
                    return Err(wrong(format!(
                        "{name}() got multiple values for argument '{key}'"
                    )));
                }
                Some((_, slot)) => slot.push(value),
            }
        }
        for (parameter, slot) in self.parameters.iter().zip(&mut slots) {
            let omits = matches!(parameter.default, Default::None | Default::NoneSent(_));
            if slot.is_empty() && parameter.default == Default::Required && !parameter.kind.is_variadic() {
                return Err(wrong(format!(
                    "{name}() missing 1 required positional argument: '{}'",
                    parameter.name
                )));
            }
            if omits && slot.first().is_some_and(Argument::is_none) {
                slot.clear();
            }
        }
        Ok(Bound(slots))
    }
}
