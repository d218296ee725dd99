//! Plain instructions, one after the other, until something has to wait.

use std::rc::Rc;

use super::{
    Flow, Vm,
    call::Invoked,
    end_jump,
    frame::{End, Frame, Handler},
    native::Arguments,
    perform::{Wait, read_only},
};
use crate::{
    builtins,
    code::{Binary, Op},
    exception::{self, R, raise, type_error},
    limits, modules, spark,
    types::{self, arithmetic, compare},
    value::{
        Dict, Function, Set, Tuple, Value,
        iterator::{State, Step, iterate},
    },
};

/// Instructions between two turns of others.
const TURN: u64 = 1 << 19;

impl Vm {
    /// Runs instructions until the frames above a number have done what they were asked for.
    pub(super) fn advance(&mut self, base: usize) -> R<Flow> {
        let mut since_pause: u64 = 0;
        loop {
            since_pause += 1;
            if since_pause > TURN {
                return Ok(Flow::Wait(Wait::Pause));
            }
            limits::spend(1)?;
            limits::check_memory()?;
            let Some(frame) = self.frames.last_mut() else {
                return Ok(Flow::Done(Value::None));
            };
            let Some(&op) = frame.code.ops.get(frame.at) else {
                return Err(raise(&exception::RUNTIME_ERROR, "the code has no end"));
            };
            frame.at += 1;
            match op {
                Op::Return => {
                    let value = frame.pop();
                    let frame = self.frames.pop();
                    let generator = frame.as_ref().and_then(|frame| frame.generator.clone());
                    let end = end_jump(frame.as_ref().and_then(|frame| frame.end));
                    if let Some(frame) = frame {
                        limits::bury(frame.into_values());
                    }
                    let done = self.frames.len() == base;
                    match generator {
                        Some(generator) => {
                            *generator.0.borrow_mut() = State::Done;
                            if done {
                                return Ok(Flow::Ended);
                            }
                            if let (Some(frame), Some(target)) = (self.frames.last_mut(), end) {
                                frame.pop();
                                frame.at = target;
                            }
                        }
                        None if done => return Ok(Flow::Done(value)),
                        None => self.push(value),
                    }
                }
                Op::Yield => {
                    let value = frame.pop();
                    // What the expression is when it goes on.
                    frame.stack.push(Value::None);
                    let Some(mut frame) = self.frames.pop() else {
                        continue;
                    };
                    frame.end = None;
                    if let Some(generator) = frame.generator.take()
                        && let State::Generator(slot, _) = &mut *generator.0.borrow_mut()
                    {
                        *slot = Some(Box::new(frame));
                    }
                    if self.frames.len() == base {
                        return Ok(Flow::Done(value));
                    }
                    self.push(value);
                }
                _ => {
                    if let Some(wait) = self.instruction(op)? {
                        return Ok(Flow::Wait(wait));
                    }
                }
            }
        }
    }

    pub(super) fn frame(&mut self) -> R<&mut Frame> {
        self.frames
            .last_mut()
            .ok_or_else(|| raise(&exception::RUNTIME_ERROR, "no frame"))
    }

