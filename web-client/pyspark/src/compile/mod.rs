//! Source to instructions.
//!
//! What cells do not have is found here, before anything runs: [`Refused`] names it, where it stands, and a way round.

mod expression;
mod pattern;
mod pieces;
mod scope;
mod statement;

use std::{collections::HashMap, rc::Rc};

use ruff_python_ast as ast;
use ruff_python_parser::{LexicalErrorType, Mode, ParseErrorType, ParseOptions, parse_unchecked};
use ruff_text_size::{Ranged, TextRange};

pub(crate) use self::pieces::pieces;
use self::scope::{Kind, Scopes};
use crate::{
    class::Class,
    code::{Code, Op, Parameters, Source},
    exception, guard,
    value::{Key, Text, Value},
};

/// Source that does not run.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) class: &'static Class,
    pub(crate) message: String,
    pub(crate) range: TextRange,
}

impl Refused {
    fn syntax(message: impl Into<String>, range: TextRange) -> Self {
        Self {
            class: &exception::SYNTAX_ERROR,
            message: message.into(),
            range,
        }
    }
}

/// Parses source.
pub(crate) fn parse(text: &str) -> Result<ast::ModModule, Refused> {
    guard::check(text).map_err(|message| Refused {
        class: &exception::RECURSION_ERROR,
        message,
        range: TextRange::default(),
    })?;
    let parsed = parse_unchecked(text, ParseOptions::from(Mode::Module));
    if let Some(error) = parsed.errors().first() {
        let message = match &error.error {
            // What names of characters stand for is a table that is too large to bring along.
            ParseErrorType::Lexical(LexicalErrorType::UnicodeError) => {
                "cells do not know characters by \\N{...}; write the character itself, or its number, as \\u2022".to_owned()
            }
            error => error.to_string(),
        };
        return Err(Refused::syntax(message, error.location));
    }
    match parsed.into_syntax() {
        ast::Mod::Module(module) => Ok(module),
        ast::Mod::Expression(_) => Err(Refused::syntax("invalid syntax", TextRange::default())),
    }
}

/// Compiles a cell.
pub(crate) fn compile(source: &Rc<Source>) -> Result<Rc<Code>, Refused> {
    let module = parse(&source.text)?;
    let scopes = Scopes::of(&module);
    if let Some((message, range)) = &scopes.error {
        return Err(Refused::syntax(message.clone(), *range));
    }
    let mut compiler = Compiler {
        source: source.clone(),
        scopes: &scopes,
        unit: Unit::new(0, "<module>", Vec::new(), Vec::new()),
        around: Vec::new(),
    };
    compiler.module(&module)?;
    Ok(Rc::new(compiler.finish(Parameters::default(), Vec::new())))
}

type Done = Result<(), Refused>;

/// What `break`, `continue` and `return` have to leave.
enum Block<'a> {
    /// Where `continue` goes; what `break` left to be filled in; whether an iterator is on the stack.
    Loop {
        next: u32,
        breaks: Vec<usize>,
        iterates: bool,
    },
    Try,
    Finally(&'a [ast::Stmt]),
    /// An exception is in hand.
    Handler,
    /// An exception is in hand and on the stack.
    FinallyHandler,
    /// The manager is on the stack.
    With,
}

/// The code that is being written.
struct Unit<'a> {
    scope: usize,
    name: Rc<Text>,
    ops: Vec<Op>,
    ranges: Vec<TextRange>,
    constants: Vec<Value>,
    constant_places: HashMap<(std::mem::Discriminant<Value>, Key), u32>,
    names: Vec<Rc<Text>>,
    name_places: HashMap<String, u32>,
    keywords: Vec<Rc<[Rc<Text>]>>,
    codes: Vec<Rc<Code>>,
    locals: Vec<Rc<Text>>,
    local_places: HashMap<String, u32>,
    cells: Vec<String>,
    own_cells: usize,
    blocks: Vec<Block<'a>>,
    /// Hidden variables that are in use.
    hidden: usize,
}

