//! Expressions.

use std::rc::Rc;

use num_bigint::BigInt;
use num_traits::Num;
use ruff_python_ast::{self as ast, BoolOp, CmpOp, Expr, Number, Operator, UnaryOp};
use ruff_text_size::{Ranged, TextRange};

use super::{Compiler, Done, Refused};
use crate::{
    code::{Binary, Comparison, Op, Unary},
    value::{Text, Value},
};

impl<'a> Compiler<'a> {
    /// Leaves the value of an expression. Chains and sums lean to the left and are long: they are taken apart in a loop.
    pub(super) fn expression(&mut self, expr: &'a Expr) -> Done {
        let mut steps = Vec::new();
        let mut first = expr;
        loop {
            let inner = match first {
                Expr::Call(call) => match &*call.func {
                    // The object of a method, not the method.
                    Expr::Attribute(attribute) if is_plain(&call.arguments) => &*attribute.value,
                    func => func,
                },
                Expr::Attribute(attribute) => &*attribute.value,
                Expr::Subscript(subscript) => &*subscript.value,
                Expr::BinOp(operation) => &*operation.left,
                _ => break,
            };
            steps.push(first);
            first = inner;
        }
        self.leaf(first)?;
        for step in steps.into_iter().rev() {
            self.step(step)?;
        }
        Ok(())
    }

    /// What an expression does with the value that it begins with.
    fn step(&mut self, expr: &'a Expr) -> Done {
        match expr {
            Expr::Call(call) => self.call(call),
            Expr::Attribute(attribute) => {
                let name = self.name(&attribute.attr);
                self.emit(
                    Op::Attribute(name),
                    attribute.attr.range.cover_offset(attribute.range.end()),
                );
                Ok(())
            }
            Expr::Subscript(subscript) => {
                self.expression(&subscript.slice)?;
                self.emit(Op::Item, subscript.range);
                Ok(())
            }
            Expr::BinOp(operation) => {
                self.expression(&operation.right)?;
                self.emit(Op::Binary(operator(operation.op)), operation.range);
                Ok(())
            }
            other => self.leaf(other),
        }
    }

