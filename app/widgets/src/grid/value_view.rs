//! One cell at length, or what is known of a column, beside the grid.

use std::sync::Arc;

use engine_api::{Column, Value};
use futures::{FutureExt, future::ready};
use leptos::{ev, html, prelude::*, task::spawn_local};

use super::{
    GridHandle, clipboard,
    driver::{Driver, Notice, Opened, Signals},
    source::Source,
    summary, with,
};
use crate::{
    format::{bytes, counted},
    icons::{Icon, IconView},
};

/// What is known of the cell.
#[derive(Clone, Debug, PartialEq)]
enum Shown {
    Waiting,
    Gone,
    Here(Value),
}

/// `first 64 kB of 50 MB shown`; none if all is there.
fn cut(value: &Value) -> Option<String> {
    let here = value.text.len() as u64;
    (here < value.total_bytes).then(|| format!("first {} of {} shown", bytes(here), bytes(value.total_bytes)))
}

/// A panel with what is open, a cell's value or a column's statistics; it follows the grid's focus until it is closed.
#[component]
pub(super) fn ValueView(
    signals: Signals,
    columns: Arc<[Column]>,
    source: Source,
    grid: GridHandle,
) -> impl IntoView {
    let Signals { open, summarised, .. } = signals;
    let source = StoredValue::new_local(source);
    let all = columns.clone();
    let shown = RwSignal::new(Shown::Waiting);
    let text = NodeRef::<html::Pre>::new();
    let shows = Memo::new(move |_| open.with(Option::is_some));

    Effect::new(move || {
        let Some(asked) = open.get() else {
            shown.set(Shown::Waiting);
            return;
        };
        let Some(row) = asked.row else {
            summarised.track();
            let mut known = None;
            with(grid, |driver| known = driver.statistics(asked.column));
            let known = known.as_ref().map(|(rows, stats)| (*rows, stats));
            let text = all
                .get(asked.column as usize)
                .map(|column| summary::details(column, known).join("\n"))
                .unwrap_or_default();
            shown.set(Shown::Here(Value {
                total_bytes: text.len() as u64,
                text,
                null: false,
            }));
            return;
        };
        let answer = source.with_value(|s| (s.value)(row, asked.column));
        spawn_local(async move {
            let value = answer.await;
            let same = |now: Opened| (now.row, now.column) == (asked.row, asked.column);
            if open.try_get_untracked().flatten().is_some_and(same) {
                shown.set(value.map_or(Shown::Gone, Shown::Here));
                if let Some(text) = text.get_untracked() {
                    text.set_scroll_top(0);
                }
            }
        });
    });
    Effect::new(move || {
        if let (Some(Opened { focus: true, .. }), Some(text)) = (open.get(), text.get()) {
            // The element is there; if the browser refuses, a click does.
            let _ = text.focus();
        }
    });

    let close = move || {
        open.set(None);
        with(grid, Driver::take_focus);
    };
    let copy = move |_| {
        let Some(Opened { row, column, .. }) = open.get_untracked() else {
            return;
        };
        // What is shown is copied as it is shown; of what is cut, the whole.
        let whole = match shown.get_untracked() {
            Shown::Here(value) if !value.null && cut(&value).is_none() => Some(value.text),
            _ => None,
        };
        let answer = match (whole, row) {
            (Some(text), _) => ready(Ok(text)).boxed_local(),
            (None, Some(row)) => source.with_value(|s| (s.copy)(row..row + 1, column..column + 1, false)),
            (None, None) => return,
        };
        spawn_local(async move {
            let text = async move { answer.await.map_err(|e| e.message) };
            let notice = match clipboard::write(text).await {
                Ok(()) => Notice::Done("Copied".into()),
                Err(message) => Notice::Failed(message),
            };
            with(grid, |driver| driver.notify(notice));
        });
    };
    let key = move |event: ev::KeyboardEvent| {
        if event.key() == "Escape" {
            event.stop_propagation();
            close();
        }
    };
    let column = move |describe: fn(&Column) -> String| {
        let columns = columns.clone();
        move || {
            let number = open.get().map_or(0, |opened| opened.column);
            columns.get(number as usize).map(describe)
        }
    };
    let of_column = move || open.get().is_some_and(|opened| opened.row.is_none());
    let name = column(|c| c.name.clone());
    let data_type = column(|c| c.data_type.clone());
    let value = move || match shown.get() {
        Shown::Waiting => ().into_any(),
        Shown::Gone => quiet("This value is no longer held. Run the cell again."),
        Shown::Here(value) if value.null => quiet("null"),
        Shown::Here(value) if value.text.is_empty() => quiet("empty text"),
        Shown::Here(value) if value.text.trim().is_empty() => {
            let blanks = value.text.chars().count() as u64;
            quiet(format!("blank text, {}", counted(blanks, "character")))
        }
        Shown::Here(value) => value.text.into_any(),
    };
    let note = move || {
        shown.with(|s| {
            if let Shown::Here(value) = s {
                cut(value)
            } else {
                None
            }
        })
    };
    view! {
        <Show when=move || shows.get()>
            <section class="dg-value" aria-label=move || if of_column() { "Column statistics" } else { "Value" } on:keydown=key>
                <header>
                    <strong>{name.clone()}</strong>
                    <span class="dg-value-type">{data_type.clone()}</span>
                    <span class="dg-value-row">
                        {move || match open.get()?.row {
                            Some(row) => Some(format!("row {}", row + 1)),
                            None => Some("statistics".to_string()),
                        }}
                    </span>
                    <button type="button" aria-label="Copy value" title="Copy" on:click=copy>
                        <IconView icon=Icon::Copy/>
                    </button>
                    <button type="button" aria-label="Close value" title="Close (Esc)" on:click=move |_| close()>
                        <IconView icon=Icon::Close/>
                    </button>
                </header>
                <pre tabindex="0" role="group" aria-label="Text" node_ref=text>{value}</pre>
                <Show when=move || note().is_some()>
                    <footer>{note}</footer>
                </Show>
            </section>
        </Show>
    }
}

fn quiet(text: impl Into<String>) -> AnyView {
    view! { <span class="dg-quiet">{text.into()}</span> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_says_so() {
        let value = |text: &str, total_bytes| Value {
            text: text.into(),
            total_bytes,
            null: false,
        };
        assert_eq!(cut(&value("abc", 3)), None);
        assert_eq!(
            cut(&value(&"x".repeat(64_000), 50_000_000)).as_deref(),
            Some("first 64 kB of 50 MB shown")
        );
    }
}
