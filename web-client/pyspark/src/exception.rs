//! Exceptions: their classes, and what is raised.

use std::{cell::RefCell, rc::Rc};

use crate::{
    class::{Class, no_constant},
    code::Place,
    limits, types,
    value::Value,
    vm::native::{Arguments, Body, Native},
};

/// What every fallible step returns when Python would raise.
pub(crate) type Raised = Rc<Exception>;
pub(crate) type R<T> = Result<T, Raised>;

/// An exception.
#[derive(Debug)]
pub(crate) struct Exception {
    pub(crate) class: &'static Class,
    pub(crate) args: RefCell<Vec<Value>>,
    pub(crate) cause: RefCell<Option<Raised>>,
    pub(crate) context: RefCell<Option<Raised>>,
    /// Where it was raised, innermost first.
    pub(crate) trace: RefCell<Vec<Place>>,
    /// What Spark said.
    pub(crate) spark: Option<Box<spark_connect_client::Error>>,
}

impl Drop for Exception {
    fn drop(&mut self) {
        let mut values = std::mem::take(self.args.get_mut());
        values.extend(self.cause.get_mut().take().map(Value::Exception));
        values.extend(self.context.get_mut().take().map(Value::Exception));
        limits::bury(values);
    }
}

impl Exception {
    pub(crate) fn new(class: &'static Class, args: Vec<Value>) -> Raised {
        Rc::new(Self {
            class,
            args: RefCell::new(args),
            cause: RefCell::default(),
            context: RefCell::default(),
            trace: RefCell::default(),
            spark: None,
        })
    }

    /// An exception of Spark's.
    pub(crate) fn of_spark(
        class: &'static Class,
        message: &str,
        error: spark_connect_client::Error,
    ) -> Raised {
        Rc::new(Self {
            class,
            args: RefCell::new(vec![Value::text(message)]),
            cause: RefCell::default(),
            context: RefCell::default(),
            trace: RefCell::default(),
            spark: Some(Box::new(error)),
        })
    }

    /// The message, `str(exception)`.
    pub(crate) fn message(&self) -> R<String> {
        let args = self.args.borrow();
        match &args[..] {
            [] => Ok(String::new()),
            [one] if self.class.derives(&KEY_ERROR) => types::repr(one),
            [one] => types::str(one),
            several => types::repr(&Value::tuple(several.to_vec())),
        }
    }
}

/// An exception with a message.
pub(crate) fn raise(class: &'static Class, message: impl Into<String>) -> Raised {
    Exception::new(class, vec![Value::text(message)])
}

pub(crate) fn type_error(message: impl Into<String>) -> Raised {
    raise(&TYPE_ERROR, message)
}

pub(crate) fn value_error(message: impl Into<String>) -> Raised {
    raise(&VALUE_ERROR, message)
}

pub(crate) fn attribute_error(message: impl Into<String>) -> Raised {
    raise(&ATTRIBUTE_ERROR, message)
}

pub(crate) fn not_implemented(message: impl Into<String>) -> Raised {
    raise(&NOT_IMPLEMENTED_ERROR, message)
}

pub(crate) fn stop_iteration() -> Raised {
    Exception::new(&STOP_ITERATION, Vec::new())
}

/// The constructor that every exception has.
pub(crate) const NEW: Native = Native {
    name: "__new__",
    body: Body::OfClass(new),
};

fn new(class: &'static Class, args: Arguments) -> R<Value> {
    if !args.named.is_empty() {
        return Err(type_error(format!("{}() takes no keyword arguments", class.name)));
    }
    Ok(Value::Exception(Exception::new(class, args.positional)))
}

/// Exceptions by name, each with its base and the module that Python shows.
macro_rules! classes {
    ($($static:ident $name:literal $module:literal $base:expr;)*) => {
        $(pub(crate) static $static: Class = Class {
            name: $name,
            module: $module,
            base: $base,
            new: Some(NEW),
            methods: METHODS,
            statics: &[],
            constant: no_constant,
        };)*
        /// Every exception.
        pub(crate) static CLASSES: &[&Class] = &[$(&$static),*];
    };
}

static METHODS: &[Native] = &[
    Native::sync("with_traceback", |_, args| {
        args.exactly::<2>("with_traceback").map(|[this, _]| this)
    }),
    Native::sync("getCondition", |_, args| {
        args.exactly::<1>("getCondition")
            .and_then(|[this]| crate::spark::condition(&this))
    }),
    Native::sync("getErrorClass", |_, args| {
        args.exactly::<1>("getErrorClass")
            .and_then(|[this]| crate::spark::condition(&this))
    }),
    Native::sync("getSqlState", |_, args| {
        args.exactly::<1>("getSqlState")
            .map(|[this]| crate::spark::sql_state(&this))
    }),
    Native::sync("getMessageParameters", |_, args| {
        args.exactly::<1>("getMessageParameters")
            .and_then(|[this]| crate::spark::parameters(&this))
    }),
    Native::sync("getMessage", |_, args| {
        args.exactly::<1>("getMessage")
            .and_then(|[this]| types::str(&this).map(Value::text))
    }),
    Native::sync("add_note", |_, args| {
        args.exactly::<2>("add_note").map(|_| Value::None)
    }),
];

