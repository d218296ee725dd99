//! Errors as PySpark names them: `AnalysisException: [TABLE_OR_VIEW_NOT_FOUND] ...`.

use spark_connect_client::{Error, ErrorKind, QueryContext};

use crate::{
    class::Class,
    code::Source,
    exception::{self, Exception, R, Raised},
    interpreter::Span,
    value::{Dict, Value},
};

const PYTHON: &str = "org.apache.spark.api.python.PythonException";

/// PySpark's classes by those of the server, from the table `EXCEPTION_CLASS_MAPPING`.
static CLASSES: [(&str, &Class); 17] = [
    (
        "org.apache.spark.sql.catalyst.parser.ParseException",
        &exception::PARSE_EXCEPTION,
    ),
    (
        "org.apache.spark.sql.AnalysisException",
        &exception::ANALYSIS_EXCEPTION,
    ),
    (
        "org.apache.spark.sql.streaming.StreamingQueryException",
        &exception::STREAMING_QUERY_EXCEPTION,
    ),
    (
        "org.apache.spark.sql.execution.QueryExecutionException",
        &exception::QUERY_EXECUTION_EXCEPTION,
    ),
    (
        "java.lang.NumberFormatException",
        &exception::NUMBER_FORMAT_EXCEPTION,
    ),
    (
        "java.lang.IllegalArgumentException",
        &exception::ILLEGAL_ARGUMENT_EXCEPTION,
    ),
    ("java.lang.ArithmeticException", &exception::ARITHMETIC_EXCEPTION),
    (
        "java.lang.UnsupportedOperationException",
        &exception::UNSUPPORTED_OPERATION_EXCEPTION,
    ),
    (
        "java.lang.ArrayIndexOutOfBoundsException",
        &exception::ARRAY_INDEX_OUT_OF_BOUNDS_EXCEPTION,
    ),
    ("java.time.DateTimeException", &exception::DATE_TIME_EXCEPTION),
    (
        "org.apache.spark.SparkRuntimeException",
        &exception::SPARK_RUNTIME_EXCEPTION,
    ),
    (
        "org.apache.spark.SparkUpgradeException",
        &exception::SPARK_UPGRADE_EXCEPTION,
    ),
    (PYTHON, &exception::PYTHON_EXCEPTION),
    (
        "org.apache.spark.SparkNoSuchElementException",
        &exception::SPARK_NO_SUCH_ELEMENT_EXCEPTION,
    ),
    ("org.apache.spark.SparkException", &exception::SPARK_EXCEPTION),
    (
        "org.apache.spark.sql.connect.common.InvalidPlanInput",
        &exception::INVALID_PLAN_INPUT,
    ),
    (
        "org.apache.spark.api.python.StreamingPythonRunner$StreamingPythonRunnerInitializationException",
        &exception::STREAMING_PYTHON_RUNNER_INITIALIZATION_EXCEPTION,
    ),
];

/// The class of an error that the client found itself, by its condition.
fn invalid(message: &str) -> &'static Class {
    let condition = message.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    match condition.map(|(condition, _)| condition) {
        None if message.contains("() takes ")
            || message.contains("() got ")
            || message.contains("() missing ") =>
        {
            &exception::TYPE_ERROR
        }
        Some(name)
            if name.starts_with("NOT_EXPECTED")
                || name.starts_with("NOT_COLUMN")
                || name.starts_with("NOT_") =>
        {
            match name {
                "NOT_NUMERIC_COLUMNS" | "NOT_IMPLEMENTED" => &exception::PYSPARK_VALUE_ERROR,
                _ => &exception::PYSPARK_TYPE_ERROR,
            }
        }
        Some("UNSUPPORTED_JOIN_TYPE") => &exception::ANALYSIS_EXCEPTION,
        _ => &exception::PYSPARK_VALUE_ERROR,
    }
}

/// PySpark's class, and its message, which may go on over several lines.
fn named(error: &Error) -> (&'static Class, String) {
    let message = error.message.trim_end();
    let Some(spark) = error.spark.as_deref() else {
        let class = match (error.code, error.kind) {
            (Some(_), _) => &exception::SPARK_CONNECT_GRPC_EXCEPTION,
            (None, ErrorKind::Invalid) => invalid(message),
            (None, _) => &exception::SPARK_CONNECT_EXCEPTION,
        };
        return (class, message.to_owned());
    };
    if spark.classes.iter().any(|class| class == PYTHON) {
        let message = format!(
            "\n  An exception was thrown from the Python worker. Please see the stack trace below.\n{message}"
        );
        return (&exception::PYTHON_EXCEPTION, message);
    }
    let known = |class: &String| CLASSES.iter().find(|(java, _)| java == class);
    match spark.classes.iter().find_map(known) {
        Some((_, class))
            if class.is(&exception::SPARK_EXCEPTION)
                && message.contains("net.razorvine.pickle.PickleException") =>
        {
            (&exception::PICKLE_EXCEPTION, message.to_owned())
        }
        Some((_, class)) => (class, message.to_owned()),
        None => {
            let message = match spark.classes.first() {
                Some(class) => format!("({class}) {message}"),
                None => message.to_owned(),
            };
            (&exception::UNKNOWN_EXCEPTION, message)
        }
    }
}

/// The last line of the traceback that PySpark would print, which may go on over several lines.
pub fn traceback(error: &Error) -> String {
    let (class, message) = named(error);
    format!("{}: {message}", class.name)
}

/// What Python raises for it.
pub(crate) fn raised(error: Error) -> Raised {
    let (class, message) = named(&error);
    Exception::of_spark(class, &message, error)
}

