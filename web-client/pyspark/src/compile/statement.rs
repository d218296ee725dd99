//! Statements.

use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_text_size::{Ranged, TextRange};

use super::{Block, Compiler, Done, Refused, expression::operator, scope::Kind};
use crate::{code::Op, value::Value};

impl<'a> Compiler<'a> {
    pub(super) fn statements(&mut self, statements: &'a [Stmt]) -> Done {
        statements
            .iter()
            .try_for_each(|statement| self.statement(statement))
    }

    pub(super) fn statement(&mut self, statement: &'a Stmt) -> Done {
        let range = statement.range();
        match statement {
            Stmt::Expr(statement) => {
                self.expression(&statement.value)?;
                self.emit(Op::Pop, range);
            }
            Stmt::Assign(assign) => {
                self.expression(&assign.value)?;
                for (at, target) in assign.targets.iter().enumerate() {
                    if at + 1 < assign.targets.len() {
                        self.emit(Op::Duplicate, range);
                    }
                    self.assign(target)?;
                }
            }
            Stmt::AugAssign(assign) => self.augmented(assign)?,
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    self.expression(value)?;
                    self.assign(&assign.target)?;
                }
            }
            Stmt::FunctionDef(def) => self.definition(def)?,
            Stmt::Return(statement) => {
                if self.scopes.all[self.unit.scope].kind != Kind::Function {
                    return Err(Refused::syntax("'return' outside function", range));
                }
                match &statement.value {
                    Some(value) => self.expression(value)?,
                    None => self.constant(Value::None, range),
                }
                self.leave(0, range, true)?;
                self.emit(Op::Return, range);
            }
            Stmt::If(statement) => self.choice(statement)?,
            Stmt::While(statement) => {
                let next = self.here();
                self.expression(&statement.test)?;
                let end = self.emit(Op::JumpIfFalse(0), statement.test.range());
                self.repeat(next, false, &statement.body, &statement.orelse, end, range)?;
            }
            Stmt::For(statement) => {
                if statement.is_async {
                    return self.refuse(statement, "async for", "write a plain for");
                }
                self.expression(&statement.iter)?;
                self.emit(Op::Iterate, statement.iter.range());
                let next = self.here();
                let end = self.emit(Op::ForNext(0), statement.iter.range());
                self.assign(&statement.target)?;
                self.repeat(next, true, &statement.body, &statement.orelse, end, range)?;
            }
            Stmt::Break(_) => self.jump_out(range, true)?,
            Stmt::Continue(_) => self.jump_out(range, false)?,
            Stmt::Try(statement) => {
                if statement.is_star {
                    return self.refuse(statement, "except*", "write except");
                }
                self.attempt(statement)?;
            }
            Stmt::With(statement) => {
                if statement.is_async {
                    return self.refuse(statement, "async with", "write a plain with");
                }
                self.with(&statement.items, &statement.body, range)?;
            }
            Stmt::Raise(statement) => {
                let mut count = 0;
                for part in [&statement.exc, &statement.cause].into_iter().flatten() {
                    self.expression(part)?;
                    count += 1;
                }
                self.emit(Op::Raise(count), range);
            }
            Stmt::Assert(statement) => {
                self.expression(&statement.test)?;
                let end = self.emit(Op::JumpIfTrue(0), statement.test.range());
                if let Some(message) = &statement.msg {
                    self.expression(message)?;
                }
                self.emit(Op::Assert(statement.msg.is_some()), range);
                self.land(end);
            }
            Stmt::Delete(statement) => {
                for target in &statement.targets {
                    self.delete_target(target)?;
                }
            }
            Stmt::Import(statement) => {
                for alias in &statement.names {
                    let name = self.name(&alias.name);
                    self.emit(Op::Import(name), alias.range);
                    match &alias.asname {
                        Some(other) => self.store(other, alias.range),
                        None => match alias.name.split_once('.') {
                            Some((first, _)) => {
                                // The whole is imported for its errors; the name is that of its first part.
                                self.emit(Op::Pop, alias.range);
                                let name = self.name(first);
                                self.emit(Op::Import(name), alias.range);
                                self.store(first, alias.range);
                            }
                            None => self.store(&alias.name, alias.range),
                        },
                    }
                }
            }
            Stmt::ImportFrom(statement) => self.import_from(statement)?,
            Stmt::Match(statement) => self.matching(statement)?,
            Stmt::Pass(_) | Stmt::Global(_) | Stmt::Nonlocal(_) => {}
            Stmt::ClassDef(_) => {
                return self.refuse(
                    statement,
                    "A class statement",
                    "use functions, dicts or Row; user-defined functions and data sources need a Python worker",
                );
            }
            Stmt::TypeAlias(_) => return self.refuse(statement, "A type alias", "leave it out"),
            Stmt::IpyEscapeCommand(_) => {
                return self.refuse(statement, "A command of IPython's", "write Python");
            }
        }
        Ok(())
    }

    /// Stores the top of the stack.
    pub(super) fn assign(&mut self, target: &'a Expr) -> Done {
        let range = target.range();
        match target {
            Expr::Name(name) => self.store(&name.id, range),
            Expr::Attribute(attribute) => {
                self.expression(&attribute.value)?;
                let name = self.name(&attribute.attr);
                self.emit(Op::SetAttribute(name), range);
            }
            Expr::Subscript(subscript) => {
                self.expression(&subscript.value)?;
                self.expression(&subscript.slice)?;
                self.emit(Op::SetItem, range);
            }
            Expr::Tuple(ast::ExprTuple { elts, .. }) | Expr::List(ast::ExprList { elts, .. }) => {
                let mut stars = elts.iter().enumerate().filter(|(_, item)| item.is_starred_expr());
                match (stars.next(), stars.next()) {
                    (Some((star, _)), None) => {
                        self.emit(
                            Op::UnpackStarred(star as u32, (elts.len() - star - 1) as u32),
                            range,
                        );
                    }
                    (Some(_), Some((_, second))) => {
                        return Err(Refused::syntax(
                            "multiple starred expressions in assignment",
                            second.range(),
                        ));
                    }
                    (None, _) => {
                        self.emit(Op::Unpack(elts.len() as u32), range);
                    }
                }
                for item in elts {
                    match item {
                        Expr::Starred(starred) => self.assign(&starred.value)?,
                        item => self.assign(item)?,
                    }
                }
            }
            _ => return Err(Refused::syntax("cannot assign to this expression", range)),
        }
        Ok(())
    }

    fn delete_target(&mut self, target: &'a Expr) -> Done {
        let range = target.range();
        match target {
            Expr::Name(name) => self.delete(&name.id, range),
            Expr::Attribute(attribute) => {
                self.expression(&attribute.value)?;
                let name = self.name(&attribute.attr);
                self.emit(Op::DeleteAttribute(name), range);
            }
            Expr::Subscript(subscript) => {
                self.expression(&subscript.value)?;
                self.expression(&subscript.slice)?;
                self.emit(Op::DeleteItem, range);
            }
            Expr::Tuple(ast::ExprTuple { elts, .. }) | Expr::List(ast::ExprList { elts, .. }) => {
                elts.iter().try_for_each(|item| self.delete_target(item))?;
            }
            _ => return Err(Refused::syntax("cannot delete this expression", range)),
        }
        Ok(())
    }

    fn augmented(&mut self, assign: &'a ast::StmtAugAssign) -> Done {
        let range = assign.range;
        let op = Op::InPlace(operator(assign.op));
        match &*assign.target {
            Expr::Name(name) => {
                self.load(&name.id, name.range);
                self.expression(&assign.value)?;
                self.emit(op, range);
                self.store(&name.id, range);
            }
            Expr::Attribute(attribute) => {
                self.expression(&attribute.value)?;
                self.emit(Op::Duplicate, range);
                let name = self.name(&attribute.attr);
                self.emit(Op::Attribute(name), range);
                self.expression(&assign.value)?;
                self.emit(op, range);
                self.emit(Op::Swap, range);
                self.emit(Op::SetAttribute(name), range);
            }
            Expr::Subscript(subscript) => {
                self.expression(&subscript.value)?;
                self.expression(&subscript.slice)?;
                self.emit(Op::DuplicateTwo, range);
                self.emit(Op::Item, range);
                self.expression(&assign.value)?;
                self.emit(op, range);
                // Value, container, item is what setting takes.
                self.emit(Op::RotateThree, range);
                self.emit(Op::SetItem, range);
            }
            _ => {
                return Err(Refused::syntax(
                    "illegal expression for augmented assignment",
                    range,
                ));
            }
        }
        Ok(())
    }

    fn definition(&mut self, def: &'a ast::StmtFunctionDef) -> Done {
        if def.is_async {
            return self.refuse(
                def,
                "async def",
                "write a plain def: cells wait for Spark by themselves",
            );
        }
        for decorator in &def.decorator_list {
            self.expression(&decorator.expression)?;
        }
        self.defaults(Some(&def.parameters), def.name.range)?;
        self.function(def.range, &def.name, Some(&def.parameters), |this| {
            this.statements(&def.body)
        })?;
        for decorator in def.decorator_list.iter().rev() {
            self.emit(Op::Call(1, None), decorator.range);
        }
        self.store(&def.name, def.name.range);
        Ok(())
    }

    fn choice(&mut self, statement: &'a ast::StmtIf) -> Done {
        let mut ends = Vec::new();
        self.expression(&statement.test)?;
        let mut otherwise = Some(self.emit(Op::JumpIfFalse(0), statement.test.range()));
        self.statements(&statement.body)?;
        for clause in &statement.elif_else_clauses {
            ends.push(self.emit(Op::Jump(0), clause.range));
            if let Some(jump) = otherwise.take() {
                self.land(jump);
            }
            if let Some(test) = &clause.test {
                self.expression(test)?;
                otherwise = Some(self.emit(Op::JumpIfFalse(0), test.range()));
            }
            self.statements(&clause.body)?;
        }
        ends.into_iter().chain(otherwise).for_each(|jump| self.land(jump));
        Ok(())
    }

    /// The body of a loop, and what is after it. `end` is the jump of the loop's own end.
    fn repeat(
        &mut self,
        next: u32,
        iterates: bool,
        body: &'a [Stmt],
        orelse: &'a [Stmt],
        end: usize,
        range: TextRange,
    ) -> Done {
        self.unit.blocks.push(Block::Loop {
            next,
            breaks: Vec::new(),
            iterates,
        });
        self.statements(body)?;
        self.emit(Op::Jump(next), range);
        let breaks = match self.unit.blocks.pop() {
            Some(Block::Loop { breaks, .. }) => breaks,
            _ => Vec::new(),
        };
        self.land(end);
        self.statements(orelse)?;
        breaks.into_iter().for_each(|jump| self.land(jump));
        Ok(())
    }

    fn jump_out(&mut self, range: TextRange, breaks: bool) -> Done {
        let inner = self
            .unit
            .blocks
            .iter()
            .rposition(|block| matches!(block, Block::Loop { .. }));
        let Some(at) = inner else {
            let what = if breaks {
                "'break' outside loop"
            } else {
                "'continue' not properly in loop"
            };
            return Err(Refused::syntax(what, range));
        };
        self.leave(at + 1, range, false)?;
        let Some(Block::Loop { next, iterates, .. }) = self.unit.blocks.get(at) else {
            return Ok(());
        };
        let (next, iterates) = (*next, *iterates);
        if !breaks {
            self.emit(Op::Jump(next), range);
            return Ok(());
        }
        if iterates {
            self.emit(Op::Pop, range);
        }
        let jump = self.emit(Op::Jump(0), range);
        if let Some(Block::Loop { breaks, .. }) = self.unit.blocks.get_mut(at) {
            breaks.push(jump);
        }
        Ok(())
    }

    /// Leaves all blocks from one on, the innermost first. What is returned stays on top of the stack.
    fn leave(&mut self, from: usize, range: TextRange, with_value: bool) -> Done {
        let mut left = Vec::new();
        let outcome = loop {
            if self.unit.blocks.len() <= from {
                break Ok(());
            }
            let Some(block) = self.unit.blocks.pop() else {
                break Ok(());
            };
            let step = self.leave_one(&block, range, with_value);
            left.push(block);
            if step.is_err() {
                break step;
            }
        };
        self.unit.blocks.extend(left.into_iter().rev());
        outcome
    }

    fn leave_one(&mut self, block: &Block<'a>, range: TextRange, with_value: bool) -> Done {
        let drop_below = |this: &mut Self| {
            if with_value {
                this.emit(Op::Swap, range);
            }
            this.emit(Op::Pop, range);
        };
        match block {
            Block::Loop { iterates: true, .. } => drop_below(self),
            Block::Loop { .. } => {}
            Block::Try => {
                self.emit(Op::EndTry, range);
            }
            Block::Finally(body) => {
                self.emit(Op::EndTry, range);
                self.statements(body)?;
            }
            Block::Handler => {
                self.emit(Op::EndHandler, range);
            }
            Block::FinallyHandler => {
                self.emit(Op::EndHandler, range);
                drop_below(self);
            }
            Block::With => {
                self.emit(Op::EndTry, range);
                if with_value {
                    self.emit(Op::Swap, range);
                }
                self.emit(Op::Exit, range);
            }
        }
        Ok(())
    }

    fn attempt(&mut self, statement: &'a ast::StmtTry) -> Done {
        let range = statement.range;
        if statement.finalbody.is_empty() {
            return self.handled(statement);
        }
        let handler = self.emit(Op::Try(0), range);
        self.unit.blocks.push(Block::Finally(&statement.finalbody));
        if statement.handlers.is_empty() {
            self.statements(&statement.body)?;
        } else {
            self.handled(statement)?;
        }
        self.unit.blocks.pop();
        self.emit(Op::EndTry, range);
        self.statements(&statement.finalbody)?;
        let end = self.emit(Op::Jump(0), range);
        self.land(handler);
        self.unit.blocks.push(Block::FinallyHandler);
        self.statements(&statement.finalbody)?;
        self.unit.blocks.pop();
        self.emit(Op::Reraise, range);
        self.land(end);
        Ok(())
    }

    /// `try` with its handlers, without `finally`.
    fn handled(&mut self, statement: &'a ast::StmtTry) -> Done {
        let range = statement.range;
        let handler = self.emit(Op::Try(0), range);
        self.unit.blocks.push(Block::Try);
        self.statements(&statement.body)?;
        self.unit.blocks.pop();
        self.emit(Op::EndTry, range);
        self.statements(&statement.orelse)?;
        let mut ends = vec![self.emit(Op::Jump(0), range)];
        self.land(handler);
        for ast::ExceptHandler::ExceptHandler(handler) in &statement.handlers {
            let place = handler.range;
            let other = match &handler.type_ {
                Some(class) => {
                    self.expression(class)?;
                    self.emit(Op::Matches, class.range());
                    Some(self.emit(Op::JumpIfFalse(0), place))
                }
                None => None,
            };
            match &handler.name {
                Some(name) => self.store(name, name.range),
                None => {
                    self.emit(Op::Pop, place);
                }
            }
            self.unit.blocks.push(Block::Handler);
            self.statements(&handler.body)?;
            self.unit.blocks.pop();
            self.emit(Op::EndHandler, place);
            if let Some(name) = &handler.name {
                self.constant(Value::None, place);
                self.store(name, name.range);
                self.delete(name, name.range);
            }
            ends.push(self.emit(Op::Jump(0), place));
            if let Some(other) = other {
                self.land(other);
            }
        }
        self.emit(Op::Reraise, range);
        ends.into_iter().for_each(|jump| self.land(jump));
        Ok(())
    }

    fn with(&mut self, items: &'a [ast::WithItem], body: &'a [Stmt], range: TextRange) -> Done {
        let Some((item, rest)) = items.split_first() else {
            return self.statements(body);
        };
        self.expression(&item.context_expr)?;
        self.emit(Op::Enter, item.context_expr.range());
        match &item.optional_vars {
            Some(target) => self.assign(target)?,
            None => {
                self.emit(Op::Pop, item.range);
            }
        }
        let handler = self.emit(Op::Try(0), range);
        self.unit.blocks.push(Block::With);
        self.with(rest, body, range)?;
        self.unit.blocks.pop();
        self.emit(Op::EndTry, range);
        self.emit(Op::Exit, item.range);
        let end = self.emit(Op::Jump(0), range);
        self.land(handler);
        self.emit(Op::ExitRaised, item.range);
        let forgotten = self.emit(Op::JumpIfTrue(0), item.range);
        self.emit(Op::Reraise, item.range);
        self.land(forgotten);
        self.emit(Op::Pop, item.range);
        self.emit(Op::Pop, item.range);
        self.emit(Op::EndHandler, item.range);
        self.land(end);
        Ok(())
    }

    fn import_from(&mut self, statement: &'a ast::StmtImportFrom) -> Done {
        let range = statement.range;
        let Some(module) = statement.module.as_ref().filter(|_| statement.level == 0) else {
            return self.refuse(statement, "A relative import", "a cell belongs to no package");
        };
        if module.as_str() == "__future__" {
            return Ok(());
        }
        let name = self.name(module);
        self.emit(Op::Import(name), range);
        for alias in &statement.names {
            if alias.name.as_str() == "*" {
                self.emit(Op::ImportAll, alias.range);
                return Ok(());
            }
            let name = self.name(&alias.name);
            self.emit(Op::ImportFrom(name), alias.range);
            self.store(alias.asname.as_ref().unwrap_or(&alias.name), alias.range);
        }
        self.emit(Op::Pop, range);
        Ok(())
    }
}
