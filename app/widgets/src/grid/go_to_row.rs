//! The question for a row to go to.

use leptos::{ev, html, prelude::*};

use super::{GridHandle, driver::Driver, with};
use crate::format::count;

/// The row that a text names, from 0: digits, with or without separators.
fn row(text: &str) -> Option<u64> {
    let digits: String = text
        .chars()
        .filter(|c| !matches!(c, ',' | '_' | ' ' | '\u{a0}' | '\u{202f}'))
        .collect();
    digits.parse::<u64>().ok()?.checked_sub(1)
}

/// A small form, shown while the user is asked.
#[component]
pub(super) fn GoToRow(rows: Signal<u64>, asking: RwSignal<bool>, grid: GridHandle) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let wrong = RwSignal::new(false);
    let close = move || {
        asking.set(false);
        wrong.set(false);
    };
    Effect::new(move || {
        if let (true, Some(input)) = (asking.get(), input.get()) {
            // The element is there; if the browser refuses, a click does.
            let _ = input.focus();
            input.select();
        }
    });
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let text = input
            .get_untracked()
            .map(|input| input.value())
            .unwrap_or_default();
        match row(&text) {
            Some(row) => {
                close();
                with(grid, |driver| driver.go_to_row(row));
            }
            None => wrong.set(true),
        }
    };
    let key = move |event: ev::KeyboardEvent| {
        if event.key() == "Escape" {
            event.stop_propagation();
            close();
            with(grid, Driver::take_focus);
        }
    };
    view! {
        <Show when=move || asking.get()>
            <form class="dg-goto" on:submit=submit on:keydown=key>
                <label>
                    "Go to row"
                    <input
                        type="text"
                        inputmode="numeric"
                        autocomplete="off"
                        placeholder=move || format!("1 to {}", count(rows.get()))
                        aria-invalid=move || wrong.get().then_some("true")
                        on:input=move |_| wrong.set(false)
                        on:blur=move |_| close()
                        node_ref=input
                    />
                </label>
                <Show when=move || wrong.get()>
                    <p role="alert">"Type a number from 1 to " {move || count(rows.get())} "."</p>
                </Show>
            </form>
        </Show>
    }
}

#[cfg(test)]
mod tests {
    use super::row;

    #[test]
    fn rows_are_read_as_people_write_them() {
        let cases = [
            ("1", Some(0)),
            ("1,204,331", Some(1_204_330)),
            (" 12 000 ", Some(11_999)),
            ("0", None),
            ("", None),
            ("-3", None),
            ("first", None),
        ];
        for (text, expected) in cases {
            assert_eq!(row(text), expected, "{text:?}");
        }
    }
}
