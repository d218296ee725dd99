// <spark-query>: a query's rows as a table that fills while they come.

import type * as api from "../spark-connect";
import type { SparkQueryState } from "../spark-query";
import { SparkConnectError } from "./spark-connect.js";
import { inSession } from "./sessions.ts";
import { sheet } from "./style.ts";
import { isNumeric, text } from "./text.ts";

const LIMIT = 1000;
/** The most rows that a page holds without becoming slow. */
const MOST = 10_000;
/** How many rows are put into the table before the page may paint. */
const AT_ONCE = 100;

let style: CSSStyleSheet | undefined;

export class SparkQuery extends HTMLElement {
  static readonly observedAttributes = ["sql", "url", "limit", "caption"];

  readonly #view = new View(this.attachShadow({ mode: "open" }), () => this.refresh());
  readonly #changes = new MutationObserver(() => this.#restart());
  #args: api.SqlOptions["args"];
  #token: string | undefined;
  #running: AbortController | undefined;
  #waits = false;

  connectedCallback(): void {
    this.#changes.observe(this, { childList: true, characterData: true, subtree: true });
    this.#restart();
  }

  disconnectedCallback(): void {
    this.#changes.disconnect();
    this.#running?.abort();
    this.#running = undefined;
  }

  attributeChangedCallback(): void {
    this.#restart();
  }

  /** Values for the statement's parameters. */
  get args(): api.SqlOptions["args"] {
    return this.#args;
  }

  set args(args: api.SqlOptions["args"]) {
    this.#args = args;
    this.#restart();
  }

  /** What the bridge is told of who asks. A property alone: attributes stand in the page for all to read. */
  get token(): string | undefined {
    return this.#token;
  }

  set token(token: string | undefined) {
    this.#token = token;
    this.#restart();
  }

  get state(): SparkQueryState {
    return this.#view.state;
  }

  /** Runs the query again. The rows of the last run stay until the first new ones are there. */
  async refresh(): Promise<void> {
    this.#running?.abort();
    const running = new AbortController();
    this.#running = running;
    const sql = (this.getAttribute("sql") ?? this.textContent ?? "").trim();
    this.#view.caption(this.getAttribute("caption"));
    if (sql === "") return this.#view.fail("There is no query: write SQL into the element, or into its attribute sql.");
    const limit = this.#limit();
    if (limit === undefined) return this.#view.fail(`limit takes a number from 1 to ${MOST}.`);
    this.#view.begin();
    try {
      await inSession(this.getAttribute("url"), this.#token, (session) => this.#run(session, sql, limit, running.signal));
      this.dispatchEvent(new Event("load"));
    } catch (error) {
      if (running.signal.aborted) return;
      const known = error instanceof SparkConnectError ? error : undefined;
      this.#view.fail(known?.message ?? String(error), known?.errorClass);
      this.dispatchEvent(new ErrorEvent("error", { error, message: known?.message ?? String(error) }));
    }
  }

  /** Once, however many things change at a time, and not before the page's text is there. */
  #restart(): void {
    if (!this.isConnected || this.#waits) return;
    this.#waits = true;
    const start = () => {
      this.#waits = false;
      if (this.isConnected) void this.refresh();
    };
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start, { once: true });
    else queueMicrotask(start);
  }

  #limit(): number | undefined {
    const written = this.getAttribute("limit");
    const limit = written === null ? LIMIT : Number(written);
    return Number.isInteger(limit) && limit >= 1 && limit <= MOST ? limit : undefined;
  }

  async #run(session: api.Session, sql: string, limit: number, signal: AbortSignal): Promise<void> {
    const began = performance.now();
    const onProgress = (progress: api.Progress) => this.#view.progress(progress);
    // One more tells whether there are more.
    const options = { limit: limit + 1, signal, onProgress };
    const query = await session.sql(sql, this.#args === undefined ? options : { ...options, args: this.#args });
    const columns = await query.schema();
    let shown = 0;
    let more = false;
    for await (const rows of query.rowBatches()) {
      more ||= shown + rows.length > limit;
      rows.length = Math.min(rows.length, limit - shown);
      if (shown === 0) this.#view.head(columns);
      for (let at = 0; at < rows.length; at += AT_ONCE) {
        this.#view.append(columns, rows.slice(at, at + AT_ONCE));
        await new Promise((painted) => setTimeout(painted));
        signal.throwIfAborted();
      }
      shown += rows.length;
    }
    if (shown === 0) this.#view.head(columns);
    this.#view.end(shown, more, performance.now() - began);
  }
}

