//! Which names are local, which are shared with functions inside, which are global.

use std::collections::{BTreeSet, HashMap};

use ruff_python_ast::{
    self as ast, Expr, ExprContext, Stmt,
    visitor::{self, Visitor},
};
use ruff_text_size::TextRange;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Module,
    Function,
    Comprehension,
}

/// The names of a module, a function or a comprehension.
#[derive(Debug)]
pub(crate) struct Scope {
    pub(crate) kind: Kind,
    parent: Option<usize>,
    bound: BTreeSet<String>,
    used: BTreeSet<String>,
    globals: BTreeSet<String>,
    nonlocals: BTreeSet<String>,
    /// Own names that functions inside use.
    pub(crate) cells: Vec<String>,
    /// Names of functions around that it, or a function inside, uses.
    pub(crate) free: Vec<String>,
    pub(crate) is_generator: bool,
    pub(crate) range: TextRange,
}

impl Scope {
    fn new(kind: Kind, parent: Option<usize>, range: TextRange) -> Self {
        Self {
            kind,
            parent,
            bound: BTreeSet::new(),
            used: BTreeSet::new(),
            globals: BTreeSet::new(),
            nonlocals: BTreeSet::new(),
            cells: Vec::new(),
            free: Vec::new(),
            is_generator: false,
            range,
        }
    }

    /// Whether a name is its own.
    pub(crate) fn owns(&self, name: &str) -> bool {
        self.kind != Kind::Module
            && self.bound.contains(name)
            && !self.globals.contains(name)
            && !self.nonlocals.contains(name)
    }
}

/// All scopes of a module, by where they stand.
pub(crate) struct Scopes {
    pub(crate) all: Vec<Scope>,
    places: HashMap<TextRange, usize>,
    /// What is wrong with the names, and where.
    pub(crate) error: Option<(String, TextRange)>,
}

impl Scopes {
    pub(crate) fn of(module: &ast::ModModule) -> Self {
        let mut collector = Collector {
            scopes: Self {
                all: vec![Scope::new(Kind::Module, None, module.range)],
                places: HashMap::new(),
                error: None,
            },
            at: 0,
        };
        for stmt in &module.body {
            collector.visit_stmt(stmt);
        }
        let mut scopes = collector.scopes;
        scopes.resolve();
        scopes
    }

    pub(crate) fn at(&self, range: TextRange) -> usize {
        self.places.get(&range).copied().unwrap_or(0)
    }

    /// Inner scopes come after outer ones, so that going backwards meets the inner ones first.
    fn resolve(&mut self) {
        let mut wanted: Vec<BTreeSet<String>> = vec![BTreeSet::new(); self.all.len()];
        for at in (1..self.all.len()).rev() {
            let scope = &self.all[at];
            let mut free = BTreeSet::new();
            let mut cells = Vec::new();
            let from_inside = wanted[at].clone();
            for name in from_inside.iter().chain(&scope.used).chain(&scope.nonlocals) {
                if scope.owns(name) {
                    if from_inside.contains(name) && !cells.contains(name) {
                        cells.push(name.clone());
                    }
                } else if !scope.globals.contains(name) && self.owner(at, name).is_some() {
                    free.insert(name.clone());
                } else if scope.nonlocals.contains(name) && self.error.is_none() {
                    self.error = Some((format!("no binding for nonlocal '{name}' found"), scope.range));
                }
            }
            if let Some(parent) = scope.parent {
                wanted[parent].extend(free.iter().cloned());
            }
            let scope = &mut self.all[at];
            scope.cells = cells;
            scope.free = free.into_iter().collect();
        }
    }

    /// The scope around that has the name.
    fn owner(&self, at: usize, name: &str) -> Option<usize> {
        let mut parent = self.all[at].parent;
        while let Some(at) = parent {
            if self.all[at].owns(name) {
                return Some(at);
            }
            parent = self.all[at].parent;
        }
        None
    }
}

struct Collector {
    scopes: Scopes,
    at: usize,
}

impl Collector {
    fn scope(&mut self) -> &mut Scope {
        &mut self.scopes.all[self.at]
    }

    fn bind(&mut self, name: &str) {
        self.scope().bound.insert(name.to_owned());
    }

    /// Visits something in a scope of its own.
    fn inside(&mut self, kind: Kind, range: TextRange, work: impl FnOnce(&mut Self)) {
        let outer = self.at;
        self.at = self.scopes.all.len();
        self.scopes.all.push(Scope::new(kind, Some(outer), range));
        self.scopes.places.insert(range, self.at);
        work(self);
        self.at = outer;
    }

    fn parameters(&mut self, parameters: &ast::Parameters) {
        for parameter in parameters.iter() {
            self.bind(parameter.name());
        }
    }

    fn defaults(&mut self, parameters: &ast::Parameters) {
        for parameter in parameters.iter_non_variadic_params() {
            if let Some(default) = &parameter.default {
                self.visit_expr(default);
            }
        }
    }

