// The editor of one cell as the notebook sees it. It starts as a plain textarea, so that a cell takes input at once,
// and becomes CodeMirror when it comes near the viewport and the chunk is there. Knows no language and no notebook.

/** Above this many characters, changes are told when typing pauses, not at every key. */
const LARGE = 1 << 16;
const PAUSE_MS = 300;

let chunk = null;

/** Loads CodeMirror once; a failed load is tried again by the next cell. */
function load() {
  chunk ??= import("./editor.js").catch((error) => {
    chunk = null;
    throw error;
  });
  return chunk;
}

const waiting = new WeakMap();
const nearby = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      nearby.unobserve(target);
      waiting.get(target)?.();
      waiting.delete(target);
    }
  },
  { rootMargin: "600px" },
);

/**
 * Puts an editor into `host`. `language` is `sql` or `python`.
 * `changed(text)`: the text is another. `key(name)`: a key that means something to the notebook; true if it was used.
 * For completion: `children(path)`, a promise of what the catalog holds below a path of names; `ask(text, at)`, a promise
 * of what may stand at a place of PySpark code.
 */
export function createEditor(host, text, language, label, placeholder, changed, key, children, ask) {
  return new CellEditor(host, { text, language, label, placeholder, changed, key, children, ask });
}

class CellEditor {
  #host;
  #options;
  #area;
  #view = null;
  #errors = [];
  #pause = 0;
  #composing = false;

  constructor(host, options) {
    this.#host = host;
    this.#options = options;
    this.#area = this.#textarea();
    host.append(this.#area);
    waiting.set(host, () => this.#upgrade());
    nearby.observe(host);
  }

  #textarea() {
    const { text, label, placeholder, key } = this.#options;
    const area = document.createElement("textarea");
    Object.assign(area, { value: text, placeholder, spellcheck: false, wrap: "off", className: "plain-editor" });
    area.setAttribute("aria-label", label);
    area.setAttribute("autocapitalize", "off");
    const fit = () => (area.rows = Math.min(24, area.value.split("\n", 24).length));
    fit();
    area.addEventListener("input", () => {
      fit();
      this.#changed(area.value.length);
    });
    area.addEventListener("keydown", (event) => {
      const name = keyName(event);
      if (name && !event.isComposing && key(name)) event.preventDefault();
    });
    area.addEventListener("compositionstart", () => (this.#composing = true));
    area.addEventListener("compositionend", () => (this.#composing = false));
    return area;
  }

  async #upgrade() {
    let editor;
    try {
      editor = await load();
    } catch (error) {
      console.warn("The code editor could not be loaded; a plain text field takes its place.", error);
      return;
    }
    const area = this.#area;
    if (!area) return;
    if (this.#composing) {
      area.addEventListener("compositionend", () => this.#upgrade(), { once: true });
      return;
    }
    const focused = document.activeElement === area;
    const { selectionStart: anchor, selectionEnd: head, value } = area;
    this.#area = null;
    this.#view = editor.mount(this.#host.shadowRoot ?? this.#host.attachShadow({ mode: "open" }), {
      ...this.#options,
      text: value,
      selection: { anchor, head },
      changed: (length) => this.#changed(length),
    });
    area.remove();
    if (this.#errors.length) editor.markErrors(this.#view, this.#errors);
    if (focused) this.#view.focus();
  }

  #changed(length) {
    this.#errors = [];
    clearTimeout(this.#pause);
    this.#pause = 0;
    if (length <= LARGE) this.#tell();
    else this.#pause = setTimeout(() => this.#tell(), PAUSE_MS);
  }

  #tell() {
    this.#pause = 0;
    this.#options.changed(this.text());
  }

  /** The text as it stands. */
  text() {
    return this.#view ? this.#view.state.doc.toString() : (this.#area?.value ?? "");
  }

  /** Tells a change that still waits for a pause. */
  flush() {
    if (!this.#pause) return;
    clearTimeout(this.#pause);
    this.#tell();
  }

  /** Puts another text in place of what is between two offsets, in UTF-16 code units; by default of everything. */
  replace(text, start = 0, end = Infinity) {
    if (this.#view) {
      const to = Math.min(end, this.#view.state.doc.length);
      this.#view.dispatch({ changes: { from: Math.min(start, to), to, insert: text }, userEvent: "input" });
    } else if (this.#area) {
      this.#area.setRangeText(text, start, Math.min(end, this.#area.value.length), "end");
      this.#area.dispatchEvent(new Event("input"));
    }
  }

  /** Puts a text where the cursor is, over what is selected, and takes the focus. */
  insert(text) {
    if (this.#view) this.#view.dispatch(this.#view.state.replaceSelection(text), { userEvent: "input" });
    else if (this.#area) {
      const { selectionStart, selectionEnd } = this.#area;
      this.replace(text, selectionStart, selectionEnd);
    }
    this.focus();
  }

  /** Underlines ranges `[start, end, message]`, in UTF-16 code units, until the next change. */
  async markErrors(errors) {
    this.#errors = errors;
    if (this.#view) (await load()).markErrors(this.#view, errors);
  }

  /** Changes the language, and what the editor says of itself. */
  async setLooks(language, label, placeholder) {
    Object.assign(this.#options, { language, label, placeholder });
    if (this.#view) (await load()).setLooks(this.#view, this.#options);
    else if (this.#area) {
      this.#area.placeholder = placeholder;
      this.#area.setAttribute("aria-label", label);
    }
  }

  focus() {
    (this.#view ?? this.#area)?.focus({ preventScroll: false });
  }

  destroy() {
    this.flush();
    nearby.unobserve(this.#host);
    this.#view?.destroy();
    this.#area?.remove();
    this.#view = this.#area = null;
  }
}

/** The notebook's name of a key that it may want, for the plain text field. */
function keyName({ key, ctrlKey, metaKey, shiftKey, altKey }) {
  if (key === "Escape") return "leave";
  if (key !== "Enter" || altKey) return null;
  if (ctrlKey || metaKey) return shiftKey ? "run-all" : "run";
  return shiftKey ? "run-advance" : null;
}