/** What the element shows. */
class View {
  state: SparkQueryState = "waiting";
  readonly #rows = make("div", "rows");
  readonly #table = make("table", "table");
  readonly #caption = make("caption", "caption");
  readonly #head = make("thead", "head");
  readonly #body = make("tbody", "body");
  readonly #status = make("p", "status");
  readonly #error = make("p", "error");

  constructor(root: ShadowRoot, again: () => void) {
    style ??= sheet();
    root.adoptedStyleSheets = [style];
    this.#rows.tabIndex = 0;
    this.#rows.setAttribute("role", "region");
    this.#rows.hidden = true;
    this.#status.setAttribute("role", "status");
    this.#error.setAttribute("role", "alert");
    this.#error.hidden = true;
    this.#table.append(this.#caption, this.#head, this.#body);
    this.#rows.append(this.#table);
    root.append(this.#rows, this.#error, this.#status);
    this.#error.addEventListener("click", (event) => {
      if (event.target instanceof HTMLButtonElement) again();
    });
  }

  caption(caption: string | null): void {
    this.#caption.textContent = caption;
    this.#caption.hidden = !caption;
    this.#rows.setAttribute("aria-label", caption || "Rows of a query");
  }

  begin(): void {
    this.state = "running";
    this.#error.hidden = true;
    this.#rows.setAttribute("aria-busy", "true");
    this.#status.textContent = "Running…";
  }

  progress({ completedTasks, tasks }: api.Progress): void {
    if (this.state === "running" && tasks > 0) this.#status.textContent = `Running: ${completedTasks} of ${tasks} tasks`;
  }

  /** Takes the last run's rows away, and has the columns of this one's. */
  head(columns: api.Column[]): void {
    const row = document.createElement("tr");
    for (const { name, type } of columns) {
      const cell = document.createElement("th");
      cell.scope = "col";
      cell.textContent = name;
      cell.title = type;
      if (isNumeric(type)) cell.className = "number";
      row.append(cell);
    }
    this.#head.replaceChildren(row);
    this.#body.replaceChildren();
    this.#rows.hidden = false;
  }

  append(columns: api.Column[], rows: api.Row[]): void {
    const added = rows.map((row) => {
      const line = document.createElement("tr");
      for (const { name, type } of columns) {
        const cell = document.createElement("td");
        const value = row[name]!;
        cell.textContent = text(value);
        if (value === null) cell.className = "null";
        else if (isNumeric(type)) cell.className = "number";
        line.append(cell);
      }
      return line;
    });
    this.#body.append(...added);
  }

  end(rows: number, more: boolean, milliseconds: number): void {
    this.state = "done";
    this.#rows.setAttribute("aria-busy", "false");
    const count = `${rows.toLocaleString("en")} ${rows === 1 ? "row" : "rows"}`;
    this.#status.textContent = `${more ? `The first ${count}` : count} in ${(milliseconds / 1000).toFixed(1)} s`;
  }

  /** The rows of the last run stay readable. */
  fail(message: string, errorClass?: string): void {
    this.state = "failed";
    this.#rows.setAttribute("aria-busy", "false");
    this.#status.textContent = "";
    const again = document.createElement("button");
    again.type = "button";
    again.textContent = "Try again";
    const code = document.createElement("code");
    code.textContent = errorClass ? ` ${errorClass}` : "";
    this.#error.replaceChildren(message, code, again);
    this.#error.hidden = false;
  }
}

function make<K extends keyof HTMLElementTagNameMap>(name: K, part: string): HTMLElementTagNameMap[K] {
  const element = document.createElement(name);
  element.className = part;
  element.setAttribute("part", part);
  return element;
}