    fn comprehension<'a>(
        &mut self,
        range: TextRange,
        generators: &'a [ast::Comprehension],
        results: &[&'a Expr],
        is_generator: bool,
    ) {
        if let Some(first) = generators.first() {
            self.visit_expr(&first.iter);
        }
        self.inside(Kind::Comprehension, range, |this| {
            this.scope().is_generator = is_generator;
            for (at, generator) in generators.iter().enumerate() {
                if at > 0 {
                    this.visit_expr(&generator.iter);
                }
                this.visit_expr(&generator.target);
                for test in &generator.ifs {
                    this.visit_expr(test);
                }
            }
            for result in results {
                this.visit_expr(result);
            }
        });
    }
}

impl<'a> Visitor<'a> for Collector {
    fn visit_annotation(&mut self, _: &'a Expr) {}

    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(def) => {
                self.bind(&def.name);
                for decorator in &def.decorator_list {
                    self.visit_expr(&decorator.expression);
                }
                self.defaults(&def.parameters);
                self.inside(Kind::Function, def.range, |this| {
                    this.parameters(&def.parameters);
                    for stmt in &def.body {
                        this.visit_stmt(stmt);
                    }
                });
            }
            Stmt::Global(global) => {
                for name in &global.names {
                    self.scope().globals.insert(name.to_string());
                }
            }
            Stmt::Nonlocal(nonlocal) => {
                for name in &nonlocal.names {
                    self.scope().nonlocals.insert(name.to_string());
                }
            }
            Stmt::Import(import) => {
                for alias in &import.names {
                    let name = alias.asname.as_ref().unwrap_or(&alias.name);
                    self.bind(name.split('.').next().unwrap_or(name));
                }
            }
            Stmt::ImportFrom(import) => {
                for alias in &import.names {
                    self.bind(alias.asname.as_ref().unwrap_or(&alias.name));
                }
            }
            // Refused where it stands.
            Stmt::ClassDef(_) => {}
            _ => visitor::walk_stmt(self, stmt),
        }
    }

    fn visit_except_handler(&mut self, handler: &'a ast::ExceptHandler) {
        let ast::ExceptHandler::ExceptHandler(inner) = handler;
        if let Some(name) = &inner.name {
            self.bind(name);
        }
        visitor::walk_except_handler(self, handler);
    }

    fn visit_pattern(&mut self, pattern: &'a ast::Pattern) {
        let name = match pattern {
            ast::Pattern::MatchAs(pattern) => pattern.name.as_ref(),
            ast::Pattern::MatchStar(pattern) => pattern.name.as_ref(),
            ast::Pattern::MatchMapping(pattern) => pattern.rest.as_ref(),
            _ => None,
        };
        if let Some(name) = name {
            self.bind(name);
        }
        visitor::walk_pattern(self, pattern);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) => match name.ctx {
                ExprContext::Load => {
                    self.scope().used.insert(name.id.to_string());
                }
                _ => {
                    self.bind(&name.id);
                    self.scope().used.insert(name.id.to_string());
                }
            },
            Expr::Named(named) => {
                self.visit_expr(&named.value);
                if let Expr::Name(name) = &*named.target {
                    // In a comprehension it is bound around it.
                    let mut at = self.at;
                    while self.scopes.all[at].kind == Kind::Comprehension {
                        self.scopes.all[at].nonlocals.insert(name.id.to_string());
                        at = self.scopes.all[at].parent.unwrap_or(0);
                    }
                    if self.scopes.all[at].kind == Kind::Module {
                        let mut inner = self.at;
                        while inner != at {
                            let scope = &mut self.scopes.all[inner];
                            scope.nonlocals.remove(name.id.as_str());
                            scope.globals.insert(name.id.to_string());
                            inner = scope.parent.unwrap_or(0);
                        }
                    }
                    self.scopes.all[at].bound.insert(name.id.to_string());
                }
            }
            Expr::Lambda(lambda) => {
                if let Some(parameters) = &lambda.parameters {
                    self.defaults(parameters);
                }
                self.inside(Kind::Function, lambda.range, |this| {
                    if let Some(parameters) = &lambda.parameters {
                        this.parameters(parameters);
                    }
                    this.visit_expr(&lambda.body);
                });
            }
            Expr::ListComp(comp) => self.comprehension(comp.range, &comp.generators, &[&comp.elt], false),
            Expr::SetComp(comp) => self.comprehension(comp.range, &comp.generators, &[&comp.elt], false),
            Expr::Generator(comp) => self.comprehension(comp.range, &comp.generators, &[&comp.elt], true),
            Expr::DictComp(comp) => {
                let results: Vec<&Expr> = comp.key.as_deref().into_iter().chain([&*comp.value]).collect();
                self.comprehension(comp.range, &comp.generators, &results, false);
            }
            Expr::Yield(_) | Expr::YieldFrom(_) => {
                self.scope().is_generator = true;
                visitor::walk_expr(self, expr);
            }
            _ => visitor::walk_expr(self, expr),
        }
    }
}
