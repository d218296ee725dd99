// Spark SQL for CodeMirror: the dialect, and the colour of function names, which are functions only when called.

import { LanguageSupport, syntaxTree } from "@codemirror/language";
import { SQLDialect } from "@codemirror/lang-sql";
import { Decoration, ViewPlugin } from "@codemirror/view";
import { functions, keywords, types } from "./spark-sql-words.js";

const dialect = SQLDialect.define({
  keywords: keywords.join(" "),
  types: types.join(" "),
  backslashEscapes: true,
  doubleQuotedStrings: true,
  identifierQuotes: "`",
  operatorChars: "*+-%<>!=&|~^/:",
  specialVar: "$?",
  caseInsensitiveIdentifiers: true,
});

const known = new Set(functions);
const mark = Decoration.mark({ class: "spark-function" });
const words = new Set(["Identifier", "Keyword", "Type", "Builtin"]);

const calls = ViewPlugin.fromClass(
  class {
    constructor(view) {
      this.decorations = called(view);
    }
    update(update) {
      const parsed = syntaxTree(update.state) !== syntaxTree(update.startState);
      if (update.docChanged || update.viewportChanged || parsed) this.decorations = called(update.view);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

/** Marks the names of known functions that a parenthesis follows, in the visible part. */
function called(view) {
  const marks = [];
  for (const { from, to } of view.visibleRanges) {
    syntaxTree(view.state).iterate({
      from,
      to,
      enter(node) {
        if (!words.has(node.name) || node.to - node.from > 48) return;
        const text = view.state.sliceDoc(node.from, node.to + 1);
        if (text.endsWith("(") && known.has(text.slice(0, -1).toLowerCase())) marks.push(mark.range(node.from, node.to));
      },
    });
  }
  return Decoration.set(marks, true);
}

export const sparkSql = new LanguageSupport(dialect.language, calls);