impl Unit<'_> {
    fn new(scope: usize, name: &str, cells: Vec<String>, free: Vec<String>) -> Self {
        Self {
            scope,
            name: Text::new(name),
            ops: Vec::new(),
            ranges: Vec::new(),
            constants: Vec::new(),
            constant_places: HashMap::new(),
            names: Vec::new(),
            name_places: HashMap::new(),
            keywords: Vec::new(),
            codes: Vec::new(),
            locals: Vec::new(),
            local_places: HashMap::new(),
            own_cells: cells.len(),
            cells: cells.into_iter().chain(free).collect(),
            blocks: Vec::new(),
            hidden: 0,
        }
    }

    fn local(&mut self, name: &str) -> u32 {
        if let Some(&at) = self.local_places.get(name) {
            return at;
        }
        let at = self.locals.len() as u32;
        self.locals.push(Text::new(name));
        self.local_places.insert(name.to_owned(), at);
        at
    }
}

struct Compiler<'a> {
    source: Rc<Source>,
    scopes: &'a Scopes,
    unit: Unit<'a>,
    /// The code around.
    around: Vec<Unit<'a>>,
}

impl<'a> Compiler<'a> {
    fn module(&mut self, module: &'a ast::ModModule) -> Done {
        let Some((last, before)) = module.body.split_last() else {
            return Ok(());
        };
        self.statements(before)?;
        match last {
            ast::Stmt::Expr(statement) => {
                self.expression(&statement.value)?;
                self.emit(Op::Display, statement.range);
                Ok(())
            }
            other => self.statement(other),
        }
    }

    fn emit(&mut self, op: Op, range: TextRange) -> usize {
        self.unit.ops.push(op);
        self.unit.ranges.push(range);
        self.unit.ops.len() - 1
    }

    /// Where the next instruction will be.
    fn here(&self) -> u32 {
        self.unit.ops.len() as u32
    }

    /// Lets a jump go to the next instruction.
    fn land(&mut self, jump: usize) {
        let here = self.here();
        if let Some(op) = self.unit.ops.get_mut(jump) {
            *op = match *op {
                Op::Jump(_) => Op::Jump(here),
                Op::JumpIfFalse(_) => Op::JumpIfFalse(here),
                Op::JumpIfTrue(_) => Op::JumpIfTrue(here),
                Op::JumpIfFalseOrPop(_) => Op::JumpIfFalseOrPop(here),
                Op::JumpIfTrueOrPop(_) => Op::JumpIfTrueOrPop(here),
                Op::ForNext(_) => Op::ForNext(here),
                Op::Try(_) => Op::Try(here),
                other => other,
            };
        }
    }

    fn constant(&mut self, value: Value, range: TextRange) {
        // Equal values of different types are different constants; floats differ by their bits.
        let key = match &value {
            Value::Float(number) => Some(Key::Float(number.to_bits())),
            other => Key::new(other).ok(),
        };
        let unit = &mut self.unit;
        let at = match key {
            Some(key) if !matches!(value, Value::Tuple(_)) => *unit
                .constant_places
                .entry((std::mem::discriminant(&value), key))
                .or_insert_with(|| {
                    unit.constants.push(value);
                    unit.constants.len() as u32 - 1
                }),
            _ => {
                unit.constants.push(value);
                unit.constants.len() as u32 - 1
            }
        };
        self.emit(Op::Constant(at), range);
    }

    fn name(&mut self, name: &str) -> u32 {
        if let Some(&at) = self.unit.name_places.get(name) {
            return at;
        }
        let at = self.unit.names.len() as u32;
        self.unit.names.push(Text::new(name));
        self.unit.name_places.insert(name.to_owned(), at);
        at
    }

    /// Where a variable lives.
    fn variable(&mut self, name: &str) -> Variable {
        if let Some(at) = self.unit.cells.iter().position(|cell| cell == name) {
            return Variable::Cell(at as u32);
        }
        if self.scopes.all[self.unit.scope].owns(name) {
            return Variable::Local(self.unit.local(name));
        }
        Variable::Global(self.name(name))
    }

    fn load(&mut self, name: &str, range: TextRange) {
        let op = match self.variable(name) {
            Variable::Local(at) => Op::LoadLocal(at),
            Variable::Cell(at) => Op::LoadCell(at),
            Variable::Global(at) => Op::LoadGlobal(at),
        };
        self.emit(op, range);
    }

    fn store(&mut self, name: &str, range: TextRange) {
        let op = match self.variable(name) {
            Variable::Local(at) => Op::StoreLocal(at),
            Variable::Cell(at) => Op::StoreCell(at),
            Variable::Global(at) => Op::StoreGlobal(at),
        };
        self.emit(op, range);
    }

