//! One cell: its editor, what can be done with it, and what its run gave.

mod completion;
mod editor;
mod error;
mod keys;
mod output;
mod plan;
mod status;
mod tools;

use leptos::{
    prelude::*,
    task::{spawn_local, tick},
};
use spark_widgets::{Icon, IconView};
use wasm_bindgen::JsCast;
use web_sys::{FocusOptions, HtmlElement, ScrollIntoViewOptions, ScrollLogicalPosition};

use crate::{
    app::App,
    browser,
    editors::Editors,
    model::{CellId, CellKind},
    run::Phase,
};
use editor::Editor;
use output::OutputView;
use plan::PlanPanel;
use tools::CellTools;

/// What the parts of a cell share.
#[derive(Clone, Copy)]
struct CellScope {
    id: CellId,
    /// Its place, from 1.
    number: Memo<usize>,
    /// Whether its run is not over.
    active: Memo<bool>,
    /// Whether only its first line shows.
    collapsed: Memo<bool>,
    /// Whether its plan shows.
    plan: RwSignal<bool>,
}

/// One cell.
#[component]
pub(crate) fn CellView(
    /// Which.
    id: CellId,
) -> impl IntoView {
    let app = App::get();
    let notebook = app.document.notebook();
    let output = app.runs.output(id);
    let phase = Memo::new(move |_| output.with(|output| output.as_ref().map(|output| output.phase.clone())));
    let scope = CellScope {
        id,
        number: Memo::new(move |_| {
            notebook
                .with(|notebook| notebook.position(id))
                .map_or(0, |index| index + 1)
        }),
        active: Memo::new(move |_| phase.with(|phase| phase.as_ref().is_some_and(Phase::is_active))),
        collapsed: Memo::new(move |_| notebook.with(|n| n.cell(id).is_some_and(|cell| cell.collapsed))),
        plan: RwSignal::new(false),
    };
    let failed = move || {
        phase.with(|p| matches!(p, Some(Phase::Failed(_))) && !p.as_ref().is_some_and(Phase::is_cancelled))
    };
    let below = move || scope.number.get();

    view! {
        <article
            class="cell"
            class:active=move || scope.active.get()
            class:failed=failed
            class:selected=move || app.selected.get() == Some(id)
            id=element_id(id)
            tabindex="-1"
            aria-label=move || format!("Cell {}", scope.number.get())
            on:focusin=move |_| app.selected.set(Some(id))
            on:keydown=move |event| keys::on_key(app, scope, &event)
        >
            <div class="cell-gutter">
                <RunButton scope/>
                <span class="cell-number" aria-hidden="true">{move || scope.number.get()}</span>
            </div>
            <div class="cell-body">
                <Editor scope/>
                <CellTools scope/>
                <PlanPanel scope/>
                <OutputView scope/>
            </div>
            <div class="cell-insert">
                <AddCell place=move || format!("below cell {}", scope.number.get()) index=below/>
            </div>
        </article>
    }
}

/// Buttons that add a cell of each kind at a place.
#[component]
pub(crate) fn AddCell(
    /// The place, in the words that follow "cell".
    place: impl Fn() -> String + Copy + Send + Sync + 'static,
    /// The position of the new cell, from 0.
    index: impl Fn() -> usize + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let app = App::get();
    let button = move |kind: CellKind| {
        view! {
            <button type="button" on:click=move |_| app.add(index(), kind)>
                <IconView icon=Icon::Plus/>
                {kind.label()}
                <span class="visually-hidden">{move || format!(" cell {}", place())}</span>
            </button>
        }
    };
    CellKind::ALL.map(button).collect_view()
}

/// Runs the cell, or stops its run.
#[component]
fn RunButton(scope: CellScope) -> impl IntoView {
    let app = App::get();
    let stopping = {
        let output = app.runs.output(scope.id);
        move || {
            output.with(|output| {
                output
                    .as_ref()
                    .is_some_and(|output| output.phase == Phase::Stopping)
            })
        }
    };
    let label = move || {
        let verb = if scope.active.get() { "Stop" } else { "Run" };
        format!("{verb} cell {}", scope.number.get())
    };
    let run_title = if browser::is_mac() {
        "Run (⌘↵)"
    } else {
        "Run (Ctrl+Enter)"
    };
    let click = move |_| {
        if scope.active.get_untracked() {
            app.runs.stop(scope.id);
        } else {
            app.run(scope.id);
        }
    };
    view! {
        <button
            type="button"
            class="run-button"
            class:stop=move || scope.active.get()
            class:queued=move || scope.active.get() && app.runs.running().get() != Some(scope.id)
            aria-label=label
            title=move || if scope.active.get() { "Stop (Esc)" } else { run_title }
            aria-disabled=move || stopping().then_some("true")
            on:click=click
        >
            {move || view! { <IconView icon=if scope.active.get() { Icon::Stop } else { Icon::Run }/> }}
        </button>
    }
}