    fn leaf(&mut self, expr: &'a Expr) -> Done {
        let range = expr.range();
        match expr {
            Expr::Name(name) => self.load(&name.id, range),
            Expr::NumberLiteral(literal) => {
                let value = self.number(literal)?;
                self.constant(value, range);
            }
            Expr::StringLiteral(literal) => self.constant(Value::text(literal.value.to_str()), range),
            Expr::BytesLiteral(literal) => {
                let bytes: Vec<u8> = literal.value.bytes().collect();
                self.constant(Value::Bytes(bytes.into()), range);
            }
            Expr::BooleanLiteral(literal) => self.constant(Value::Bool(literal.value), range),
            Expr::NoneLiteral(_) => self.constant(Value::None, range),
            Expr::EllipsisLiteral(_) => self.constant(Value::Ellipsis, range),
            Expr::FString(string) => self.f_string(string)?,
            Expr::BoolOp(operation) => {
                let mut jumps = Vec::new();
                for (at, value) in operation.values.iter().enumerate() {
                    self.expression(value)?;
                    if at + 1 < operation.values.len() {
                        let op = match operation.op {
                            BoolOp::And => Op::JumpIfFalseOrPop(0),
                            BoolOp::Or => Op::JumpIfTrueOrPop(0),
                        };
                        jumps.push(self.emit(op, value.range()));
                    }
                }
                jumps.into_iter().for_each(|jump| self.land(jump));
            }
            Expr::UnaryOp(operation) => {
                self.expression(&operation.operand)?;
                let op = match operation.op {
                    UnaryOp::Not => Op::Not,
                    UnaryOp::USub => Op::Unary(Unary::Negative),
                    UnaryOp::UAdd => Op::Unary(Unary::Positive),
                    UnaryOp::Invert => Op::Unary(Unary::Invert),
                };
                self.emit(op, range);
            }
            Expr::Compare(comparison) => self.comparison(comparison)?,
            Expr::If(choice) => {
                self.expression(&choice.test)?;
                let otherwise = self.emit(Op::JumpIfFalse(0), choice.test.range());
                self.expression(&choice.body)?;
                let end = self.emit(Op::Jump(0), range);
                self.land(otherwise);
                self.expression(&choice.orelse)?;
                self.land(end);
            }
            Expr::Named(named) => {
                self.expression(&named.value)?;
                self.emit(Op::Duplicate, range);
                self.assign(&named.target)?;
            }
            Expr::Tuple(tuple) => self.display(&tuple.elts, range, Op::BuildTuple)?,
            Expr::List(list) => self.display(&list.elts, range, Op::BuildList)?,
            Expr::Set(set) => self.display(&set.elts, range, Op::BuildSet)?,
            Expr::Dict(dict) => self.dict(dict)?,
            Expr::Slice(slice) => {
                for part in [&slice.lower, &slice.upper, &slice.step] {
                    match part {
                        Some(part) => self.expression(part)?,
                        None => self.constant(Value::None, range),
                    }
                }
                self.emit(Op::Slice, range);
            }
            Expr::Lambda(lambda) => {
                self.defaults(lambda.parameters.as_deref(), range)?;
                self.function(range, "<lambda>", lambda.parameters.as_deref(), |this| {
                    this.expression(&lambda.body)?;
                    this.emit(Op::Return, lambda.body.range());
                    Ok(())
                })?;
            }
            Expr::ListComp(comp) => {
                self.comprehension(
                    range,
                    "<listcomp>",
                    &comp.generators,
                    Op::BuildList(0),
                    |this, depth| {
                        this.expression(&comp.elt)?;
                        this.emit(Op::ListAppend(depth), comp.elt.range());
                        Ok(())
                    },
                )?;
            }
            Expr::SetComp(comp) => {
                self.comprehension(
                    range,
                    "<setcomp>",
                    &comp.generators,
                    Op::BuildSet(0),
                    |this, depth| {
                        this.expression(&comp.elt)?;
                        this.emit(Op::SetAdd(depth), comp.elt.range());
                        Ok(())
                    },
                )?;
            }
            Expr::DictComp(comp) => {
                let Some(key) = comp.key.as_deref() else {
                    return self.refuse(
                        comp,
                        "A dict comprehension that unpacks",
                        "give a key and a value",
                    );
                };
                self.comprehension(
                    range,
                    "<dictcomp>",
                    &comp.generators,
                    Op::BuildDict(0),
                    |this, depth| {
                        this.expression(key)?;
                        this.expression(&comp.value)?;
                        this.emit(Op::DictAdd(depth), comp.value.range());
                        Ok(())
                    },
                )?;
            }
            Expr::Generator(comp) => {
                self.comprehension(range, "<genexpr>", &comp.generators, Op::Pop, |this, _| {
                    this.expression(&comp.elt)?;
                    this.emit(Op::Yield, comp.elt.range());
                    this.emit(Op::Pop, comp.elt.range());
                    Ok(())
                })?;
            }
            Expr::Yield(yields) => {
                self.in_function(range, "'yield' outside function")?;
                match &yields.value {
                    Some(value) => self.expression(value)?,
                    None => self.constant(Value::None, range),
                }
                self.emit(Op::Yield, range);
            }
            Expr::YieldFrom(yields) => {
                self.in_function(range, "'yield from' outside function")?;
                self.expression(&yields.value)?;
                self.emit(Op::Iterate, range);
                let next = self.here();
                let end = self.emit(Op::ForNext(0), range);
                self.emit(Op::Yield, range);
                self.emit(Op::Pop, range);
                self.emit(Op::Jump(next), range);
                self.land(end);
                self.constant(Value::None, range);
            }
            Expr::Starred(_) => return Err(Refused::syntax("can't use starred expression here", range)),
            Expr::Await(_) => {
                return self.refuse(
                    expr,
                    "await",
                    "write the call alone: cells wait for Spark by themselves",
                );
            }
            Expr::TString(_) => return self.refuse(expr, "A template string", "write an f-string"),
            Expr::IpyEscapeCommand(_) => {
                return self.refuse(expr, "A command of IPython's", "write Python");
            }
            Expr::Call(_) | Expr::Attribute(_) | Expr::Subscript(_) | Expr::BinOp(_) => {
                return self.expression(expr);
            }
        }
        Ok(())
    }