classes! {
    BASE_EXCEPTION "BaseException" "" None;
    EXCEPTION "Exception" "" Some(&BASE_EXCEPTION);
    SYSTEM_EXIT "SystemExit" "" Some(&BASE_EXCEPTION);
    KEYBOARD_INTERRUPT "KeyboardInterrupt" "" Some(&BASE_EXCEPTION);
    ARITHMETIC_ERROR "ArithmeticError" "" Some(&EXCEPTION);
    ZERO_DIVISION_ERROR "ZeroDivisionError" "" Some(&ARITHMETIC_ERROR);
    OVERFLOW_ERROR "OverflowError" "" Some(&ARITHMETIC_ERROR);
    ASSERTION_ERROR "AssertionError" "" Some(&EXCEPTION);
    ATTRIBUTE_ERROR "AttributeError" "" Some(&EXCEPTION);
    EOF_ERROR "EOFError" "" Some(&EXCEPTION);
    IMPORT_ERROR "ImportError" "" Some(&EXCEPTION);
    MODULE_NOT_FOUND_ERROR "ModuleNotFoundError" "" Some(&IMPORT_ERROR);
    LOOKUP_ERROR "LookupError" "" Some(&EXCEPTION);
    INDEX_ERROR "IndexError" "" Some(&LOOKUP_ERROR);
    KEY_ERROR "KeyError" "" Some(&LOOKUP_ERROR);
    MEMORY_ERROR "MemoryError" "" Some(&EXCEPTION);
    NAME_ERROR "NameError" "" Some(&EXCEPTION);
    UNBOUND_LOCAL_ERROR "UnboundLocalError" "" Some(&NAME_ERROR);
    OS_ERROR "OSError" "" Some(&EXCEPTION);
    FILE_NOT_FOUND_ERROR "FileNotFoundError" "" Some(&OS_ERROR);
    PERMISSION_ERROR "PermissionError" "" Some(&OS_ERROR);
    TIMEOUT_ERROR "TimeoutError" "" Some(&OS_ERROR);
    CONNECTION_ERROR "ConnectionError" "" Some(&OS_ERROR);
    RUNTIME_ERROR "RuntimeError" "" Some(&EXCEPTION);
    NOT_IMPLEMENTED_ERROR "NotImplementedError" "" Some(&RUNTIME_ERROR);
    RECURSION_ERROR "RecursionError" "" Some(&RUNTIME_ERROR);
    STOP_ITERATION "StopIteration" "" Some(&EXCEPTION);
    SYNTAX_ERROR "SyntaxError" "" Some(&EXCEPTION);
    TYPE_ERROR "TypeError" "" Some(&EXCEPTION);
    VALUE_ERROR "ValueError" "" Some(&EXCEPTION);
    JSON_DECODE_ERROR "JSONDecodeError" "json.decoder" Some(&VALUE_ERROR);
    UNICODE_ERROR "UnicodeError" "" Some(&VALUE_ERROR);
    UNICODE_DECODE_ERROR "UnicodeDecodeError" "" Some(&UNICODE_ERROR);
    UNICODE_ENCODE_ERROR "UnicodeEncodeError" "" Some(&UNICODE_ERROR);
    WARNING "Warning" "" Some(&EXCEPTION);
    USER_WARNING "UserWarning" "" Some(&WARNING);
    DEPRECATION_WARNING "DeprecationWarning" "" Some(&WARNING);
    RUNTIME_WARNING "RuntimeWarning" "" Some(&WARNING);
    FUTURE_WARNING "FutureWarning" "" Some(&WARNING);
    DECIMAL_EXCEPTION "DecimalException" "decimal" Some(&ARITHMETIC_ERROR);
    INVALID_OPERATION "InvalidOperation" "decimal" Some(&DECIMAL_EXCEPTION);
    DECIMAL_DIVISION_BY_ZERO "DivisionByZero" "decimal" Some(&DECIMAL_EXCEPTION);
    DECIMAL_OVERFLOW "Overflow" "decimal" Some(&DECIMAL_EXCEPTION);
    PYSPARK_EXCEPTION "PySparkException" "pyspark.errors.exceptions.base" Some(&EXCEPTION);
    PYSPARK_VALUE_ERROR "PySparkValueError" "pyspark.errors.exceptions.base" Some(&VALUE_ERROR);
    PYSPARK_TYPE_ERROR "PySparkTypeError" "pyspark.errors.exceptions.base" Some(&TYPE_ERROR);
    PYSPARK_ATTRIBUTE_ERROR "PySparkAttributeError" "pyspark.errors.exceptions.base" Some(&ATTRIBUTE_ERROR);
    PYSPARK_INDEX_ERROR "PySparkIndexError" "pyspark.errors.exceptions.base" Some(&INDEX_ERROR);
    PYSPARK_KEY_ERROR "PySparkKeyError" "pyspark.errors.exceptions.base" Some(&KEY_ERROR);
    PYSPARK_RUNTIME_ERROR "PySparkRuntimeError" "pyspark.errors.exceptions.base" Some(&RUNTIME_ERROR);
    PYSPARK_ASSERTION_ERROR "PySparkAssertionError" "pyspark.errors.exceptions.base" Some(&ASSERTION_ERROR);
    PYSPARK_NOT_IMPLEMENTED_ERROR "PySparkNotImplementedError" "pyspark.errors.exceptions.base"
        Some(&NOT_IMPLEMENTED_ERROR);
    PYSPARK_PICKLING_ERROR "PySparkPicklingError" "pyspark.errors.exceptions.base" Some(&PYSPARK_EXCEPTION);
    PYSPARK_IMPORT_ERROR "PySparkImportError" "pyspark.errors.exceptions.base" Some(&IMPORT_ERROR);
    SPARK_CONNECT_EXCEPTION "SparkConnectException" "pyspark.errors.exceptions.connect" Some(&PYSPARK_EXCEPTION);
    SPARK_CONNECT_GRPC_EXCEPTION "SparkConnectGrpcException" "pyspark.errors.exceptions.connect"
        Some(&SPARK_CONNECT_EXCEPTION);
    ANALYSIS_EXCEPTION "AnalysisException" "pyspark.errors.exceptions.connect" Some(&SPARK_CONNECT_GRPC_EXCEPTION);
    PARSE_EXCEPTION "ParseException" "pyspark.errors.exceptions.connect" Some(&ANALYSIS_EXCEPTION);
    UNKNOWN_EXCEPTION "UnknownException" "pyspark.errors.exceptions.connect" Some(&SPARK_CONNECT_GRPC_EXCEPTION);
    STREAMING_QUERY_EXCEPTION "StreamingQueryException" "pyspark.errors.exceptions.connect"
        Some(&SPARK_CONNECT_GRPC_EXCEPTION);
    QUERY_EXECUTION_EXCEPTION "QueryExecutionException" "pyspark.errors.exceptions.connect"
        Some(&SPARK_CONNECT_GRPC_EXCEPTION);
    NUMBER_FORMAT_EXCEPTION "NumberFormatException" "pyspark.errors.exceptions.connect"
        Some(&ILLEGAL_ARGUMENT_EXCEPTION);
    ILLEGAL_ARGUMENT_EXCEPTION "IllegalArgumentException" "pyspark.errors.exceptions.connect"
        Some(&SPARK_CONNECT_GRPC_EXCEPTION);
    ARITHMETIC_EXCEPTION "ArithmeticException" "pyspark.errors.exceptions.connect"
        Some(&SPARK_CONNECT_GRPC_EXCEPTION);
    UNSUPPORTED_OPERATION_EXCEPTION "UnsupportedOperationException" "pyspark.errors.exceptions.connect"
        Some(&SPARK_CONNECT_GRPC_EXCEPTION);
    ARRAY_INDEX_OUT_OF_BOUNDS_EXCEPTION "ArrayIndexOutOfBoundsException" "pyspark.errors.exceptions.connect"
        Some(&SPARK_CONNECT_GRPC_EXCEPTION);
    DATE_TIME_EXCEPTION "DateTimeException" "pyspark.errors.exceptions.connect" Some(&SPARK_CONNECT_GRPC_EXCEPTION);
    SPARK_RUNTIME_EXCEPTION "SparkRuntimeException" "pyspark.errors.exceptions.connect"
        Some(&SPARK_CONNECT_GRPC_EXCEPTION);
    SPARK_UPGRADE_EXCEPTION "SparkUpgradeException" "pyspark.errors.exceptions.connect"
        Some(&SPARK_CONNECT_GRPC_EXCEPTION);
    PYTHON_EXCEPTION "PythonException" "pyspark.errors.exceptions.connect" Some(&SPARK_CONNECT_GRPC_EXCEPTION);
    SPARK_NO_SUCH_ELEMENT_EXCEPTION "SparkNoSuchElementException" "pyspark.errors.exceptions.connect"
        Some(&SPARK_CONNECT_GRPC_EXCEPTION);
    SPARK_EXCEPTION "SparkException" "pyspark.errors.exceptions.connect" Some(&SPARK_CONNECT_GRPC_EXCEPTION);
    INVALID_PLAN_INPUT "InvalidPlanInput" "pyspark.errors.exceptions.connect" Some(&SPARK_CONNECT_GRPC_EXCEPTION);
    PICKLE_EXCEPTION "PickleException" "pyspark.errors.exceptions.connect" Some(&SPARK_CONNECT_GRPC_EXCEPTION);
    STREAMING_PYTHON_RUNNER_INITIALIZATION_EXCEPTION "StreamingPythonRunnerInitializationException"
        "pyspark.errors.exceptions.connect" Some(&SPARK_CONNECT_GRPC_EXCEPTION);
}

/// The exception of a name.
pub(crate) fn class(name: &str) -> Option<&'static Class> {
    CLASSES.iter().copied().find(|class| class.name == name)
}