    fn delete(&mut self, name: &str, range: TextRange) {
        let op = match self.variable(name) {
            Variable::Local(at) => Op::DeleteLocal(at),
            Variable::Cell(at) => Op::DeleteCell(at),
            Variable::Global(at) => Op::DeleteGlobal(at),
        };
        self.emit(op, range);
    }

    /// A variable that no source can name. It is a local one also in a module.
    fn hidden(&mut self) -> u32 {
        self.unit.hidden += 1;
        let name = format!(".{}", self.unit.hidden);
        self.unit.local(&name)
    }

    /// Code of its own, and the instruction that makes a function of it. Defaults are on the stack.
    fn function(
        &mut self,
        place: TextRange,
        name: &str,
        parameters: Option<&'a ast::Parameters>,
        body: impl FnOnce(&mut Self) -> Done,
    ) -> Done {
        let scopes = self.scopes;
        let at = scopes.at(place);
        let scope = &scopes.all[at];
        let unit = Unit::new(at, name, scope.cells.clone(), scope.free.clone());
        self.around.push(std::mem::replace(&mut self.unit, unit));
        let mut shape = Parameters::default();
        let mut names: Vec<String> = Vec::new();
        if let Some(parameters) = parameters {
            let positional = parameters.posonlyargs.iter().chain(&parameters.args);
            names.extend(positional.map(|parameter| parameter.name().to_string()));
            names.extend(
                parameters
                    .kwonlyargs
                    .iter()
                    .map(|parameter| parameter.name().to_string()),
            );
            names.extend(
                parameters
                    .vararg
                    .iter()
                    .map(|parameter| parameter.name.to_string()),
            );
            names.extend(
                parameters
                    .kwarg
                    .iter()
                    .map(|parameter| parameter.name.to_string()),
            );
            shape = Parameters {
                positional_only: parameters.posonlyargs.len(),
                positional: parameters.posonlyargs.len() + parameters.args.len(),
                keyword_only: parameters.kwonlyargs.len(),
                rest: parameters.vararg.is_some(),
                named_rest: parameters.kwarg.is_some(),
            };
        } else if scope.kind == Kind::Comprehension {
            names.push(".0".to_owned());
            shape.positional = 1;
        }
        let mut cell_parameters = Vec::new();
        for (local, name) in names.iter().enumerate() {
            self.unit.local(name);
            if let Some(cell) = scope.cells.iter().position(|cell| cell == name) {
                cell_parameters.push((local, cell));
            }
        }
        let outcome = body(self);
        let code = self.finish(shape, cell_parameters);
        outcome?;
        self.unit.codes.push(Rc::new(code));
        let at = self.unit.codes.len() as u32 - 1;
        self.emit(Op::Function(at), place);
        Ok(())
    }

    /// The code that has been written; what was around goes on.
    fn finish(&mut self, parameters: Parameters, cell_parameters: Vec<(usize, usize)>) -> Code {
        let end = TextRange::empty(self.scopes.all[self.unit.scope].range.end());
        self.constant(Value::None, end);
        self.emit(Op::Return, end);
        let around = self
            .around
            .pop()
            .unwrap_or_else(|| Unit::new(0, "<module>", Vec::new(), Vec::new()));
        let unit = std::mem::replace(&mut self.unit, around);
        let captures = unit.cells[unit.own_cells..]
            .iter()
            .filter_map(|name| self.unit.cells.iter().position(|cell| cell == name))
            .collect();
        Code {
            name: unit.name,
            source: self.source.clone(),
            ops: unit.ops,
            ranges: unit.ranges,
            constants: unit.constants,
            names: unit.names,
            keywords: unit.keywords,
            codes: unit.codes,
            locals: unit.locals,
            cells: unit.cells.iter().map(|name| Text::new(name.as_str())).collect(),
            own_cells: unit.own_cells,
            captures,
            cell_parameters,
            parameters,
            is_generator: self.scopes.all[unit.scope].is_generator,
        }
    }

    /// Refuses what cells do not have.
    fn refuse<T>(&self, node: &impl Ranged, what: &str, instead: &str) -> Result<T, Refused> {
        let range = node.range();
        let before = self
            .source
            .text
            .get(..usize::from(range.start()))
            .unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Err(Refused {
            class: &exception::NOT_IMPLEMENTED_ERROR,
            message: format!("{what} (line {line}, column {column}) cannot be run without Python; {instead}"),
            range,
        })
    }
}

enum Variable {
    Local(u32),
    Cell(u32),
    Global(u32),
}
