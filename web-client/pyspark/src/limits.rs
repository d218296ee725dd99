//! What keeps a cell from taking everything: steps, memory, depth.
//!
//! The counters belong to the thread, so that comparing, hashing and writing values can count without being handed a
//! counter. A run takes its own steps along: [`Metered`] puts them in place whenever the run goes on.

use std::{
    cell::{Cell, RefCell},
    pin::Pin,
    task::{Context, Poll},
};

use crate::{
    exception::{self, Raised},
    value::Value,
};

/// Steps that a run may take: instructions, and the work inside of long ones.
pub(crate) const STEPS: u64 = 50_000_000;
/// Steps that a cell may take which is only planned, so that an editor need not wait.
pub(crate) const PLANNING_STEPS: u64 = 2_000_000;
/// Bytes that all values of all cells may hold.
pub(crate) const MEMORY: usize = 512 << 20;
/// Nested calls of functions.
pub(crate) const FRAMES: usize = 1_000;
/// Nested calls where a built-in function calls back, which take the machine's own stack.
pub(crate) const CALLBACKS: usize = 24;
/// Nested containers that are compared, hashed or written.
pub(crate) const NESTING: usize = 150;
/// Bits of an integer.
pub(crate) const BITS: u64 = 1 << 20;

thread_local! {
    static LEFT: Cell<u64> = const { Cell::new(STEPS) };
    static LIVE: Cell<usize> = const { Cell::new(0) };
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    static BURYING: Cell<usize> = const { Cell::new(0) };
    static BURIED: RefCell<Vec<Vec<Value>>> = const { RefCell::new(Vec::new()) };
}

/// Takes steps, or says that there are none left.
pub(crate) fn spend(steps: usize) -> Result<(), Raised> {
    let left = LEFT.get();
    let steps = steps as u64;
    if left < steps {
        LEFT.set(0);
        return Err(exception::raise(
            &exception::TIMEOUT_ERROR,
            "the cell takes more steps than it may; leave the work to Spark, or do it in several cells",
        ));
    }
    LEFT.set(left - steps);
    Ok(())
}

/// Says whether values hold more than they may. Called between instructions.
pub(crate) fn check_memory() -> Result<(), Raised> {
    if LIVE.get() > MEMORY {
        Err(too_large())
    } else {
        Ok(())
    }
}

/// Asks for memory before something large is made.
pub(crate) fn reserve(bytes: usize) -> Result<(), Raised> {
    if LIVE.get().saturating_add(bytes) > MEMORY {
        return Err(too_large());
    }
    spend(bytes / 64)
}

fn too_large() -> Raised {
    exception::raise(
        &exception::MEMORY_ERROR,
        format!(
            "the values of all cells would hold more than {} MiB",
            MEMORY >> 20
        ),
    )
}

/// Memory that a value holds, for as long as it lives.
#[derive(Debug, Default)]
pub(crate) struct Charge(usize);

impl Charge {
    pub(crate) fn new(bytes: usize) -> Self {
        LIVE.set(LIVE.get().saturating_add(bytes));
        Self(bytes)
    }

    pub(crate) fn set(&mut self, bytes: usize) {
        LIVE.set(LIVE.get().saturating_sub(self.0).saturating_add(bytes));
        self.0 = bytes;
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        // The thread may be ending.
        let _ = LIVE.try_with(|live| live.set(live.get().saturating_sub(self.0)));
    }
}

/// Goes one level deeper into a value.
pub(crate) fn deeper<T>(work: impl FnOnce() -> Result<T, Raised>) -> Result<T, Raised> {
    let depth = DEPTH.get();
    if depth >= NESTING {
        return Err(exception::raise(
            &exception::RECURSION_ERROR,
            "maximum recursion depth exceeded in a nested value",
        ));
    }
    DEPTH.set(depth + 1);
    let result = work();
    DEPTH.set(depth);
    result
}

/// Drops what a container held. Nested containers wait for their turn rather than nest on the stack.
pub(crate) fn bury(values: Vec<Value>) {
    const DEEP: usize = 32;
    if values.is_empty() {
        return;
    }
    let Ok(depth) = BURYING.try_with(Cell::get) else {
        return;
    };
    if depth >= DEEP {
        let _ = BURIED.try_with(|buried| buried.borrow_mut().push(values));
        return;
    }
    BURYING.set(depth + 1);
    drop(values);
    BURYING.set(depth);
    if depth == 0 {
        while let Some(values) = BURIED.try_with(|buried| buried.borrow_mut().pop()).ok().flatten() {
            BURYING.set(1);
            drop(values);
            BURYING.set(0);
        }
    }
}

/// A run with its steps.
pub(crate) struct Metered<F> {
    run: Pin<Box<F>>,
    left: u64,
}

impl<F: Future> Metered<F> {
    /// A run that may take so many steps.
    pub(crate) fn new(steps: u64, run: F) -> Self {
        Self {
            run: Box::pin(run),
            left: steps,
        }
    }
}

impl<F: Future> Future for Metered<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let outer = (LEFT.replace(self.left), DEPTH.replace(0));
        let poll = self.run.as_mut().poll(context);
        self.left = LEFT.replace(outer.0);
        DEPTH.set(outer.1);
        poll
    }
}
