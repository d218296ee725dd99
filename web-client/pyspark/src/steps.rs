//! Types before running: what each step of a cell would give, without a job on the server.
//!
//! The cell is evaluated on copies of the variables, and nothing is run: actions are refused, SQL is not looked at, nothing
//! is cached. What cannot be evaluated, or is still being typed, is left out as far as it goes.

use std::{collections::HashMap, rc::Rc};

use futures::{StreamExt, stream};
use prost::Message;
use spark_connect_client::{DataFrame, proto::data_type::Struct};

use crate::{
    Failure, Interpreter, Span, compile,
    interpreter::failure_of,
    limits::{Metered, PLANNING_STEPS},
    spark,
    value::{Text, Value, copy::Copier},
    vm::{Made, Vm},
};

/// Questions that are asked at a time.
const QUESTIONS: usize = 4;
/// Steps of a cell that are told of.
const STEPS: usize = 500;
/// Relations and expressions that are looked at, in all steps together.
const PARTS: u64 = 400_000;

/// A DataFrame in a cell: what a step of a chain gives, or a variable that stands for one.
#[derive(Clone, Debug)]
pub struct Step {
    /// Where it is in the cell's text: the method's name with its arguments, or the variable's name.
    pub span: Span,
    /// The method that gives it, or the variable's name.
    pub name: String,
    /// The DataFrame itself; its plan is the unresolved one.
    pub frame: DataFrame,
    /// Its columns and their types, as Spark resolves them; or what is wrong with the step.
    pub schema: Result<Rc<Struct>, Failure>,
}

/// Schemas by the plans that they are of.
pub(crate) type Known = HashMap<Vec<u8>, Result<Rc<Struct>, Failure>>;

impl Interpreter {
    /// The DataFrames of a cell that need not have run, in the order in which they are made; those of loops each time.
    ///
    /// Spark is asked for the schema of each plan once (`AnalyzePlan`), and again after a cell has run, which may have
    /// changed what the plan reads. The text may be unfinished: `df.filter(df.a > 1).select(` has the steps `df` and
    /// `filter`. Columns that may stand at a place of the text are those of the step with the largest `span.end` before
    /// the dot of the method that is being called. No variable is changed.
    pub async fn steps(&mut self, text: &str) -> Vec<Step> {
        let mut made = self.made(text).await;
        made.truncate(STEPS);
        let mut room = PARTS;
        let mut keys = Vec::new();
        let mut asked: HashMap<Vec<u8>, DataFrame> = HashMap::new();
        for (_, step) in &made {
            let left = room.checked_sub(step.frame.plan().size());
            let key = left.and_then(|_| key(&step.frame));
            room = left.unwrap_or(room);
            if let Some(key) = key.clone().filter(|key| !self.known.contains_key(key)) {
                asked.insert(key, step.frame.clone());
            }
            keys.push(key);
        }
        let questions = asked.into_iter().map(|(key, frame)| async move {
            let schema = frame.schema().await.map(Rc::new);
            (key, schema.map_err(|error| failure_of(&spark::raised(error))))
        });
        let answers: Vec<_> = stream::iter(questions)
            .buffer_unordered(QUESTIONS)
            .collect()
            .await;
        self.known.extend(answers);
        made.into_iter()
            .zip(keys)
            .map(|((span, step), key)| Step {
                span,
                schema: key
                    .and_then(|key| self.known.get(&key).cloned())
                    .unwrap_or_else(|| Err(too_large())),
                name: step.name,
                frame: step.frame,
            })
            .collect()
    }

    /// Evaluates a cell on copies of the variables that it names.
    async fn made(&mut self, text: &str) -> Vec<(Span, Made)> {
        let all = Metered::new(PLANNING_STEPS.min(self.limit), async {
            let mut vm = planning(&self.vm, text);
            let mut all = Vec::new();
            for piece in compile::pieces(text, self.runs) {
                vm.steps = Some(Vec::new());
                let source = piece.code.source.clone();
                // What fails, and what it has not come to, is not told of.
                let _ = vm.module(piece.code).await;
                let steps = vm.steps.take().unwrap_or_default();
                let own = steps
                    .into_iter()
                    .filter(|step| Rc::ptr_eq(&step.place.source, &source));
                all.extend(own.map(|step| {
                    let range = step.place.range;
                    let span = Span {
                        start: (piece.start + usize::from(range.start())).min(piece.end),
                        end: (piece.start + usize::from(range.end())).min(piece.end),
                    };
                    (span, step)
                }));
            }
            all
        });
        all.await
    }
}

/// A machine that has Spark run nothing, with copies of the variables that a text names.
pub(crate) fn planning(from: &Vm, text: &str) -> Vm {
    let mut vm = Vm::new();
    vm.session = from.session.clone();
    vm.is_planning = true;
    copy_variables(from, &mut vm, text);
    vm
}

/// Copies the variables that a text names, and those that functions among them name.
fn copy_variables(from: &Vm, to: &mut Vm, text: &str) {
    let mut copier = Copier::default();
    let words = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    let mut waiting: Vec<Rc<Text>> = words.filter(|word| !word.is_empty()).map(Text::new).collect();
    while let Some(name) = waiting.pop() {
        if to.globals.contains_key(&name) {
            continue;
        }
        let Some(value) = from.globals.get(&name) else {
            continue;
        };
        if let Value::Function(function) = value {
            let mut codes = vec![function.code.clone()];
            while let Some(code) = codes.pop() {
                waiting.extend(code.names.iter().cloned());
                codes.extend(code.codes.iter().cloned());
            }
        }
        if let Ok(copy) = copier.copy(value) {
            to.globals.insert(name, copy);
        }
    }
}

/// What tells plans apart. Equal plans are equal bytes, wherever in a cell they stand.
fn key(frame: &DataFrame) -> Option<Vec<u8>> {
    frame
        .plan()
        .to_relation()
        .ok()
        .map(|relation| relation.encode_to_vec())
}

fn too_large() -> Failure {
    Failure {
        class: "PySparkRuntimeError".to_owned(),
        message: "The plan is too large to be looked at while it is typed.".to_owned(),
        span: None,
        error: None,
    }
}
