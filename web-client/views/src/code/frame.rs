//! A DataFrame as code: where it begins, and the methods after that.

/// Columns of a line that is comfortable to read.
pub(super) const WIDTH: usize = 88;
/// Methods of one chain: Python and readers have enough of it then.
const MAX_STEPS: usize = 60;

/// A DataFrame as code.
pub(super) struct Frame {
    /// A variable, or what makes the DataFrame.
    pub(super) head: String,
    /// Methods, each with its dot, and with the indentation of lines after its first.
    pub(super) steps: Vec<String>,
    /// What a variable for it would be called.
    pub(super) hint: String,
    /// Whether it is no DataFrame any more: the last method runs it.
    pub(super) action: bool,
}

impl Frame {
    pub(super) fn new(head: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            head: head.into(),
            steps: Vec::new(),
            hint: hint.into(),
            action: false,
        }
    }

    pub(super) fn of_variable(name: String) -> Self {
        let hint = name.clone();
        Self::new(name, hint)
    }

    /// The frame after a method.
    pub(super) fn step(mut self, name: &str, arguments: &[String]) -> Self {
        self.steps.push(method(name, arguments));
        self
    }

    /// Whether it can stand as an argument.
    pub(super) fn is_short(&self) -> bool {
        self.steps.is_empty() && self.head.len() <= WIDTH / 2 && !self.head.contains('\n')
    }

    pub(super) fn is_long(&self) -> bool {
        self.steps.len() >= MAX_STEPS && !self.action
    }

    /// The frame as an expression, on several lines if it is long.
    pub(super) fn expression(&self) -> String {
        let line = format!("{}{}", self.head, self.steps.concat());
        if self.steps.is_empty() || (self.steps.len() == 1 && line.len() <= WIDTH && !line.contains('\n')) {
            return line;
        }
        let steps: Vec<String> = self.steps.iter().map(|step| format!("    {step}\n")).collect();
        format!("(\n    {}\n{})", self.head, steps.concat())
    }

    pub(super) fn assigned(&self, name: &str) -> String {
        format!("{name} = {}", self.expression())
    }
}

/// A call of a method, its arguments on lines of their own if they are long. The lines after the first are indented for
/// a chain.
pub(super) fn method(name: &str, arguments: &[String]) -> String {
    let line = format!(".{name}({})", arguments.join(", "));
    if arguments.is_empty() || line.len() + 4 <= WIDTH {
        return line;
    }
    let arguments: Vec<String> = arguments
        .iter()
        .map(|argument| format!("        {argument},\n"))
        .collect();
    format!(".{name}(\n{}    )", arguments.concat())
}
