//! The editors of the cells: JavaScript objects (app/js/src/cell-editor.js), by cell.

use std::collections::HashMap;

use engine_api::Origin;
use js_sys::{Array, Function, Promise};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};
use wasm_bindgen_futures::future_to_promise;
use web_sys::Element;

use crate::{catalog::Catalog, model::CellId};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(extends = js_sys::Object)]
    type CellEditor;
    #[wasm_bindgen(method)]
    fn flush(this: &CellEditor);
    #[wasm_bindgen(method)]
    fn replace(this: &CellEditor, text: &str, start: u32, end: u32);
    #[wasm_bindgen(method)]
    fn insert(this: &CellEditor, text: &str);
    #[wasm_bindgen(method, js_name = markErrors)]
    fn mark_errors(this: &CellEditor, errors: &Array);
    #[wasm_bindgen(method, js_name = setLooks)]
    fn set_looks(this: &CellEditor, language: &str, label: &str, placeholder: &str);
    #[wasm_bindgen(method)]
    fn focus(this: &CellEditor);
    #[wasm_bindgen(method)]
    fn destroy(this: &CellEditor);
}

/// A key that means something to the notebook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EditorKey {
    /// Run the cell.
    Run,
    /// Run the cell and go to the next.
    RunAdvance,
    /// Run all cells.
    RunAll,
    /// Leave the editor, or stop the run.
    Leave,
    /// The cursor goes up from the first line.
    Previous,
    /// The cursor goes down from the last line.
    Next,
}

impl EditorKey {
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "run" => Self::Run,
            "run-advance" => Self::RunAdvance,
            "run-all" => Self::RunAll,
            "leave" => Self::Leave,
            "previous" => Self::Previous,
            "next" => Self::Next,
            _ => return None,
        })
    }
}

/// What an editor is for, and what it says of itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Looks<'a> {
    /// `sql` or `python`.
    pub(crate) language: &'a str,
    /// Its name for assistive technology.
    pub(crate) label: &'a str,
    /// What it shows while it is empty.
    pub(crate) placeholder: &'a str,
}

struct Mounted {
    editor: CellEditor,
    _changed: Closure<dyn Fn(String)>,
    _key: Closure<dyn Fn(String) -> bool>,
    _children: Closure<dyn Fn(Array) -> Promise>,
    _ask: Closure<dyn Fn(String, u32) -> Promise>,
}

/// All editors of the page.
#[derive(Clone, Copy)]
pub(crate) struct Editors {
    create: StoredValue<Function, LocalStorage>,
    mounted: StoredValue<HashMap<CellId, Mounted>, LocalStorage>,
    /// The cell whose editor takes the focus when it is there.
    wanted: StoredValue<Option<CellId>>,
}

impl Editors {
    /// No editors yet; `create` makes them.
    pub(crate) fn new(create: Function) -> Self {
        Self {
            create: StoredValue::new_local(create),
            mounted: StoredValue::new_local(HashMap::new()),
            wanted: StoredValue::new(None),
        }
    }

    /// Puts a cell's editor into an element.
    #[expect(
        clippy::too_many_arguments,
        reason = "they are the editor's own, named in cell-editor.js"
    )]
    pub(crate) fn mount(
        self,
        cell: CellId,
        host: &Element,
        text: &str,
        looks: Looks<'_>,
        catalog: Catalog,
        ask: impl Fn(String, u32) -> Promise + 'static,
        changed: impl Fn(String) + 'static,
        key: impl Fn(EditorKey) -> bool + 'static,
    ) {
        let changed = Closure::<dyn Fn(String)>::new(changed);
        let key = Closure::<dyn Fn(String) -> bool>::new(move |name: String| {
            EditorKey::of(&name).is_some_and(&key)
        });
        let children = Closure::<dyn Fn(Array) -> Promise>::new(move |path: Array| {
            let path = path.iter().filter_map(|name| name.as_string()).collect();
            future_to_promise(async move { Ok(catalog.complete(path).await) })
        });
        let ask = Closure::<dyn Fn(String, u32) -> Promise>::new(ask);
        let arguments: Array = [
            host.as_ref(),
            &text.into(),
            &looks.language.into(),
            &looks.label.into(),
            &looks.placeholder.into(),
            changed.as_ref(),
            key.as_ref(),
            children.as_ref(),
            ask.as_ref(),
        ]
        .into_iter()
        .collect();
        let made = self
            .create
            .with_value(|create| create.apply(&JsValue::NULL, &arguments));
        let editor: CellEditor = match made {
            Ok(editor) => editor.unchecked_into(),
            Err(error) => {
                leptos::logging::error!("the editor of a cell could not be made: {error:?}");
                return;
            }
        };
        let wanted = self.wanted.get_value() == Some(cell);
        if wanted {
            self.wanted.set_value(None);
            editor.focus();
        }
        let mounted = Mounted {
            editor,
            _changed: changed,
            _key: key,
            _children: children,
            _ask: ask,
        };
        self.mounted
            .update_value(|editors| drop(editors.insert(cell, mounted)));
    }

    /// Changes what a cell's editor is for.
    pub(crate) fn set_looks(self, cell: CellId, looks: Looks<'_>) {
        if let Some(editor) = self.get(cell) {
            editor.set_looks(looks.language, looks.label, looks.placeholder);
        }
    }

    /// Takes a cell's editor away.
    pub(crate) fn unmount(self, cell: CellId) {
        let gone = self
            .mounted
            .try_update_value(|editors| editors.remove(&cell))
            .flatten();
        if let Some(gone) = gone {
            gone.editor.destroy();
        }
    }

    /// Tells the changes that wait for a pause in typing.
    pub(crate) fn flush(self) {
        // A change is told to the document, which knows nothing of editors: no borrow is held meanwhile.
        for editor in self.all() {
            editor.flush();
        }
    }

    /// Gives the focus to a cell's editor, now or when it is there.
    pub(crate) fn focus(self, cell: CellId) {
        match self.get(cell) {
            Some(editor) => editor.focus(),
            None => self.wanted.set_value(Some(cell)),
        }
    }

    /// Puts a text where the cursor of a cell is. Tells whether the cell has an editor.
    pub(crate) fn insert(self, cell: CellId, text: &str) -> bool {
        let editor = self.get(cell);
        if let Some(editor) = &editor {
            editor.insert(text);
        }
        editor.is_some()
    }

    /// Puts a text in place of a part of a cell's, in UTF-16 code units.
    pub(crate) fn replace(self, cell: CellId, text: &str, start: u32, end: u32) {
        if let Some(editor) = self.get(cell) {
            editor.replace(text, start, end);
        }
    }

    /// Underlines parts of a cell's text until it changes; none takes the marks away.
    pub(crate) fn mark(self, cell: CellId, origins: &[Origin], message: &str) {
        let Some(editor) = self.get(cell) else { return };
        let marks = origins
            .iter()
            .map(|origin| Array::of3(&origin.start.into(), &origin.end.into(), &message.into()));
        editor.mark_errors(&marks.collect());
    }

    fn get(self, cell: CellId) -> Option<CellEditor> {
        self.mounted.with_value(|editors| {
            editors
                .get(&cell)
                .map(|mounted| mounted.editor.clone().unchecked_into())
        })
    }

    fn all(self) -> Vec<CellEditor> {
        self.mounted.with_value(|editors| {
            editors
                .values()
                .map(|mounted| mounted.editor.clone().unchecked_into())
                .collect()
        })
    }
}
