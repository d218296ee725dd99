// CodeMirror for a cell: a chunk of its own, loaded after the first paint. Mounted in a shadow root, where
// style-mod uses constructed style sheets: the page's policy allows no inline style.

import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  closeCompletion,
  completionKeymap,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { bracketMatching, indentOnInput, indentUnit } from "@codemirror/language";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, drawSelection, highlightSpecialChars, keymap, placeholder } from "@codemirror/view";
import { completeSpark } from "./completion.js";
import { theme } from "./editor-theme.js";
import { completePython } from "./python-completion.js";
import { sparkSql } from "./spark-sql.js";

/** Beyond this many characters a text is shown plain: highlighting would hold up typing. */
const HIGHLIGHT_LIMIT = 1_000_000;

const LEAVE = "Tab indents. Press Escape, then Tab, to leave the editor.";

const setErrors = StateEffect.define();
const errorField = StateField.define({
  create: () => Decoration.none,
  update(marks, transaction) {
    if (transaction.docChanged) marks = Decoration.none;
    for (const effect of transaction.effects) {
      if (effect.is(setErrors)) marks = decorate(effect.value, transaction.state.doc.length);
    }
    return marks;
  },
  provide: (field) => EditorView.decorations.from(field),
});

function decorate(errors, length) {
  const marks = [];
  for (const [start, end, message] of errors) {
    const to = Math.min(Math.max(end, start + 1), length);
    const from = Math.min(start, to - 1);
    if (from < 0) continue;
    marks.push(Decoration.mark({ class: "spark-error", attributes: { title: message } }).range(from, to));
  }
  return Decoration.set(marks, true);
}

/**
 * Replaces a selection by typed text before the browser does: Chromium would give the text the look of what it replaces
 * as an inline style, which the page's policy refuses, and which nobody wants.
 */
const typeOverSelection = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { main, ranges } = view.state.selection;
    if (event.inputType !== "insertText" || event.isComposing || !event.data || main.empty || ranges.length > 1) return false;
    const { from, to } = main;
    const insert = () => view.state.update(view.state.replaceSelection(event.data), { userEvent: "input.type" });
    const handled = view.state.facet(EditorView.inputHandler).some((handle) => handle(view, from, to, event.data, insert));
    if (!handled) view.dispatch(insert());
    event.preventDefault();
    return true;
  },
});

/** What depends on the language: the grammar, what is completed, what the editor says of itself. */
const looks = new Compartment();

function looksOf(length, { language, label, placeholder: hint, children, ask, help }) {
  const highlighted = length <= HIGHLIGHT_LIMIT;
  const grammar = language === "python" ? [python(), indentUnit.of("    ")] : sparkSql;
  return [
    highlighted ? grammar : [],
    autocompletion({ override: [language === "python" ? completePython(ask) : completeSpark(children)], icons: false, filterStrict: true }),
    placeholder(hint),
    EditorView.contentAttributes.of({ "aria-label": label, "aria-describedby": help }),
  ];
}

const mounted = new WeakMap();

/** Changes what the editor is for: `options` as `mount` takes them. */
export function setLooks(view, options) {
  const all = Object.assign(mounted.get(view), options);
  view.dispatch({ effects: looks.reconfigure(looksOf(view.state.doc.length, all)) });
}

/** Makes an editor inside a shadow root. `changed(length)` is called after every change of the text. */
export function mount(root, { text, selection, changed, key, ...of }) {
  let highlighted = text.length <= HIGHLIGHT_LIMIT;

  // Tab indents, so the way out has to be told. Inside the root: a description cannot point out of it.
  const help = Object.assign(document.createElement("p"), { id: "leave", hidden: true, textContent: LEAVE });
  root.append(help);
  const options = { ...of, help: help.id };

  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: text,
      extensions: [
        keymap.of(notebookKeys(key)),
        EditorState.allowMultipleSelections.of(true),
        EditorState.tabSize.of(4),
        highlightSpecialChars(),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        highlightSelectionMatches(),
        search({ top: true }),
        looks.of(looksOf(text.length, options)),
        keymap.of([
          ...closeBracketsKeymap,
          ...completionKeymap,
          ...searchKeymap,
          ...historyKeymap,
          ...defaultKeymap,
          indentWithTab,
          { key: "Escape", run: () => key("leave") },
        ]),
        errorField,
        typeOverSelection,
        theme,
        EditorView.contentAttributes.of({
          spellcheck: "false",
          autocapitalize: "off",
        }),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged) return;
          const { length } = update.state.doc;
          if (length <= HIGHLIGHT_LIMIT !== highlighted) {
            highlighted = !highlighted;
            setLooks(update.view, {});
          }
          changed(length);
        }),
      ],
    }),
  });
  mounted.set(view, options);
  const to = view.state.doc.length;
  view.dispatch({
    selection: { anchor: Math.min(selection.anchor, to), head: Math.min(selection.head, to) },
  });
  return view;
}

/** Keys that belong to the notebook come before the editor's own. */
function notebookKeys(key) {
  const atEdge = (forward) => (view) => {
    const { main } = view.state.selection;
    const line = view.state.doc.lineAt(main.head);
    const edge = forward ? line.to === view.state.doc.length : line.from === 0;
    return main.empty && edge && main.head === (forward ? line.to : line.from) && key(forward ? "next" : "previous");
  };
  const run = (name) => (view) => {
    closeCompletion(view);
    return key(name);
  };
  return [
    { key: "Mod-Shift-Enter", run: run("run-all") },
    { key: "Mod-Enter", run: run("run") },
    { key: "Ctrl-Enter", run: run("run") },
    { key: "Shift-Enter", run: run("run-advance") },
    { key: "ArrowUp", run: atEdge(false) },
    { key: "ArrowDown", run: atEdge(true) },
  ];
}

/** Underlines ranges `[start, end, message]`, in UTF-16 code units, until the next change. */
export function markErrors(view, errors) {
  view.dispatch({ effects: setErrors.of(errors) });
}
