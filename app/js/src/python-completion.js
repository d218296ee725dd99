// Completion for PySpark. What may stand at a place is asked of the engine, which knows the variables: see
// web-client/pyspark/src/complete.rs. Here is only when to ask, and how it looks.

/** In longer texts nothing is completed: each question takes the whole text along. */
const LONGEST = 200_000;

const TYPES = { keyword: { boost: -10 }, column: { boost: 20 }, variable: { boost: 10 } };

/** Puts a name and the brackets of its call, and goes between them. */
const call = (name) => (view, _, from, to) => {
  const called = view.state.sliceDoc(to, to + 1) === "(";
  view.dispatch({
    changes: { from, to, insert: called ? name : `${name}()` },
    selection: { anchor: from + name.length + 1 },
    userEvent: "input.complete",
  });
};

const option = ({ name, kind, detail }) => ({
  label: name,
  type: kind,
  detail,
  ...TYPES[kind],
  ...(kind === "function" || kind === "method" ? { apply: call(name) } : {}),
});

/** A completion source over `ask(text, at)`, a promise of `{ start, items: [{ name, kind, detail }] }`. */
export function completePython(ask) {
  return async (context) => {
    const { doc } = context.state;
    if (doc.length > LONGEST) return null;
    const before = doc.sliceString(Math.max(0, context.pos - 100), context.pos);
    // After a dot, a quote or the beginning of a name; anywhere else only when it is asked for.
    if (!context.explicit && !/[\p{L}_][\p{L}\p{N}_]*$|\.$|["']$/u.test(before)) return null;
    const { start, items } = await ask(doc.toString(), context.pos);
    if (!items.length || context.aborted) return null;
    return { from: start, options: items.map(option), validFor: /^[\p{L}\p{N}_]*$/u };
  };
}
