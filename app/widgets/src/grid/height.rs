//! The handle below the grid that changes its height.

use leptos::{ev, prelude::*};

use super::{GridHandle, HEADER, HEIGHT, ROW, with};

/// The least height that the user can choose, in px.
const LEAST: f64 = HEADER + 3.0 * ROW;

/// A separator that is dragged, or moved with the arrow keys; a double click takes all the room there is and
/// gives it back. Hidden while the rows need no more than the least height.
#[component]
pub(super) fn HeightHandle(
    /// The grid's height, and the one at which every row is visible.
    height: RwSignal<(f64, f64)>,
    grid: GridHandle,
) -> impl IntoView {
    let grabbed = StoredValue::new(None::<(f64, f64)>);
    let set = move |wanted: f64| {
        let (_, full) = height.get_untracked();
        with(grid, |driver| {
            driver.set_height(Some(wanted.clamp(LEAST, full.max(LEAST))))
        });
    };
    let down = move |event: ev::PointerEvent| {
        if event.button() == 0 {
            grabbed.set_value(Some((f64::from(event.client_y()), height.get_untracked().0)));
            let handle = event_target::<web_sys::Element>(&event);
            // Without capture the drag merely ends at the handle's edge.
            let _ = handle.set_pointer_capture(event.pointer_id());
        }
    };
    let moved = move |event: ev::PointerEvent| {
        if let Some((from, height)) = grabbed.get_value() {
            set(height + f64::from(event.client_y()) - from);
        }
    };
    let toggle = move |_| {
        // A scrollbar below may add to the usual height, though less than a row.
        if height.get_untracked().0 > HEIGHT + ROW {
            with(grid, |driver| driver.set_height(None));
        } else {
            let window = window().inner_height().ok().and_then(|h| h.as_f64());
            set(window.unwrap_or(HEIGHT * 2.0) * 0.85);
        }
    };
    let key = move |event: ev::KeyboardEvent| {
        let by = match event.key().as_str() {
            "ArrowUp" => -ROW,
            "ArrowDown" => ROW,
            "PageUp" => -10.0 * ROW,
            "PageDown" => 10.0 * ROW,
            _ => return,
        };
        event.prevent_default();
        set(height.get_untracked().0 + by);
    };
    view! {
        <Show when=move || { height.get().1 > LEAST }>
            <div
                class="dg-height"
                role="separator"
                tabindex="0"
                aria-orientation="horizontal"
                aria-label="Height of the grid"
                title="Drag to change the height"
                aria-valuemin=LEAST.to_string()
                aria-valuemax=move || format!("{:.0}", height.get().1.min(1e9))
                aria-valuenow=move || format!("{:.0}", height.get().0)
                on:pointerdown=down
                on:pointermove=moved
                on:lostpointercapture=move |_| grabbed.set_value(None)
                on:dblclick=toggle
                on:keydown=key
            ></div>
        </Show>
    }
}