    #[expect(clippy::too_many_lines, reason = "one arm for each instruction")]
    fn instruction(&mut self, op: Op) -> R<Option<Wait>> {
        let frame = self.frame()?;
        match op {
            Op::Constant(at) => {
                let value = frame.code.constants[at as usize].clone();
                frame.stack.push(value);
            }
            Op::Pop => drop(frame.pop()),
            Op::Duplicate => {
                let value = frame.peek(0);
                frame.stack.push(value);
            }
            Op::DuplicateTwo => {
                let (a, b) = (frame.peek(1), frame.peek(0));
                frame.stack.extend([a, b]);
            }
            Op::Swap => {
                let len = frame.stack.len();
                if len >= 2 {
                    frame.stack.swap(len - 1, len - 2);
                }
            }
            Op::RotateThree => {
                let top = frame.pop();
                let at = frame.stack.len().saturating_sub(2);
                frame.stack.insert(at, top);
            }
            Op::LoadLocal(_)
            | Op::StoreLocal(_)
            | Op::DeleteLocal(_)
            | Op::LoadCell(_)
            | Op::StoreCell(_)
            | Op::DeleteCell(_)
            | Op::LoadGlobal(_)
            | Op::StoreGlobal(_)
            | Op::DeleteGlobal(_) => self.variable(op)?,
            Op::Attribute(at) => {
                let name = frame.code.names[at as usize].clone();
                let object = frame.pop();
                if matches!(object, Value::Object(_)) {
                    return Ok(Some(Wait::Attribute(object, name)));
                }
                match types::attribute::get(&object, &name)? {
                    Some(value) => self.push(value),
                    None => return Err(types::attribute::missing(&object, &name)),
                }
            }
            Op::SetAttribute(at) => {
                let name = frame.code.names[at as usize].clone();
                let object = frame.pop();
                let value = frame.pop();
                let set = match &object {
                    Value::Object(object) => object.set_attribute(&name, value),
                    _ => None,
                };
                set.unwrap_or_else(|| Err(read_only(&object, &name)))?;
            }
            Op::DeleteAttribute(at) => {
                let name = frame.code.names[at as usize].clone();
                let object = frame.pop();
                return Err(read_only(&object, &name));
            }
            Op::Item => {
                let item = frame.pop();
                let object = frame.pop();
                if matches!(object, Value::Object(_)) {
                    return Ok(Some(Wait::Item(object, item)));
                }
                frame.stack.push(types::item::get(&object, &item)?);
            }
            Op::SetItem => {
                let item = frame.pop();
                let object = frame.pop();
                let value = frame.pop();
                if matches!((&object, &item), (Value::List(_), Value::Slice(_))) {
                    return Ok(Some(Wait::SetSlice(object, item, value)));
                }
                types::item::set(&object, &item, value)?;
            }
            Op::DeleteItem => {
                let item = frame.pop();
                let object = frame.pop();
                types::item::delete(&object, &item)?;
            }
            Op::Slice => {
                let parts = frame.take(3);
                frame.stack.push(Value::Slice(Tuple::new(parts)));
            }
            Op::Binary(op) => return self.operate(op, false),
            Op::InPlace(op) => return self.operate(op, true),
            Op::Unary(op) => {
                let value = frame.pop();
                let value = arithmetic::unary(op, &value)?;
                let value = self.written_here(value);
                self.push(value);
            }
            Op::Not => {
                let value = frame.pop();
                let truth = types::truth(&value)?;
                frame.stack.push(Value::Bool(!truth));
            }
            Op::Compare(op) => {
                let b = frame.pop();
                let a = frame.pop();
                let value = compare::compare(op, &a, &b)?;
                let value = self.written_here(value);
                self.push(value);
            }
            Op::In | Op::NotIn => {
                let container = frame.pop();
                let item = frame.pop();
                let wanted = op == Op::In;
                match compare::contains(&container, &item)? {
                    Some(found) => frame.stack.push(Value::Bool(found == wanted)),
                    None => return Ok(Some(Wait::Contains(container, item, wanted))),
                }
            }
            Op::Is | Op::IsNot => {
                let b = frame.pop();
                let a = frame.pop();
                frame.stack.push(Value::Bool(a.is(&b) == (op == Op::Is)));
            }
            Op::Jump(target) => frame.at = target as usize,
            Op::JumpIfFalse(target) | Op::JumpIfTrue(target) => {
                let value = frame.pop();
                if types::truth(&value)? == matches!(op, Op::JumpIfTrue(_)) {
                    frame.at = target as usize;
                }
            }
            Op::JumpIfFalseOrPop(target) | Op::JumpIfTrueOrPop(target) => {
                let truth = types::truth(&frame.peek(0))?;
                if truth == matches!(op, Op::JumpIfTrueOrPop(_)) {
                    frame.at = target as usize;
                } else {
                    frame.pop();
                }
            }
            Op::BuildList(count) => {
                let values = frame.take(count);
                frame.stack.push(Value::list(values));
            }
            Op::BuildTuple(count) => {
                let values = frame.take(count);
                frame.stack.push(Value::tuple(values));
            }
            Op::BuildSet(count) => {
                let values = frame.take(count);
                frame.stack.push(Value::set(Set::of(values, false)?));
            }
            Op::BuildDict(count) => {
                let values = frame.take(count * 2);
                let dict = Dict::new();
                let mut values = values.into_iter();
                while let (Some(key), Some(value)) = (values.next(), values.next()) {
                    dict.insert(key, value)?;
                }
                frame.stack.push(Value::dict(dict));
            }
            Op::ListAppend(below) => {
                let value = frame.pop();
                if let Value::List(list) = frame.peek(below as usize - 1) {
                    list.push(value);
                }
            }
            Op::SetAdd(below) => {
                let value = frame.pop();
                if let Value::Set(set) = frame.peek(below as usize - 1) {
                    set.insert(value)?;
                }
            }
            Op::DictAdd(below) => {
                let value = frame.pop();
                let key = frame.pop();
                if let Value::Dict(dict) = frame.peek(below as usize - 1) {
                    dict.insert(key, value)?;
                }
            }
            Op::ListExtend => {
                let values = frame.pop();
                if let Value::List(list) = frame.peek(0) {
                    return Ok(Some(Wait::Extend(list, values)));
                }
            }
            Op::SetExtend => {
                let values = frame.pop();
                if let Value::Set(set) = frame.peek(0) {
                    return Ok(Some(Wait::ExtendSet(set, values)));
                }
            }
            Op::DictUpdate => {
                let values = frame.pop();
                if let Value::Dict(dict) = frame.peek(0) {
                    return Ok(Some(Wait::Update(dict, values)));
                }
            }
            Op::DictMerge => {
                let values = frame.pop();
                let Value::Dict(dict) = frame.peek(0) else {
                    return Ok(None);
                };
                let Value::Dict(values) = &values else {
                    return Err(type_error(format!(
                        "argument after ** must be a mapping, not {}",
                        types::class_of(&values).name
                    )));
                };
                for (key, value) in values.pairs() {
                    let name = key
                        .as_str()
                        .ok_or_else(|| type_error("keywords must be strings"))?
                        .to_owned();
                    if dict.insert(key, value)?.is_some() {
                        return Err(type_error(format!(
                            "got multiple values for keyword argument '{name}'"
                        )));
                    }
                }
            }
            Op::ListToTuple => {
                if let Value::List(list) = frame.pop() {
                    frame.stack.push(Value::tuple(list.to_vec()));
                }
            }
            Op::Unpack(count) => {
                let value = frame.pop();
                let exact = match &value {
                    Value::Tuple(values) if values.len() == count as usize => Some(values.to_vec()),
                    Value::List(list) if list.borrow().len() == count as usize => Some(list.to_vec()),
                    _ => None,
                };
                match exact {
                    Some(values) => frame.stack.extend(values.into_iter().rev()),
                    None => return Ok(Some(Wait::Unpack(value, count as usize, None))),
                }
            }
            Op::UnpackStarred(before, after) => {
                let value = frame.pop();
                return Ok(Some(Wait::Unpack(value, before as usize, Some(after as usize))));
            }
            Op::Iterate => {
                let value = frame.pop();
                frame.stack.push(iterate(&value)?);
            }
            Op::ForNext(target) => return self.for_next(target as usize),
            Op::Call(count, keywords) => {
                let args = frame.arguments(count, keywords);
                let callee = frame.pop();
                return self.start(callee, args);
            }
            Op::CallMethod(name, count, keywords) => {
                let mut args = frame.arguments(count, keywords);
                let name = frame.code.names[name as usize].clone();
                let object = frame.pop();
                if let Value::Object(_) = &object {
                    return match types::class_of(&object).method(&name) {
                        Some(native) if !native.is_property() => {
                            args.positional.insert(0, object);
                            self.start(Value::Native(native), args)
                        }
                        _ => Ok(Some(Wait::Method(object, name, args))),
                    };
                }
                let callee = match types::attribute::get(&object, &name)? {
                    Some(callee) => callee,
                    None => return Err(types::attribute::missing(&object, &name)),
                };
                return self.start(callee, args);
            }
            Op::CallUnpacked(has_named) => {
                let named = match has_named.then(|| frame.pop()) {
                    Some(Value::Dict(dict)) => dict.pairs(),
                    _ => Vec::new(),
                };
                let positional = match frame.pop() {
                    Value::Tuple(values) => values.to_vec(),
                    _ => Vec::new(),
                };
                let named = named.into_iter().filter_map(|(key, value)| match key {
                    Value::Str(key) => Some((key, value)),
                    _ => None,
                });
                let args = Arguments {
                    positional,
                    named: named.collect(),
                };
                let callee = frame.pop();
                return self.start(callee, args);
            }
            Op::Function(at) => {
                let code = frame.code.codes[at as usize].clone();
                let keyword_defaults = match frame.pop() {
                    Value::Dict(dict) => dict,
                    _ => Rc::default(),
                };
                let defaults = match frame.pop() {
                    Value::Tuple(values) => values.to_vec(),
                    _ => Vec::new(),
                };
                let shared = code
                    .captures
                    .iter()
                    .filter_map(|&at| frame.cells.get(at).cloned())
                    .collect();
                frame.stack.push(Value::Function(Rc::new(Function {
                    code,
                    defaults,
                    keyword_defaults,
                    shared,
                })));
            }
            Op::Format(conversion, specified) => {
                let specification = match specified.then(|| frame.pop()) {
                    Some(Value::Str(text)) => text.as_str().to_owned(),
                    _ => String::new(),
                };
                let value = frame.pop();
                match (&value, conversion, specification.is_empty()) {
                    (Value::Str(_), None | Some('s'), true) => frame.stack.push(value),
                    _ => return Ok(Some(Wait::Format(value, conversion, specification))),
                }
            }
            Op::BuildString(count) => {
                let parts = frame.take(count);
                let bytes = parts.iter().filter_map(Value::as_str).map(str::len).sum();
                limits::reserve(bytes)?;
                let text: String = parts.iter().filter_map(Value::as_str).collect();
                frame.stack.push(Value::text(text));
            }
            Op::Try(target) => {
                let handler = Handler {
                    target: target as usize,
                    stack: frame.stack.len(),
                    handling: frame.handling.len(),
                };
                frame.handlers.push(handler);
            }
            Op::EndTry => drop(frame.handlers.pop()),
            Op::EndHandler => drop(frame.handling.pop()),
            Op::Raise(_) | Op::Reraise | Op::Matches | Op::Assert(_) => self.exception(op)?,
            Op::Enter => {
                let value = frame.pop();
                let Value::Object(object) = &value else {
                    return Err(type_error(format!(
                        "'{}' object does not support the context manager protocol",
                        types::class_of(&value).name
                    )));
                };
                let entered = object.clone().enter()?;
                frame.stack.extend([value.clone(), entered]);
            }
            Op::Exit => {
                if let Value::Object(object) = frame.pop() {
                    object.exit(None)?;
                }
            }
            Op::ExitRaised => {
                let raised = frame.peek(0);
                let forget = match frame.peek(1) {
                    Value::Object(object) => object.exit(Some(&raised))?,
                    _ => false,
                };
                frame.stack.push(Value::Bool(forget));
            }
            Op::Import(name) => {
                let name = frame.code.names[name as usize].clone();
                let module = modules::import(&name)?;
                self.push(module);
            }
            Op::ImportFrom(name) => {
                let name = frame.code.names[name as usize].clone();
                let module = frame.peek(0);
                self.push(modules::import_from(&module, &name)?);
            }
            Op::ImportAll => {
                if let Value::Module(module) = frame.pop() {
                    for (name, value) in modules::all(module) {
                        self.globals.insert(name, value);
                    }
                }
            }
            Op::Display => {
                let value = frame.pop();
                self.displayed = (!value.is_none()).then_some(value);
            }
            Op::IsSequence(count, at_least) => {
                let value = frame.pop();
                let matches = match &value {
                    Value::List(_) | Value::Tuple(_) | Value::Range(_) => {
                        let len = types::len(&value)?;
                        len == count as usize || at_least && len > count as usize
                    }
                    _ => false,
                };
                frame.stack.push(Value::Bool(matches));
            }
            Op::IsMapping => {
                let value = frame.pop();
                frame.stack.push(Value::Bool(matches!(value, Value::Dict(_))));
            }
            Op::InstanceOf => {
                let class = frame.pop();
                let value = frame.pop();
                frame
                    .stack
                    .push(Value::Bool(builtins::is_instance(&value, &class)?));
            }
            Op::HasAttribute(name) => {
                let name = frame.code.names[name as usize].clone();
                let value = frame.pop();
                let found = types::attribute::get(&value, &name)?.is_some();
                self.push(Value::Bool(found));
            }
            Op::DictWithout => {
                let keys = frame.pop();
                if let (Value::Dict(dict), Value::Tuple(keys)) = (frame.pop(), keys) {
                    let rest = dict.copy();
                    for key in keys.iter() {
                        rest.remove(key)?;
                    }
                    frame.stack.push(Value::dict(rest));
                }
            }
            Op::Return | Op::Yield => {}
        }
        Ok(None)
    }