    pub(super) fn in_function(&self, range: TextRange, message: &str) -> Done {
        match self.around.is_empty() {
            true => Err(Refused::syntax(message, range)),
            false => Ok(()),
        }
    }

    pub(super) fn number(&self, literal: &ast::ExprNumberLiteral) -> Result<Value, Refused> {
        Ok(match &literal.value {
            Number::Int(int) => match int.as_i64() {
                Some(small) => Value::Int(small),
                None => {
                    let text = int.to_string().replace('_', "").to_ascii_lowercase();
                    let (digits, radix) = match text.get(..2) {
                        Some("0x") => (&text[2..], 16),
                        Some("0o") => (&text[2..], 8),
                        Some("0b") => (&text[2..], 2),
                        _ => (text.as_str(), 10),
                    };
                    if radix == 10 && digits.len() > 4300 {
                        return Err(Refused::syntax(
                            "Exceeds the limit (4300 digits) for integer string conversion",
                            literal.range,
                        ));
                    }
                    BigInt::from_str_radix(digits, radix)
                        .map(Value::big)
                        .map_err(|_| Refused::syntax("invalid number", literal.range))?
                }
            },
            Number::Float(number) => Value::Float(*number),
            Number::Complex { .. } => {
                return self.refuse(
                    literal,
                    "A complex number",
                    "Spark has no type for it; keep both parts apart",
                );
            }
        })
    }

    /// A list, a tuple or a set, whose items may be starred.
    fn display(&mut self, items: &'a [Expr], range: TextRange, build: fn(u32) -> Op) -> Done {
        let Some(star) = items.iter().position(Expr::is_starred_expr) else {
            for item in items {
                self.expression(item)?;
            }
            self.emit(build(items.len() as u32), range);
            return Ok(());
        };
        let is_set = build(0) == Op::BuildSet(0);
        let (before, after) = items.split_at(star);
        for item in before {
            self.expression(item)?;
        }
        let start = if is_set { Op::BuildSet } else { Op::BuildList };
        self.emit(start(before.len() as u32), range);
        for item in after {
            match item {
                Expr::Starred(starred) => {
                    self.expression(&starred.value)?;
                    self.emit(if is_set { Op::SetExtend } else { Op::ListExtend }, starred.range);
                }
                item => {
                    self.expression(item)?;
                    self.emit(
                        if is_set { Op::SetAdd(1) } else { Op::ListAppend(1) },
                        item.range(),
                    );
                }
            }
        }
        if build(0) == Op::BuildTuple(0) {
            self.emit(Op::ListToTuple, range);
        }
        Ok(())
    }

    fn dict(&mut self, dict: &'a ast::ExprDict) -> Done {
        let split = dict
            .items
            .iter()
            .position(|item| item.key.is_none())
            .unwrap_or(dict.items.len());
        for item in &dict.items[..split] {
            if let Some(key) = &item.key {
                self.expression(key)?;
                self.expression(&item.value)?;
            }
        }
        self.emit(Op::BuildDict(split as u32), dict.range);
        for item in &dict.items[split..] {
            match &item.key {
                Some(key) => {
                    self.expression(key)?;
                    self.expression(&item.value)?;
                    self.emit(Op::DictAdd(1), dict.range);
                }
                None => {
                    self.expression(&item.value)?;
                    self.emit(Op::DictUpdate, item.value.range());
                }
            }
        }
        Ok(())
    }

    fn comparison(&mut self, comparison: &'a ast::ExprCompare) -> Done {
        let range = comparison.range;
        self.expression(&comparison.left)?;
        let last = comparison.ops.len().saturating_sub(1);
        let mut jumps = Vec::new();
        for (at, (op, right)) in comparison.ops.iter().zip(&comparison.comparators).enumerate() {
            self.expression(right)?;
            if at < last {
                // The right side is the left one of the next.
                self.emit(Op::Duplicate, range);
                self.emit(Op::RotateThree, range);
            }
            self.emit(compare(*op), range);
            if at < last {
                jumps.push(self.emit(Op::JumpIfFalseOrPop(0), range));
            }
        }
        if !jumps.is_empty() {
            let end = self.emit(Op::Jump(0), range);
            jumps.into_iter().for_each(|jump| self.land(jump));
            self.emit(Op::Swap, range);
            self.emit(Op::Pop, range);
            self.land(end);
        }
        Ok(())
    }

