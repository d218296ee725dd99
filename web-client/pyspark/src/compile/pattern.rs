//! `match`. Every part of the subject is kept in a hidden variable, so that a failed pattern leaves nothing behind.

use ruff_python_ast::{self as ast, Pattern};
use ruff_text_size::{Ranged, TextRange};

use super::{Compiler, Done, Refused};
use crate::{
    code::{Comparison, Op},
    value::Value,
};

impl<'a> Compiler<'a> {
    pub(super) fn matching(&mut self, statement: &'a ast::StmtMatch) -> Done {
        let subject = self.hidden();
        self.expression(&statement.subject)?;
        self.emit(Op::StoreLocal(subject), statement.subject.range());
        let mut ends = Vec::new();
        for case in &statement.cases {
            let mut fails = Vec::new();
            self.pattern(&case.pattern, subject, &mut fails)?;
            if let Some(guard) = &case.guard {
                self.expression(guard)?;
                fails.push(self.emit(Op::JumpIfFalse(0), guard.range()));
            }
            self.statements(&case.body)?;
            ends.push(self.emit(Op::Jump(0), case.range));
            fails.into_iter().for_each(|jump| self.land(jump));
        }
        ends.into_iter().for_each(|jump| self.land(jump));
        Ok(())
    }

    /// Goes on if the variable matches, or jumps: the jumps are added to those of the case.
    fn pattern(&mut self, pattern: &'a Pattern, subject: u32, fails: &mut Vec<usize>) -> Done {
        let range = pattern.range();
        match pattern {
            Pattern::MatchValue(value) => {
                self.emit(Op::LoadLocal(subject), range);
                self.expression(&value.value)?;
                self.emit(Op::Compare(Comparison::Eq), range);
                fails.push(self.emit(Op::JumpIfFalse(0), range));
            }
            Pattern::MatchSingleton(singleton) => {
                self.emit(Op::LoadLocal(subject), range);
                let value = match singleton.value {
                    ast::Singleton::None => Value::None,
                    ast::Singleton::True => Value::Bool(true),
                    ast::Singleton::False => Value::Bool(false),
                };
                self.constant(value, range);
                self.emit(Op::Is, range);
                fails.push(self.emit(Op::JumpIfFalse(0), range));
            }
            Pattern::MatchSequence(sequence) => self.sequence(&sequence.patterns, subject, fails, range)?,
            Pattern::MatchMapping(mapping) => self.mapping(mapping, subject, fails)?,
            Pattern::MatchClass(class) => self.class(class, subject, fails)?,
            Pattern::MatchStar(_) => return Err(Refused::syntax("invalid syntax", range)),
            Pattern::MatchAs(binding) => {
                if let Some(inner) = &binding.pattern {
                    self.pattern(inner, subject, fails)?;
                }
                if let Some(name) = &binding.name {
                    self.emit(Op::LoadLocal(subject), range);
                    self.store(name, range);
                }
            }
            Pattern::MatchOr(choice) => {
                let mut ends = Vec::new();
                let mut missed = Vec::new();
                for inner in &choice.patterns {
                    missed.drain(..).for_each(|jump| self.land(jump));
                    self.pattern(inner, subject, &mut missed)?;
                    ends.push(self.emit(Op::Jump(0), range));
                }
                // All but the last landed at the next choice.
                fails.append(&mut missed);
                ends.into_iter().for_each(|jump| self.land(jump));
            }
        }
        Ok(())
    }

    fn sequence(
        &mut self,
        patterns: &'a [Pattern],
        subject: u32,
        fails: &mut Vec<usize>,
        range: TextRange,
    ) -> Done {
        let star = patterns.iter().position(Pattern::is_match_star);
        let least = patterns.len() - usize::from(star.is_some());
        self.emit(Op::LoadLocal(subject), range);
        self.emit(Op::IsSequence(least as u32, star.is_some()), range);
        fails.push(self.emit(Op::JumpIfFalse(0), range));
        for (at, pattern) in patterns.iter().enumerate() {
            let from_end = at as i64 - patterns.len() as i64;
            let after_star = star.is_some_and(|star| at > star);
            if let Pattern::MatchStar(rest) = pattern {
                if let Some(name) = &rest.name {
                    self.emit(Op::LoadLocal(subject), range);
                    self.emit(Op::BuildList(0), range);
                    self.emit(Op::Swap, range);
                    self.emit(Op::ListExtend, range);
                    self.constant(Value::size(at), range);
                    self.constant(
                        if from_end == -1 {
                            Value::None
                        } else {
                            Value::Int(from_end + 1)
                        },
                        range,
                    );
                    self.constant(Value::None, range);
                    self.emit(Op::Slice, range);
                    self.emit(Op::Item, range);
                    self.store(name, range);
                }
                continue;
            }
            let part = self.hidden();
            self.emit(Op::LoadLocal(subject), range);
            self.constant(
                if after_star {
                    Value::Int(from_end)
                } else {
                    Value::size(at)
                },
                range,
            );
            self.emit(Op::Item, range);
            self.emit(Op::StoreLocal(part), range);
            self.pattern(pattern, part, fails)?;
        }
        Ok(())
    }

    fn mapping(
        &mut self,
        mapping: &'a ast::PatternMatchMapping,
        subject: u32,
        fails: &mut Vec<usize>,
    ) -> Done {
        let range = mapping.range;
        self.emit(Op::LoadLocal(subject), range);
        self.emit(Op::IsMapping, range);
        fails.push(self.emit(Op::JumpIfFalse(0), range));
        for (key, pattern) in mapping.keys.iter().zip(&mapping.patterns) {
            self.expression(key)?;
            self.emit(Op::LoadLocal(subject), range);
            self.emit(Op::In, range);
            fails.push(self.emit(Op::JumpIfFalse(0), range));
            let part = self.hidden();
            self.emit(Op::LoadLocal(subject), range);
            self.expression(key)?;
            self.emit(Op::Item, range);
            self.emit(Op::StoreLocal(part), range);
            self.pattern(pattern, part, fails)?;
        }
        if let Some(rest) = &mapping.rest {
            self.emit(Op::LoadLocal(subject), range);
            for key in &mapping.keys {
                self.expression(key)?;
            }
            self.emit(Op::BuildTuple(mapping.keys.len() as u32), range);
            self.emit(Op::DictWithout, range);
            self.store(rest, range);
        }
        Ok(())
    }

    fn class(&mut self, class: &'a ast::PatternMatchClass, subject: u32, fails: &mut Vec<usize>) -> Done {
        let range = class.range;
        self.emit(Op::LoadLocal(subject), range);
        self.expression(&class.cls)?;
        self.emit(Op::InstanceOf, range);
        fails.push(self.emit(Op::JumpIfFalse(0), range));
        match &class.arguments.patterns[..] {
            [] => {}
            // As for int(x) and str(x): the value itself.
            [whole] => self.pattern(whole, subject, fails)?,
            [_, second, ..] => {
                return self.refuse(
                    second,
                    "A class pattern of several positions",
                    "name the attributes",
                );
            }
        }
        for keyword in &class.arguments.keywords {
            let name = self.name(&keyword.attr);
            self.emit(Op::LoadLocal(subject), range);
            self.emit(Op::HasAttribute(name), range);
            fails.push(self.emit(Op::JumpIfFalse(0), range));
            let part = self.hidden();
            self.emit(Op::LoadLocal(subject), range);
            self.emit(Op::Attribute(name), range);
            self.emit(Op::StoreLocal(part), range);
            self.pattern(&keyword.pattern, part, fails)?;
        }
        Ok(())
    }
}
