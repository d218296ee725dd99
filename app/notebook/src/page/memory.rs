//! How much memory the results take, and how to change that.

use leptos::prelude::*;
use spark_widgets::format;

use crate::app::{App, BUDGETS};

/// A quiet line about memory, with more behind it.
#[component]
pub(super) fn MemoryNote() -> impl IntoView {
    let app = App::get();
    let share = move || {
        app.memory
            .get()
            .map_or(0.0, |(bytes, budget)| bytes as f64 / budget.max(1) as f64)
    };
    let line = move || {
        app.memory
            .get()
            .map(|(bytes, budget)| format!("{} of {}", format::bytes(bytes), format::bytes(budget)))
    };
    let choose = move |event| {
        if let Ok(bytes) = event_target_value(&event).parse() {
            app.set_budget(bytes);
        }
    };
    let options = move || {
        let budget = app.memory.get().map_or(0, |(_, budget)| budget);
        let mut budgets = BUDGETS.to_vec();
        if budget > 0 && !budgets.contains(&budget) {
            budgets.push(budget);
            budgets.sort_unstable();
        }
        let option = |bytes: u64| {
            view! {
                <option value=bytes.to_string() selected=bytes == budget>{format::bytes(bytes)}</option>
            }
        };
        budgets.into_iter().map(option).collect_view()
    };
    view! {
        <details class="memory" class:tight=move || { share() > 0.8 } hidden=move || app.memory.with(Option::is_none)>
            <summary title="Memory held by results">
                <span class="visually-hidden">"Memory held by results: "</span>
                <span class="meter" aria-hidden="true"><i style:transform=move || format!("scaleX({})", share().min(1.0))></i></span>
                {line}
            </summary>
            <div class="memory-more">
                <p>"Results are held in this browser. A run that would go beyond the budget is stopped."</p>
                <label>"Budget " <select on:change=choose>{options}</select></label>
                <button type="button" class="button small" on:click=move |_| app.runs.free(None)>"Drop all results"</button>
            </div>
        </details>
    }
}
