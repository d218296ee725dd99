// Completion for Spark SQL: words of the language, and what the catalog holds. Names after a dot come from the path
// before it, or from the table that an alias of the statement stands for.

import { syntaxTree } from "@codemirror/language";
import { functions, keywords, types } from "./spark-sql-words.js";

const NAME = "(?:[\\w$]+|`(?:[^`]|``)*`)";
const PATH = new RegExp(`(?:${NAME}\\.)*(?:[\\w$]*|\`(?:[^\`]|\`\`)*)$`);
const TABLES = new RegExp(`\\b(?:from|join|update|into)\\s+(${NAME}(?:\\.${NAME})*)(?:\\s+(?:as\\s+)?(${NAME}))?`, "gi");
/** Where nothing is to be completed. */
const silent = new Set(["String", "LineComment", "BlockComment"]);
/** How far around the cursor a statement is looked at. */
const REACH = 20_000;

const plain = /^[A-Za-z_][\w$]*$/;
const reserved = new Set(keywords);
const unquote = (name) => (name.startsWith("`") ? name.slice(1, name.endsWith("`") ? -1 : undefined).replaceAll("``", "`") : name);
const quote = (name) => (plain.test(name) && !reserved.has(name.toLowerCase()) ? name : `\`${name.replaceAll("`", "``")}\``);
const split = (path) => (path.match(new RegExp(NAME, "g")) ?? []).map(unquote);

const languageWords = (upper) => [
  ...keywords.map((word) => ({ label: upper ? word.toUpperCase() : word, type: "keyword", boost: -10 })),
  ...types.map((word) => ({ label: upper ? word.toUpperCase() : word, type: "type", detail: "type", boost: -20 })),
  ...functions.map((word) => ({
    label: word,
    type: "function",
    detail: "function",
    boost: -5,
    apply: (view, _, from, to) => {
      const called = view.state.sliceDoc(to, to + 1) === "(";
      const insert = called ? word : `${word}()`;
      view.dispatch({ changes: { from, to, insert }, selection: { anchor: from + word.length + 1 } });
    },
  })),
];
const words = { lower: languageWords(false), upper: languageWords(true) };

/** The tables that the statement around the cursor names, by alias or by their last name. */
function tablesOf(context) {
  const { doc } = context.state;
  const before = doc.sliceString(Math.max(0, context.pos - REACH), context.pos);
  const after = doc.sliceString(context.pos, Math.min(doc.length, context.pos + REACH));
  const end = after.indexOf(";");
  const statement = before.slice(before.lastIndexOf(";") + 1) + (end < 0 ? after : after.slice(0, end));
  const tables = new Map();
  for (const [, path, alias] of statement.matchAll(TABLES)) {
    const parts = split(path);
    const name = alias && !reserved.has(alias.toLowerCase()) ? unquote(alias) : parts.at(-1);
    tables.set(name.toLowerCase(), parts);
  }
  return tables;
}

const option = ({ name, kind, detail }) => ({ label: name, apply: quote(name), type: kind, detail, boost: kind === "column" ? 20 : 10 });

/** A completion source over `children(path)`, a promise of `[{ name, kind, detail }]` below a path of names. */
export function completeSpark(children) {
  return async (context) => {
    if (silent.has(syntaxTree(context.state).resolveInner(context.pos, -1).name)) return null;
    const match = context.matchBefore(PATH);
    if (!match || (match.text === "" && !context.explicit)) return null;
    const path = split(match.text.slice(0, Math.max(0, match.text.lastIndexOf(".") + 1)));
    const typed = match.text.slice(match.text.lastIndexOf(".") + 1);
    const from = context.pos - typed.length;
    const tables = tablesOf(context);

    if (path.length) {
      const table = path.length === 1 && tables.get(path[0].toLowerCase());
      const below = await children(table || path);
      return below.length ? { from, options: below.map(option), validFor: /^[\w$`]*$/ } : null;
    }
    const named = await Promise.all([children([]), ...[...tables.values()].slice(0, 8).map((table) => children(table))]);
    const seen = new Set();
    const options = named.flat().map(option).filter(({ label }) => !seen.has(label) && seen.add(label));
    const upper = /^[A-Z]/.test(typed);
    return { from, options: [...options, ...(upper ? words.upper : words.lower)], validFor: /^[\w$`]*$/ };
  };
}