/// An error that PySpark raises before it asks Spark.
pub(super) fn type_error(message: impl Into<String>) -> Raised {
    exception::raise(&exception::PYSPARK_TYPE_ERROR, message)
}

/// The step of a cell that Spark blames: where it says that it is, else where the text or the name stands that it
/// complains about, if that is in one place only.
pub(crate) fn place(error: &Raised, source: &Source) -> Option<Span> {
    let spark = error.spark.as_ref()?.spark.as_ref()?;
    step(&spark.contexts, source.number).or_else(|| {
        let texts = spark
            .contexts
            .iter()
            .filter(|context| !context.dataframe && context.object_type.is_empty());
        let texts = texts.map(|context| context.fragment.as_str());
        let name = spark
            .parameters
            .get("objectName")
            .map(|name| name.trim_matches('`'));
        texts.chain(name).find_map(|text| only_place(&source.text, text))
    })
}

/// Where a text stands in another, if it does so once.
fn only_place(source: &str, text: &str) -> Option<Span> {
    let mut places = source.match_indices(text);
    match (text.is_empty(), places.next(), places.next()) {
        (false, Some((start, _)), None) => Some(Span {
            start,
            end: start + text.len(),
        }),
        _ => None,
    }
}

fn step(contexts: &[QueryContext], cell: u32) -> Option<Span> {
    contexts
        .iter()
        .filter(|context| context.dataframe)
        .find_map(|context| {
            let rest = context.call_site.strip_prefix("cell ")?;
            let (number, rest) = rest.split_once(':')?;
            let (start, end) = rest.split_once(':')?.1.split_once('-')?;
            (number.parse() == Ok(cell)).then_some(())?;
            Some(Span {
                start: start.parse().ok()?,
                end: end.parse().ok()?,
            })
        })
}

/// `getCondition()`.
pub(crate) fn condition(this: &Value) -> R<Value> {
    let Value::Exception(error) = this else {
        return Ok(Value::None);
    };
    if let Some(class) = error
        .spark
        .as_ref()
        .and_then(|error| error.spark.as_ref()?.error_class.clone())
    {
        return Ok(Value::text(class));
    }
    let message = error.message()?;
    let condition = message.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    Ok(condition.map_or(Value::None, |(condition, _)| Value::text(condition)))
}

/// `getSqlState()`.
pub(crate) fn sql_state(this: &Value) -> Value {
    let state = match this {
        Value::Exception(error) => error
            .spark
            .as_ref()
            .and_then(|error| error.spark.as_ref()?.sql_state.clone()),
        _ => None,
    };
    state.map_or(Value::None, Value::text)
}

/// `getMessageParameters()`.
pub(crate) fn parameters(this: &Value) -> R<Value> {
    let dict = Dict::new();
    if let Value::Exception(error) = this
        && let Some(spark) = error.spark.as_ref().and_then(|error| error.spark.as_ref())
    {
        for (key, value) in &spark.parameters {
            dict.insert(Value::text(key.as_str()), Value::text(value.as_str()))?;
        }
    }
    Ok(Value::dict(dict))
}

#[cfg(test)]
mod tests {
    use spark_connect_client::SparkError;

    use super::*;

    fn of(classes: &[&str], message: &str) -> String {
        let mut error = Error::new(ErrorKind::Spark, message);
        error.spark = Some(Box::new(SparkError {
            classes: classes.iter().map(|&class| class.to_owned()).collect(),
            ..SparkError::default()
        }));
        traceback(&error)
    }

    #[test]
    fn the_first_class_that_pyspark_knows_counts() {
        for (java, python) in CLASSES.iter().filter(|(java, _)| *java != PYTHON) {
            assert_eq!(of(&[java], "m\n"), format!("{}: m", python.name));
            assert_eq!(
                of(&["x.Y", java, "java.lang.IllegalArgumentException"], "m"),
                format!("{}: m", python.name)
            );
        }
        let parse = "org.apache.spark.sql.catalyst.parser.ParseException";
        assert_eq!(
            of(&[parse, "org.apache.spark.sql.AnalysisException"], "[X] a\nb"),
            "ParseException: [X] a\nb"
        );
    }

    #[test]
    fn those_that_pyspark_does_not_know_are_named() {
        assert_eq!(
            of(&["x.Y", "java.lang.Exception"], "m"),
            "UnknownException: (x.Y) m"
        );
        assert_eq!(of(&[], "m"), "UnknownException: m");
    }

    #[test]
    fn python_on_the_server() {
        let expected = "PythonException: \n  An exception was thrown from the Python worker. Please see the stack trace \
                        below.\nm";
        assert_eq!(of(&["org.apache.spark.SparkException", PYTHON], "m"), expected);
        let pickle = of(
            &["org.apache.spark.SparkException"],
            "net.razorvine.pickle.PickleException: m",
        );
        assert!(pickle.starts_with("PickleException: net"), "{pickle}");
    }

    #[test]
    fn what_is_not_sparks_own() {
        let lost = Error::new(ErrorKind::SessionLost, "gone");
        assert_eq!(traceback(&lost), "SparkConnectException: gone");
        let invalid = Error::new(ErrorKind::Invalid, "no");
        assert_eq!(traceback(&invalid), "PySparkValueError: no");
        let invalid = Error::new(ErrorKind::Invalid, "[NOT_EXPECTED_TYPE] no");
        assert_eq!(traceback(&invalid), "PySparkTypeError: [NOT_EXPECTED_TYPE] no");
    }
}