fn element_id(cell: CellId) -> String {
    format!("cell-{}", cell.0)
}

fn cell_of(element_id: &str) -> Option<CellId> {
    element_id.strip_prefix("cell-")?.parse().ok().map(CellId)
}

fn element(cell: CellId) -> Option<HtmlElement> {
    document().get_element_by_id(&element_id(cell))?.dyn_into().ok()
}

/// Gives the focus to a cell itself, not to its editor.
pub(crate) fn focus(cell: CellId) {
    if let Some(element) = element(cell) {
        // An element that cannot take the focus leaves it where it is.
        let _ = element.focus();
    }
}

/// Gives the focus to a cell itself and leaves the page where it is: for a control in the cell that is about to go.
pub(crate) fn focus_in_place(cell: CellId) {
    if let Some(element) = element(cell) {
        let options = FocusOptions::new();
        options.set_prevent_scroll(true);
        // An element that cannot take the focus leaves it where it is.
        let _ = element.focus_with_options(&options);
    }
}

/// Once the page is as it should be, gives the focus to the wanted cell; without one, if nothing has the focus any more,
/// to the near cell, the first, or the way to a new one.
pub(crate) fn settle_focus(wanted: Option<CellId>, near: Option<CellId>) {
    spawn_local(async move {
        tick().await;
        if let Some(wanted) = wanted.and_then(element) {
            return drop(wanted.focus());
        }
        let active = document().active_element();
        if active.is_some_and(|active| active.tag_name() != "BODY") {
            return;
        }
        let first = |selector: &str| -> Option<HtmlElement> {
            document()
                .query_selector(selector)
                .ok()
                .flatten()?
                .dyn_into()
                .ok()
        };
        let to = near
            .and_then(element)
            .or_else(|| first(".cell"))
            .or_else(|| first(".empty button"));
        if let Some(to) = to {
            // An element that cannot take the focus leaves it where it is.
            let _ = to.focus();
        }
    });
}

/// What had the focus before cells were moved: an element that moves loses it.
pub(crate) struct Focused(Option<HtmlElement>);

impl Focused {
    /// Notes what has the focus.
    pub(crate) fn note() -> Self {
        Self(
            document()
                .active_element()
                .and_then(|element| element.dyn_into().ok()),
        )
    }

    /// Gives the focus back once the cells are where they belong.
    pub(crate) fn restore(self, editors: Editors) {
        let Some(element) = self.0 else { return };
        spawn_local(async move {
            tick().await;
            if document().active_element().as_ref() == Some(element.as_ref()) {
                return;
            }
            let editor = element.class_list().contains("cell-editor");
            let cell = element
                .closest(".cell")
                .ok()
                .flatten()
                .and_then(|cell| cell_of(&cell.id()));
            match cell.filter(|_| editor) {
                Some(cell) => editors.focus(cell),
                // An element that is gone leaves the focus where it is.
                None => drop(element.focus()),
            }
        });
    }
}

/// Keeps a cell as high as it is while its next run replaces its result, so that nothing below moves.
pub(crate) fn hold_height(cell: CellId) {
    if let Some(place) = output_place(cell) {
        let height = place.offset_height();
        // A style set from here is always taken.
        let _ = place.style().set_property("min-height", &format!("{height}px"));
    }
}

/// Lets a cell be as high as its result needs, once that is there.
fn release_height(cell: CellId) {
    request_animation_frame(move || {
        request_animation_frame(move || {
            if let Some(place) = output_place(cell) {
                let _ = place.style().remove_property("min-height");
            }
        });
    });
}

fn output_place(cell: CellId) -> Option<HtmlElement> {
    element(cell)?
        .query_selector(".output-place")
        .ok()
        .flatten()?
        .dyn_into()
        .ok()
}

/// Scrolls a cell into view, once it is where it belongs.
pub(crate) fn keep_in_view(cell: CellId) {
    request_animation_frame(move || {
        if let Some(element) = element(cell) {
            let options = ScrollIntoViewOptions::new();
            options.set_block(ScrollLogicalPosition::Nearest);
            element.scroll_into_view_with_scroll_into_view_options(&options);
        }
    });
}
