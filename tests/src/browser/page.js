// What the tests ask of a page, and what they listen for. Runs before the page's own scripts.

window.e2e = {
  /** What the page's policy forbade. */
  violations: [],
  /** Main-thread tasks above 50 ms, `[begin, length]` in ms since the page began. */
  longTasks: [],
  /** The workers that the page started. */
  workers: [],
  /** What `watch` saw. */
  sights: [],

  cell: (n) => document.querySelectorAll(".cell")[n - 1],
  editor: (n) => e2e.cell(n)?.querySelector(".cell-editor")?.shadowRoot,
  text: (n, selector) => e2e.cell(n)?.querySelector(selector)?.innerText.replace(/\s+/g, " ").trim() ?? null,
  isActive: (n) => e2e.cell(n).classList.contains("active"),
  isConnected: () => document.querySelector(".connection .dot.ok") !== null,
  isUsable: (n) => e2e.editor(n)?.querySelector(".cm-content") != null,
  grid: (n) => e2e.cell(n)?.querySelector("[role=grid]") ?? null,

  /** The text of a cell, as its editor would put it on the clipboard. Selects all of it. */
  source(n) {
    const content = e2e.editor(n).querySelector(".cm-content");
    const before = e2e.focused();
    content.focus();
    e2e.select(content);
    const clipboardData = new DataTransfer();
    content.dispatchEvent(new ClipboardEvent("copy", { clipboardData, bubbles: true, cancelable: true }));
    before?.focus();
    return clipboardData.getData("text/plain");
  },

  /** Puts a text in place of a cell's, as a paste over everything does. */
  paste(n, text) {
    const content = e2e.editor(n).querySelector(".cm-content");
    content.focus();
    e2e.select(content);
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", text);
    content.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  },

  /** Selects all of an editor's text. */
  select(content) {
    const init = { key: "a", code: "KeyA", keyCode: 65, ctrlKey: true, bubbles: true, cancelable: true };
    content.dispatchEvent(new KeyboardEvent("keydown", init));
  },

  /** The element that has the focus, inside of shadow roots too. */
  focused() {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    return element;
  },

  /** The underlined parts of a cell's text. */
  underlined: (n) => [...e2e.editor(n).querySelectorAll(".spark-error")].map((mark) => mark.textContent),

  /** The rows of a cell's grid that are on the page and have all their cells: `[row, { column: [text, classes] }]`. */
  rows(n) {
    const grid = e2e.grid(n);
    if (!grid) return [];
    const cells = (row) => [...row.querySelectorAll(".dg-cell")];
    return [...grid.querySelectorAll(".dg-row")]
      .filter((row) => cells(row).every((cell) => !cell.classList.contains("waiting")))
      .map((row) => [
        row.getAttribute("aria-rowindex") - 2,
        Object.fromEntries(
          cells(row).map((cell) => [cell.getAttribute("aria-colindex") - 2, [cell.textContent, cell.className]]),
        ),
      ]);
  },

  /** Scrolls a cell's grid from its first row to its last, and returns the cells of all rows in order. */
  async scrollThrough(n) {
    const grid = e2e.grid(n);
    const seen = new Map();
    grid.scrollTop = 0;
    for (;;) {
      await e2e.settled(n);
      for (const [row, cells] of e2e.rows(n)) seen.set(row, Object.values(cells).map(([text]) => text));
      const before = grid.scrollTop;
      grid.scrollTop += 200;
      if (grid.scrollTop === before) break;
    }
    return [...seen].sort(([a], [b]) => a - b);
  },

  /** Ready once a cell's grid shows all cells that it has place for. */
  async settled(n) {
    const frame = () => new Promise(requestAnimationFrame);
    await frame();
    await frame();
    while (e2e.grid(n).querySelector(".dg-cell.waiting")) await frame();
  },

  /** What the page has loaded: the document, what it names, and what came later. */
  loaded() {
    const named = new Set([...document.head.querySelectorAll("[src], [href]")].map(({ src, href }) => src || href));
    const file = (first) => ({ name, transferSize, responseEnd, renderBlockingStatus }) => ({
      name,
      bytes: transferSize,
      end: responseEnd,
      blocking: first || renderBlockingStatus === "blocking",
      first: first || named.has(name),
    });
    return [
      ...performance.getEntriesByType("navigation").map(file(true)),
      ...performance.getEntriesByType("resource").map(file(false)),
    ];
  },

  /** Bytes over the wire of the engine, which the worker loads out of the page's sight. */
  async engineBytes() {
    const worker = performance.getEntriesByType("resource").find(({ name }) => name.includes("/worker-")).name;
    const script = await (await fetch(worker)).text();
    const [engine] = script.match(/[\w-]*engine[\w-]*\.wasm/);
    const answer = await fetch(new URL(engine, worker), { method: "HEAD", cache: "no-store" });
    return Number(answer.headers.get("content-length"));
  },

  /** Ready once nothing moves on the page. */
  async still() {
    await new Promise(requestAnimationFrame);
    const moving = document.getAnimations().filter(({ effect }) => effect.getComputedTiming().endTime < Infinity);
    await Promise.allSettled(moving.map(({ finished }) => finished));
    await new Promise(requestAnimationFrame);
  },

  /** Notes every few milliseconds how a cell's run looks, until it is over. */
  watch(n) {
    e2e.sights = [];
    const look = () => {
      const active = e2e.isActive(n);
      const first = e2e.rows(n)[0]?.[1][0]?.[0] ?? null;
      e2e.sights.push({ at: performance.now(), active, status: e2e.text(n, ".status"), first });
      if (active) setTimeout(look, 40);
    };
    look();
  },
};

window.Worker = class extends Worker {
  constructor(...given) {
    super(...given);
    e2e.workers.push(this);
  }
};
document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI, sourceFile, lineNumber }) =>
  e2e.violations.push(`policy ${effectiveDirective} forbids ${blockedURI} (${sourceFile}:${lineNumber})`),
);
new PerformanceObserver((list) => {
  for (const { startTime, duration } of list.getEntries()) e2e.longTasks.push([startTime, duration]);
}).observe({ type: "longtask", buffered: true });