    /// A call. What is called, or the object of a plain method call, is on the stack.
    fn call(&mut self, call: &'a ast::ExprCall) -> Done {
        let arguments = &call.arguments;
        let end = call.range().end();
        if !is_plain(arguments) {
            return self.call_unpacked(call);
        }
        for argument in &arguments.args {
            self.expression(argument)?;
        }
        let mut names: Vec<Rc<Text>> = Vec::new();
        for keyword in &arguments.keywords {
            self.expression(&keyword.value)?;
            if let Some(name) = &keyword.arg {
                names.push(Text::new(name.as_str()));
            }
        }
        let keywords = (!names.is_empty()).then(|| {
            self.unit.keywords.push(names.into());
            self.unit.keywords.len() as u32 - 1
        });
        let count = arguments.args.len() as u32;
        match &*call.func {
            Expr::Attribute(attribute) => {
                let name = self.name(&attribute.attr);
                // From the method's name on: the steps before have places of their own.
                let range = attribute.attr.range.cover_offset(end);
                self.emit(Op::CallMethod(name, count, keywords), range);
            }
            _ => {
                self.emit(Op::Call(count, keywords), call.range());
            }
        }
        Ok(())
    }

    fn call_unpacked(&mut self, call: &'a ast::ExprCall) -> Done {
        let arguments = &call.arguments;
        let range = call.range();
        self.display(&arguments.args, range, Op::BuildTuple)?;
        if !arguments.keywords.is_empty() {
            self.emit(Op::BuildDict(0), range);
            for keyword in &arguments.keywords {
                match &keyword.arg {
                    Some(name) => {
                        self.constant(Value::text(name.as_str()), keyword.range);
                        self.expression(&keyword.value)?;
                        self.emit(Op::BuildDict(1), keyword.range);
                    }
                    None => self.expression(&keyword.value)?,
                }
                self.emit(Op::DictMerge, keyword.range);
            }
        }
        let range = match &*call.func {
            Expr::Attribute(attribute) => attribute.attr.range.cover_offset(range.end()),
            _ => range,
        };
        self.emit(Op::CallUnpacked(!arguments.keywords.is_empty()), range);
        Ok(())
    }

    /// Leaves the defaults of parameters: a tuple and a dict.
    pub(super) fn defaults(&mut self, parameters: Option<&'a ast::Parameters>, range: TextRange) -> Done {
        let mut count = 0;
        let positional = parameters
            .into_iter()
            .flat_map(|parameters| parameters.posonlyargs.iter().chain(&parameters.args));
        for default in positional.filter_map(|parameter| parameter.default.as_deref()) {
            self.expression(default)?;
            count += 1;
        }
        self.emit(Op::BuildTuple(count), range);
        count = 0;
        for parameter in parameters
            .into_iter()
            .flat_map(|parameters| &parameters.kwonlyargs)
        {
            if let Some(default) = parameter.default.as_deref() {
                self.constant(Value::text(parameter.name().as_str()), range);
                self.expression(default)?;
                count += 1;
            }
        }
        self.emit(Op::BuildDict(count), range);
        Ok(())
    }

