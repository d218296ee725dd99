//! Errors as PySpark names them: `AnalysisException: [TABLE_OR_VIEW_NOT_FOUND] ...`.

use spark_connect_client::{Error, ErrorKind};

const PYTHON: &str = "org.apache.spark.api.python.PythonException";

/// PySpark's classes by those of the server, from the table `EXCEPTION_CLASS_MAPPING`.
const CLASSES: [(&str, &str); 17] = [
    (
        "org.apache.spark.sql.catalyst.parser.ParseException",
        "ParseException",
    ),
    ("org.apache.spark.sql.AnalysisException", "AnalysisException"),
    (
        "org.apache.spark.sql.streaming.StreamingQueryException",
        "StreamingQueryException",
    ),
    (
        "org.apache.spark.sql.execution.QueryExecutionException",
        "QueryExecutionException",
    ),
    ("java.lang.NumberFormatException", "NumberFormatException"),
    ("java.lang.IllegalArgumentException", "IllegalArgumentException"),
    ("java.lang.ArithmeticException", "ArithmeticException"),
    (
        "java.lang.UnsupportedOperationException",
        "UnsupportedOperationException",
    ),
    (
        "java.lang.ArrayIndexOutOfBoundsException",
        "ArrayIndexOutOfBoundsException",
    ),
    ("java.time.DateTimeException", "DateTimeException"),
    ("org.apache.spark.SparkRuntimeException", "SparkRuntimeException"),
    ("org.apache.spark.SparkUpgradeException", "SparkUpgradeException"),
    (PYTHON, "PythonException"),
    (
        "org.apache.spark.SparkNoSuchElementException",
        "SparkNoSuchElementException",
    ),
    ("org.apache.spark.SparkException", "SparkException"),
    (
        "org.apache.spark.sql.connect.common.InvalidPlanInput",
        "InvalidPlanInput",
    ),
    (
        "org.apache.spark.api.python.StreamingPythonRunner$StreamingPythonRunnerInitializationException",
        "StreamingPythonRunnerInitializationException",
    ),
];

/// The last line of the traceback that PySpark would print, which may go on over several lines.
pub(crate) fn traceback(error: &Error) -> String {
    let message = error.message.trim_end();
    let Some(spark) = error.spark.as_deref() else {
        let class = match (error.code, error.kind) {
            (Some(_), _) => "SparkConnectGrpcException",
            (None, ErrorKind::Invalid) => "PySparkValueError",
            (None, _) => "SparkConnectException",
        };
        return format!("{class}: {message}");
    };
    if spark.classes.iter().any(|class| class == PYTHON) {
        return format!(
            "PythonException: \n  An exception was thrown from the Python worker. Please see the stack trace below.\n\
             {message}"
        );
    }
    let known = |class: &String| CLASSES.iter().find(|(java, _)| java == class);
    match spark.classes.iter().find_map(known) {
        Some((_, "SparkException")) if message.contains("net.razorvine.pickle.PickleException") => {
            format!("PickleException: {message}")
        }
        Some((_, class)) => format!("{class}: {message}"),
        None => match spark.classes.first() {
            Some(class) => format!("UnknownException: ({class}) {message}"),
            None => format!("UnknownException: {message}"),
        },
    }
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
            assert_eq!(of(&[java], "m\n"), format!("{python}: m"));
            assert_eq!(
                of(&["x.Y", java, "java.lang.IllegalArgumentException"], "m"),
                format!("{python}: m")
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
        let unreachable = Error::from(tonic::Status::unavailable("nobody is there"));
        assert_eq!(
            traceback(&unreachable),
            "SparkConnectGrpcException: nobody is there"
        );
        let invalid = Error::new(ErrorKind::Invalid, "no");
        assert_eq!(traceback(&invalid), "PySparkValueError: no");
    }
}
