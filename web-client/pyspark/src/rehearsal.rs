//! Cells before they run, one statement after the other, on copies of the variables and without having Spark run anything:
//! so an editor knows what names stand for, and the plan that a cell builds.

use std::rc::Rc;

use ruff_python_ast::{Expr, Stmt};
use ruff_text_size::{Ranged, TextRange};
use spark_connect_client::DataFrame;

use crate::{
    code::Source,
    compile,
    exception::Raised,
    interpreter::{Failure, Interpreter, Span, failure, refused},
    limits::Metered,
    spark,
    steps::planning,
    value::{Text, Value},
    vm::Vm,
};

/// Steps of one statement: a rehearsal must not take longer than typing goes on.
const STEPS: u64 = 200_000;

/// The plan that a cell would come to.
#[derive(Clone, Debug)]
pub struct Planned {
    /// The DataFrame.
    pub frame: DataFrame,
    /// The step that makes it.
    pub span: Span,
}

impl Interpreter {
    /// The DataFrame that a cell would come to: that of its last expression or assignment that makes one. None if no
    /// statement does.
    ///
    /// # Errors
    /// What Python would raise before that.
    pub async fn plan(&self, text: &str) -> Result<Option<Planned>, Failure> {
        let module = compile::parse(text).map_err(refused)?;
        let mut rehearsal = Rehearsal::new(self, text);
        let mut found = None;
        let mut failed = None;
        for statement in &module.body {
            let value = match rehearsal.statement(text, statement.range()).await {
                Ok(value) => value,
                Err(failure) => {
                    failed = failed.or(Some(failure));
                    None
                }
            };
            found = rehearsal.frame_of(text, statement, value).await.or(found);
        }
        match (found, failed) {
            (Some(planned), _) => Ok(Some(planned)),
            (None, Some(failure)) => Err(failure),
            (None, None) => Ok(None),
        }
    }
}

/// Variables to try statements out on.
pub(crate) struct Rehearsal {
    pub(crate) vm: Vm,
}

impl Rehearsal {
    /// With the variables that a text names, as far as they can be copied.
    pub(crate) fn new(interpreter: &Interpreter, text: &str) -> Self {
        Self {
            vm: planning(&interpreter.vm, text),
        }
    }

    /// Tries out the statements of a text. What one of them cannot do leaves its variables as they were.
    pub(crate) async fn run(&mut self, text: &str) {
        if let Ok(module) = compile::parse(text) {
            for statement in &module.body {
                // The next ones may do without it.
                let _ = self.statement(text, statement.range()).await;
            }
        }
    }

    /// Runs a statement of a text. Returns its value, if it is an expression.
    pub(crate) async fn statement(&mut self, text: &str, range: TextRange) -> Result<Option<Value>, Failure> {
        let start = usize::from(range.start());
        let piece = text.get(range.to_std_range()).unwrap_or_default();
        self.run_piece(piece.to_owned()).await.map_err(|failure| {
            let span = failure.span.map(|span| Span {
                start: start + span.start,
                end: start + span.end,
            });
            Failure { span, ..failure }
        })
    }

    /// The value of an expression of a text, if it has one.
    pub(crate) async fn value(&mut self, text: &str, range: TextRange) -> Option<Value> {
        // It may go on over lines, inside of brackets that are not part of it.
        let piece = format!("({})", text.get(range.to_std_range())?);
        self.run_piece(piece).await.ok().flatten()
    }

    async fn run_piece(&mut self, text: String) -> Result<Option<Value>, Failure> {
        let source = Rc::new(Source { number: 0, text });
        let code = compile::compile(&source).map_err(refused)?;
        let vm = &mut self.vm;
        let run = async {
            vm.module(code).await?;
            Ok(vm.displayed.take())
        };
        let result: Result<_, Raised> = Metered::new(STEPS, run).await;
        result.map_err(|error| failure(&error, &source))
    }

    /// The DataFrame that a statement comes to, once it ran: its value, what it assigns, or what it calls an action of.
    async fn frame_of(&mut self, text: &str, statement: &Stmt, value: Option<Value>) -> Option<Planned> {
        let planned = |value: &Value, range: TextRange| {
            let span = Span {
                start: range.start().into(),
                end: range.end().into(),
            };
            spark::frame_of(value).map(|frame| Planned { frame, span })
        };
        if let Some(value) = value {
            return planned(&value, statement.range());
        }
        let mut expression = match statement {
            Stmt::Expr(statement) => &*statement.value,
            Stmt::Assign(statement) => {
                if let [Expr::Name(name)] = &statement.targets[..]
                    && let Some(value) = self.vm.globals.get(&Text::new(name.id.as_str()))
                    && let Some(planned) = planned(value, statement.range())
                {
                    return Some(planned);
                }
                &*statement.value
            }
            _ => return None,
        };
        // `df.select(…).show()` needs Spark; what it is called on does not.
        loop {
            expression = match expression {
                Expr::Call(call) => &call.func,
                Expr::Attribute(attribute) => &attribute.value,
                _ => return None,
            };
            let value = self.value(text, expression.range()).await;
            if let Some(planned) = value.and_then(|value| planned(&value, expression.range())) {
                return Some(planned);
            }
        }
    }
}
