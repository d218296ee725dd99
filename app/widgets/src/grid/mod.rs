//! The result grid: any number of rows and columns, of which only the visible part is on the page.
//!
//! `scroll`, `columns`, `viewport`, `loader`, `selection`, `keys`, `slide`, `cell_text`, `summaries` and `summary`
//! decide, without a browser; `view` holds the state; `body` and `header` keep the elements; `driver` listens and asks the source.

mod body;
mod cell_text;
mod clipboard;
mod columns;
mod dom;
mod driver;
#[expect(unreachable_pub, reason = "the component macro writes `pub`")]
mod go_to_row;
mod header;
#[expect(unreachable_pub, reason = "the component macro writes `pub`")]
mod height;
mod keys;
mod loader;
mod measure;
mod scroll;
mod selection;
mod slide;
mod source;
mod summaries;
mod summary;
#[expect(unreachable_pub, reason = "the component macro writes `pub`")]
mod value_view;
mod view;
mod viewport;

use std::sync::Arc;

use engine_api::Column;
use leptos::{ev, html, logging::error, prelude::*};
use web_sys::HtmlElement;

pub use source::{Answer, CopyCells, FormatCells, Source, Summarise};

use crate::{
    format::counted,
    icons::{Icon, IconView},
};
use driver::{Driver, Notice, Signals};
use go_to_row::GoToRow;
use height::HeightHandle;
use value_view::ValueView;

/// The height of a row in px.
const ROW: f64 = 25.0;

/// The height of the header in px.
const HEADER: f64 = 80.0;

/// The height of the header of a result without rows in px: there is nothing to say of its values.
const BARE_HEADER: f64 = 48.0;

/// The height of a grid with many rows in px, without a scrollbar below, unless the user wants another: whole rows.
const HEIGHT: f64 = HEADER + 14.0 * ROW;

/// The driver, once the grid is on the page.
type GridHandle = StoredValue<Option<Driver>, LocalStorage>;

fn with(grid: GridHandle, act: impl FnOnce(&Driver)) {
    // A clone, so that an act which ends the grid may do so.
    if let Some(driver) = grid.try_with_value(Clone::clone).flatten() {
        act(&driver);
    }
}

/// A grid of a result's cells. Rows may be added while it is shown; columns may not.
///
/// Keys: arrows, Home, End, Page Up and Down, all also with Control, move; with Shift they select. Enter shows
/// the cell at length, in the header the column's statistics; Control+C copies (with Shift: with the columns'
/// names), Control+A selects all, Control+G goes to a row; in the header Space selects the column and Alt with an
/// arrow changes its width.
#[component]
pub fn Grid(
    /// The result's columns.
    columns: Vec<Column>,
    /// Rows so far. Never fewer than before.
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
    if columns.is_empty() {
        let sentence = move || match rows.get() {
            0 => "The result has no columns.".to_string(),
            n => format!("The result has {}, but no columns.", counted(n, "row")),
        };
        return view! { <p class="dg-nothing">{sentence}</p> }.into_any();
    }
    let columns: Arc<[Column]> = columns.into();
    let signals = Signals {
        open: RwSignal::new(None),
        asking: RwSignal::new(false),
        notice: RwSignal::new(None),
        height: RwSignal::new((0.0, 0.0)),
        summarised: RwSignal::new(()),
    };
    let none = Memo::new(move |_| complete.get() && rows.get() == 0);
    let scroller = NodeRef::<html::Div>::new();
    let grid: GridHandle = StoredValue::new_local(None);
    let wiring = (columns.clone(), source.clone());
    Effect::new(move || {
        let Some(element) = scroller.get() else { return };
        let new = grid.with_value(Option::is_none);
        if new {
            let (columns, source) = wiring.clone();
            match Driver::new(HtmlElement::clone(&element), columns, source, signals) {
                Ok(driver) => grid.set_value(Some(driver)),
                Err(e) => error!("{e:?}"),
            }
        }
        let (rows, complete) = (rows.get(), complete.get());
        with(grid, |driver| driver.rows(rows, complete));
        if new {
            // At once, so that the page never shows a grid without a header.
            with(grid, Driver::frame);
        }
    });
    view! {
        <div class="data-grid" class:no-rows=move || none.get()>
            <div class="dg-split" class:open=move || signals.open.get().is_some()>
            <div class="dg-main">
                <div
                    class="dg-scroller"
                    role="grid"
                    tabindex="0"
                    aria-label=label
                    aria-multiselectable="true"
                    aria-readonly="true"
                    aria-keyshortcuts="Enter Control+C Control+Shift+C Control+A Control+G Alt+ArrowLeft Alt+ArrowRight"
                    node_ref=scroller
                    on:scroll=move |_| with(grid, Driver::scrolled)
                    on:pointerenter=move |_| with(grid, Driver::rejoin)
                    on:keydown=move |event| with(grid, |driver| driver.key(&event))
                    on:pointerdown=move |event| with(grid, |driver| driver.pointer_down(&event))
                    on:pointermove=move |event| with(grid, |driver| driver.pointer_move(&event))
                    on:lostpointercapture=move |_| with(grid, Driver::pointer_up)
                    on:click=move |event| with(grid, |driver| driver.click(&event))
                    on:dblclick=move |event: ev::MouseEvent| with(grid, |driver| driver.double_click(&event))
                ></div>
                <Show when=move || none.get()>
                    <p class="dg-none">"No rows"</p>
                </Show>
                <GoToRow rows asking=signals.asking grid/>
                <NoticeLine notice=signals.notice grid/>
                <HeightHandle height=signals.height grid/>
            </div>
            <ValueView signals columns source grid/>
            </div>
        </div>
    }
    .into_any()
}

/// What came of the user's last wish: confirmations pass, errors stay until they are closed.
#[component]
fn NoticeLine(notice: RwSignal<Option<Notice>>, grid: GridHandle) -> impl IntoView {
    let close = move |_| {
        notice.set(None);
        with(grid, Driver::take_focus);
    };
    view! {
        <div class="dg-notice" role="status">
            {move || match notice.get() {
                None => ().into_any(),
                Some(Notice::Done(text)) => view! { <p><IconView icon=Icon::Check/>{text}</p> }.into_any(),
                Some(Notice::Failed(text)) => view! {
                    <p class="failed">
                        <IconView icon=Icon::Warning/>
                        {text}
                        <button type="button" aria-label="Close message" on:click=close>
                            <IconView icon=Icon::Close/>
                        </button>
                    </p>
                }
                .into_any(),
            }}
        </div>
    }
}
