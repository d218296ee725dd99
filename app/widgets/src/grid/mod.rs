//! The result grid.

mod source;

use engine_api::{Cell, CellKind, Column};
use leptos::{prelude::*, task::spawn_local};

pub use source::{Answer, CopyCells, Source, Summarise};

/// A grid of a result's cells. Rows may be added while it is shown; columns may not.
#[component]
pub fn Grid(
    /// The result's columns.
    columns: Vec<Column>,
    /// Rows so far.
    #[prop(into)]
    rows: Signal<u64>,
    /// Whether no more rows will come.
    #[prop(into)]
    complete: Signal<bool>,
    /// Where the cells come from.
    source: Source,
    /// What assistive technology calls the grid.
    #[prop(into, default = "Result".into())]
    label: String,
) -> impl IntoView {
    let width = columns.len() as u32;
    let cells = RwSignal::new(Vec::<Vec<Cell>>::new());
    Effect::new(move || {
        let shown = rows.get().min(50);
        if cells.with_untracked(Vec::len) as u64 == shown {
            return;
        }
        let answer = (source.window)(0..shown, 0..width.min(50));
        spawn_local(async move {
            if let Some(window) = answer.await {
                let width = window.columns.len().max(1);
                cells.set(window.cells.chunks(width).map(<[Cell]>::to_vec).collect());
            }
        });
    });
    view! {
        <table class="data-grid" aria-label=label aria-busy=move || (!complete.get()).then_some("true")>
            <thead>
                <tr>{columns.into_iter().map(|c| view! { <th title=c.data_type>{c.name}</th> }).collect_view()}</tr>
            </thead>
            <tbody>
                {move || cells.get().into_iter().map(|row| view! {
                    <tr>{row.into_iter().map(|cell| view! {
                        <td class:null=cell.kind == CellKind::Null>{cell.text}</td>
                    }).collect_view()}</tr>
                }).collect_view()}
            </tbody>
        </table>
    }
}