    fn comprehension(
        &mut self,
        range: TextRange,
        name: &str,
        generators: &'a [ast::Comprehension],
        start: Op,
        result: impl FnOnce(&mut Self, u32) -> Done,
    ) -> Done {
        if let Some(generator) = generators.iter().find(|generator| generator.is_async) {
            return self.refuse(generator, "An async comprehension", "write a plain one");
        }
        self.emit(Op::BuildTuple(0), range);
        self.emit(Op::BuildDict(0), range);
        let builds = start != Op::Pop;
        self.function(range, name, None, |this| {
            if builds {
                this.emit(start, range);
            }
            let mut loops = Vec::new();
            for (at, generator) in generators.iter().enumerate() {
                let place = generator.range;
                if at == 0 {
                    this.emit(Op::LoadLocal(0), place);
                } else {
                    this.expression(&generator.iter)?;
                    this.emit(Op::Iterate, generator.iter.range());
                }
                let next = this.here();
                let end = this.emit(Op::ForNext(0), place);
                this.assign(&generator.target)?;
                for test in &generator.ifs {
                    this.expression(test)?;
                    this.emit(Op::JumpIfFalse(next), test.range());
                }
                loops.push((next, end));
            }
            result(this, loops.len() as u32 + 1)?;
            for (next, end) in loops.into_iter().rev() {
                this.emit(Op::Jump(next), range);
                this.land(end);
            }
            if builds {
                this.emit(Op::Return, range);
            }
            Ok(())
        })?;
        if let Some(first) = generators.first() {
            self.expression(&first.iter)?;
            self.emit(Op::Iterate, first.iter.range());
        }
        self.emit(Op::Call(1, None), range);
        Ok(())
    }

    fn f_string(&mut self, string: &'a ast::ExprFString) -> Done {
        let mut count = 0;
        for part in &string.value {
            match part {
                ast::FStringPart::Literal(literal) => {
                    self.constant(Value::text(&*literal.value), literal.range);
                    count += 1;
                }
                ast::FStringPart::FString(inner) => count += self.elements(&inner.elements)?,
            }
        }
        self.emit(Op::BuildString(count), string.range);
        Ok(())
    }

    /// The parts of an f-string, and how many they are.
    fn elements(&mut self, elements: &'a ast::InterpolatedStringElements) -> Result<u32, Refused> {
        let mut count = 0;
        for element in elements {
            match element {
                ast::InterpolatedStringElement::Literal(literal) => {
                    self.constant(Value::text(&*literal.value), literal.range);
                }
                ast::InterpolatedStringElement::Interpolation(inner) => {
                    if let Some(debug) = &inner.debug_text {
                        self.constant(Value::text(debug.as_str()), inner.range);
                        count += 1;
                    }
                    self.expression(&inner.expression)?;
                    if let Some(specification) = &inner.format_spec {
                        let parts = self.elements(&specification.elements)?;
                        self.emit(Op::BuildString(parts), specification.range);
                    }
                    // `{x=}` shows what `repr` does.
                    let shows = inner.debug_text.is_some() && inner.format_spec.is_none();
                    let conversion = inner.conversion.to_char().or(shows.then_some('r'));
                    self.emit(Op::Format(conversion, inner.format_spec.is_some()), inner.range);
                }
            }
            count += 1;
        }
        Ok(count)
    }
}

/// Whether nothing is unpacked into arguments.
fn is_plain(arguments: &ast::Arguments) -> bool {
    !arguments.args.iter().any(Expr::is_starred_expr)
        && arguments.keywords.iter().all(|keyword| keyword.arg.is_some())
}

pub(super) fn operator(op: Operator) -> Binary {
    match op {
        Operator::Add => Binary::Add,
        Operator::Sub => Binary::Sub,
        Operator::Mult => Binary::Mul,
        Operator::MatMult => Binary::MatMul,
        Operator::Div => Binary::Div,
        Operator::Mod => Binary::Mod,
        Operator::Pow => Binary::Pow,
        Operator::LShift => Binary::LeftShift,
        Operator::RShift => Binary::RightShift,
        Operator::BitOr => Binary::Or,
        Operator::BitXor => Binary::Xor,
        Operator::BitAnd => Binary::And,
        Operator::FloorDiv => Binary::FloorDiv,
    }
}

fn compare(op: CmpOp) -> Op {
    match op {
        CmpOp::Eq => Op::Compare(Comparison::Eq),
        CmpOp::NotEq => Op::Compare(Comparison::Ne),
        CmpOp::Lt => Op::Compare(Comparison::Lt),
        CmpOp::LtE => Op::Compare(Comparison::Le),
        CmpOp::Gt => Op::Compare(Comparison::Gt),
        CmpOp::GtE => Op::Compare(Comparison::Ge),
        CmpOp::Is => Op::Is,
        CmpOp::IsNot => Op::IsNot,
        CmpOp::In => Op::In,
        CmpOp::NotIn => Op::NotIn,
    }
}
