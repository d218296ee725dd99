//! The way in: cells, one after the other, with variables that live on.

use std::rc::Rc;

use spark_connect_client::{DataFrame, Error, Session};

use crate::{
    code::Source,
    compile::{self, Refused},
    exception::Raised,
    limits::{Metered, STEPS},
    spark,
    steps::Known,
    types,
    value::{Text, Value},
    vm::Vm,
};

/// A part of a cell's source, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Where it begins.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
}

/// Why a cell failed.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The exception's class, as Python names it.
    pub class: String,
    /// What it says.
    pub message: String,
    /// The step of this cell that failed.
    pub span: Option<Span>,
    /// What Spark or the client said, if the exception comes from there.
    pub error: Option<Box<Error>>,
}

impl std::fmt::Display for Failure {
    /// The last line of a traceback.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.message.is_empty() {
            true => f.write_str(&self.class),
            false => write!(f, "{}: {}", self.class, self.message),
        }
    }
}

impl std::error::Error for Failure {}

/// The value of a cell.
#[derive(Clone, Debug)]
pub enum Shown {
    /// Its `repr`.
    Text(String),
    /// A DataFrame, for those who show tables: [`Interpreter::with_tables`].
    Table(DataFrame),
}

/// What became of a cell.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The value of the last statement, if it is an expression and not None.
    pub shown: Option<Shown>,
}

/// A session of cells.
pub struct Interpreter {
    pub(crate) vm: Vm,
    pub(crate) runs: u32,
    last: Option<Rc<Source>>,
    tables: bool,
    pub(crate) limit: u64,
    /// The schemas that Spark has told since the last run.
    pub(crate) known: Known,
}

impl Interpreter {
    /// Without variables but `spark`, which is the session.
    pub fn new(session: Session) -> Self {
        let mut vm = Vm::new();
        vm.globals
            .insert(Text::new("spark"), spark::session(session.clone()));
        vm.session = Some(session);
        Self {
            vm,
            runs: 0,
            limit: STEPS,
            known: Known::new(),
            last: None,
            tables: false,
        }
    }

    /// Without Spark: plain Python alone.
    pub fn without_spark() -> Self {
        Self {
            vm: Vm::new(),
            runs: 0,
            limit: STEPS,
            known: Known::new(),
            last: None,
            tables: false,
        }
    }

    /// The same, which hands out DataFrames that cells end with rather than their `repr`.
    pub fn with_tables(self) -> Self {
        Self { tables: true, ..self }
    }

    /// Lets a cell take so many steps at most: instructions, and the work inside of long ones. Without it 50 million.
    pub fn limit_steps(&mut self, steps: u64) {
        self.limit = steps;
    }

    /// The DataFrame that a variable stands for, with its unresolved plan.
    pub fn frame(&self, variable: &str) -> Option<DataFrame> {
        let name = Text::new(variable);
        self.vm.globals.get(&name).and_then(spark::frame_of)
    }

    /// Runs a cell. What it prints goes to the printer as it comes. A run that is dropped is cancelled; the variables it
    /// has set stay.
    ///
    /// # Errors
    /// What Python would raise, or a construct that cells do not have.
    pub async fn run(&mut self, text: &str, printer: impl FnMut(&str) + 'static) -> Result<Outcome, Failure> {
        self.runs += 1;
        self.known.clear();
        let source = Rc::new(Source {
            number: self.runs,
            text: text.to_owned(),
        });
        self.last = Some(source.clone());
        let code = compile::compile(&source).map_err(refused)?;
        self.vm.printer = Box::new(printer);
        let (vm, tables) = (&mut self.vm, self.tables);
        let shown = Metered::new(self.limit, async {
            vm.module(code).await?;
            match vm.displayed.take() {
                Some(value) => match spark::frame_of(&value).filter(|_| tables) {
                    Some(frame) => Ok(Some(Shown::Table(frame))),
                    None => show(vm, value).await.map(Some),
                },
                None => Ok(None),
            }
        })
        .await;
        self.vm.printer = Box::new(|_| {});
        match shown {
            Ok(shown) => Ok(Outcome { shown }),
            Err(error) => Err(failure(&error, &source)),
        }
    }

    /// The failure of the last cell, when the DataFrame that it ended with is run and Spark reports an error.
    pub fn failure(&self, error: Error) -> Failure {
        let raised = spark::raised(error);
        Failure {
            span: self
                .last
                .as_ref()
                .and_then(|source| spark::place(&raised, source)),
            ..failure_of(&raised)
        }
    }
}

async fn show(vm: &mut Vm, value: Value) -> Result<Shown, Raised> {
    vm.prepare(&value).await?;
    types::repr(&value).map(Shown::Text)
}

pub(crate) fn refused(refused: Refused) -> Failure {
    Failure {
        class: refused.class.name.to_owned(),
        message: refused.message,
        span: Some(Span {
            start: refused.range.start().into(),
            end: refused.range.end().into(),
        }),
        error: None,
    }
}

pub(crate) fn failure(error: &Raised, source: &Rc<Source>) -> Failure {
    let trace = error.trace.borrow();
    let place = trace.iter().find(|place| Rc::ptr_eq(&place.source, source));
    let span = place.map(|place| Span {
        start: place.range.start().into(),
        end: place.range.end().into(),
    });
    Failure {
        span: spark::place(error, source).or(span),
        ..failure_of(error)
    }
}

/// What an exception says, wherever it was raised.
pub(crate) fn failure_of(error: &Raised) -> Failure {
    Failure {
        class: error.class.name.to_owned(),
        message: error
            .message()
            .unwrap_or_else(|_| "<exception str() failed>".to_owned()),
        span: None,
        error: error.spark.clone(),
    }
}
