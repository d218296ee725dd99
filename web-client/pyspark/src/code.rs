//! What source compiles to: instructions for a machine with a stack, and where each came from.

use std::rc::Rc;

use ruff_text_size::TextRange;

use crate::value::{Text, Value};

/// The source of a cell.
#[derive(Debug)]
pub(crate) struct Source {
    /// Which run it is of, so that places of other cells are told apart.
    pub(crate) number: u32,
    pub(crate) text: String,
}

/// Somewhere in a cell.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) source: Rc<Source>,
    pub(crate) range: TextRange,
}

/// A function's body, a module's, or a comprehension's.
#[derive(Debug)]
pub(crate) struct Code {
    pub(crate) name: Rc<Text>,
    pub(crate) source: Rc<Source>,
    pub(crate) ops: Vec<Op>,
    /// Where each instruction came from.
    pub(crate) ranges: Vec<TextRange>,
    pub(crate) constants: Vec<Value>,
    pub(crate) names: Vec<Rc<Text>>,
    /// Keywords of calls.
    pub(crate) keywords: Vec<Rc<[Rc<Text>]>>,
    pub(crate) codes: Vec<Rc<Code>>,
    /// Names of local variables; the parameters come first.
    pub(crate) locals: Vec<Rc<Text>>,
    /// Names of variables that functions share: own ones, then those of functions around.
    pub(crate) cells: Vec<Rc<Text>>,
    /// How many of the shared variables are its own.
    pub(crate) own_cells: usize,
    /// Which of the shared variables around it the others are.
    pub(crate) captures: Vec<usize>,
    /// Parameters that are shared: (local, cell).
    pub(crate) cell_parameters: Vec<(usize, usize)>,
    pub(crate) parameters: Parameters,
    pub(crate) is_generator: bool,
}

/// What a function takes. The names are those of its first locals, in this order.
#[derive(Debug, Default, Clone)]
pub(crate) struct Parameters {
    pub(crate) positional_only: usize,
    /// Those that may be given by position, the positional-only ones among them.
    pub(crate) positional: usize,
    pub(crate) keyword_only: usize,
    pub(crate) rest: bool,
    pub(crate) named_rest: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Binary {
    Add,
    Sub,
    Mul,
    Div,
    FloorDiv,
    Mod,
    Pow,
    And,
    Or,
    Xor,
    LeftShift,
    RightShift,
    MatMul,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unary {
    Negative,
    Positive,
    Invert,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

/// An instruction. Numbers are indices into the tables of [`Code`], jump targets, or counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    Constant(u32),
    Pop,
    Duplicate,
    DuplicateTwo,
    Swap,
    /// The top goes below the two under it.
    RotateThree,
    LoadLocal(u32),
    StoreLocal(u32),
    DeleteLocal(u32),
    LoadCell(u32),
    StoreCell(u32),
    DeleteCell(u32),
    LoadGlobal(u32),
    StoreGlobal(u32),
    DeleteGlobal(u32),
    Attribute(u32),
    SetAttribute(u32),
    DeleteAttribute(u32),
    Item,
    SetItem,
    DeleteItem,
    Slice,
    Binary(Binary),
    InPlace(Binary),
    Unary(Unary),
    Not,
    Compare(Comparison),
    In,
    NotIn,
    Is,
    IsNot,
    Jump(u32),
    JumpIfFalse(u32),
    JumpIfTrue(u32),
    JumpIfFalseOrPop(u32),
    JumpIfTrueOrPop(u32),
    BuildList(u32),
    BuildTuple(u32),
    BuildSet(u32),
    BuildDict(u32),
    /// Appends the top to the list that is so many places below.
    ListAppend(u32),
    SetAdd(u32),
    DictAdd(u32),
    ListExtend,
    SetExtend,
    DictUpdate,
    /// As `DictUpdate`, for keywords of a call: strings, each once.
    DictMerge,
    ListToTuple,
    Unpack(u32),
    /// Before the starred target, after it.
    UnpackStarred(u32, u32),
    Iterate,
    /// The next value, or a jump without the iterator.
    ForNext(u32),
    /// Positional arguments, keywords.
    Call(u32, Option<u32>),
    /// Name, positional arguments, keywords.
    CallMethod(u32, u32, Option<u32>),
    /// Callee, tuple, and a dict if true.
    CallUnpacked(bool),
    /// Code; on the stack: defaults as a tuple, keyword-only defaults as a dict.
    Function(u32),
    Return,
    Yield,
    /// `!r`, `!s`, `!a` or none; whether a specification is on the stack.
    Format(Option<char>, bool),
    BuildString(u32),
    Try(u32),
    EndTry,
    /// Leaves a handler.
    EndHandler,
    /// Without an exception, with one, with a cause too.
    Raise(u32),
    Reraise,
    /// Whether the exception below is of the class on top.
    Matches,
    Enter,
    Exit,
    /// As `Exit`, with the exception on top; true if it is to be forgotten.
    ExitRaised,
    /// With a message, if true; it is on the stack, the test has failed.
    Assert(bool),
    Import(u32),
    ImportFrom(u32),
    ImportAll,
    /// The value of the cell.
    Display,
    /// Leaves whether the top is a sequence of so many items, at least so many if true.
    IsSequence(u32, bool),
    IsMapping,
    /// Leaves whether the value is an instance of the class on top.
    InstanceOf,
    HasAttribute(u32),
    /// Leaves the dict below without the keys in the tuple on top.
    DictWithout,
}