    fn start(&mut self, callee: Value, args: Arguments) -> R<Option<Wait>> {
        match self.invoke(callee, args)? {
            Invoked::Value(value) => {
                self.push(value);
                Ok(None)
            }
            Invoked::Frame => Ok(None),
            Invoked::Later(callee, args) => Ok(Some(Wait::Call(callee, args))),
        }
    }

    fn for_next(&mut self, target: usize) -> R<Option<Wait>> {
        let frame = self.frame()?;
        let iterator = frame.peek(0);
        if let Value::Iter(iter) = &iterator {
            match iter.step()? {
                Step::Value(value) => {
                    frame.stack.push(value);
                    return Ok(None);
                }
                Step::Done => {
                    frame.pop();
                    frame.at = target;
                    return Ok(None);
                }
                Step::Run => {
                    if let Some(mut generator) = Self::resume(iter)? {
                        generator.end = Some(End::Jump(target));
                        self.push_frame(*generator)?;
                        return Ok(None);
                    }
                }
            }
        }
        Ok(Some(Wait::ForNext(iterator, target)))
    }

    fn operate(&mut self, op: Binary, in_place: bool) -> R<Option<Wait>> {
        let frame = self.frame()?;
        let b = frame.pop();
        let a = frame.pop();
        if op == Binary::Mod && matches!(a, Value::Str(_)) {
            return Ok(Some(Wait::Percent(a, b)));
        }
        if let (Binary::Add, true, Value::List(list)) = (op, in_place, &a) {
            frame.stack.push(a.clone());
            return Ok(Some(Wait::Extend(list.clone(), b)));
        }
        let value = match in_place {
            true => arithmetic::in_place(op, &a, &b)?,
            false => arithmetic::binary(op, &a, &b)?,
        };
        let value = self.written_here(value);
        self.push(value);
        Ok(None)
    }

    /// What an operator gave: a column remembers where it was written.
    fn written_here(&self, value: Value) -> Value {
        match value {
            Value::Object(_) => spark::written_here(self, value),
            plain => plain,
        }
    }
}

impl Frame {
    pub(super) fn pop(&mut self) -> Value {
        self.stack.pop().unwrap_or(Value::None)
    }

    /// So many places below the top.
    pub(super) fn peek(&self, below: usize) -> Value {
        let at = self.stack.len().checked_sub(below + 1);
        at.and_then(|at| self.stack.get(at))
            .cloned()
            .unwrap_or(Value::None)
    }

    pub(super) fn take(&mut self, count: u32) -> Vec<Value> {
        let at = self.stack.len().saturating_sub(count as usize);
        self.stack.split_off(at)
    }

    fn arguments(&mut self, count: u32, keywords: Option<u32>) -> Arguments {
        let named = match keywords {
            Some(at) => {
                let names = self.code.keywords[at as usize].clone();
                let values = self.take(names.len() as u32);
                names.iter().cloned().zip(values).collect()
            }
            None => Vec::new(),
        };
        Arguments {
            positional: self.take(count),
            named,
        }
    }
}
