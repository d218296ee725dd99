// How the editor looks: every colour is a custom property of the page's tokens.css, so both themes come for free.

import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const look = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "transparent", fontSize: "13px", maxHeight: "70vh" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.6", overflow: "auto" },
  ".cm-content": { padding: "4px 0 12px", caretColor: "var(--ink)", tabSize: "4" },
  ".cm-line": { padding: "0 14px" },
  ".cm-placeholder": { color: "var(--ink-3)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)", borderLeftWidth: "1.5px" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--select)",
  },
  ".cm-selectionMatch": { backgroundColor: "var(--sunken)" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--select)", outline: "1px solid var(--line-strong)" },
  "&.cm-focused .cm-nonmatchingBracket": { color: "var(--bad)", backgroundColor: "transparent" },
  ".spark-function, .spark-function *": { color: "var(--fn)" },
  ".spark-error": {
    textDecoration: "underline wavy var(--bad) 1px",
    textUnderlineOffset: "3px",
    textDecorationSkipInk: "none",
  },
  ".cm-panels": {
    color: "var(--ink)",
    backgroundColor: "var(--sunken)",
    font: "var(--text-sm)/1.4 var(--font)",
    borderBottom: "1px solid var(--line) !important",
  },
  ".cm-panel.cm-search": { padding: "6px 32px 6px 10px" },
  ".cm-panel.cm-search label": { fontSize: "var(--text-sm)" },
  ".cm-panel.cm-search [name=close]": { color: "var(--ink-2)", width: "24px", height: "24px" },
  ".cm-textfield": {
    color: "var(--ink)",
    backgroundColor: "var(--surface)",
    border: "1px solid var(--line-strong)",
    borderRadius: "4px",
    fontSize: "var(--text-sm)",
  },
  ".cm-button": {
    color: "var(--ink)",
    backgroundImage: "none",
    backgroundColor: "var(--surface)",
    border: "1px solid var(--line-strong)",
    borderRadius: "4px",
    fontSize: "var(--text-sm)",
  },
  ".cm-searchMatch": { backgroundColor: "var(--accent-soft)", outline: "1px solid var(--line-strong)" },
  ".cm-searchMatch-selected": { backgroundColor: "var(--select)", outlineColor: "var(--accent)" },
  ".cm-tooltip": {
    color: "var(--ink)",
    backgroundColor: "var(--surface)",
    border: "1px solid var(--line-strong)",
    borderRadius: "6px",
    boxShadow: "0 6px 20px rgb(0 0 0 / .16)",
    overflow: "hidden",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", fontSize: "var(--text-sm)", maxHeight: "16em" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "3px 10px", lineHeight: "1.4" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": {
    color: "var(--ink)",
    backgroundColor: "var(--select)",
  },
  ".cm-completionMatchedText": { textDecoration: "none", color: "var(--accent)" },
  ".cm-completionDetail": { color: "var(--ink-3)", fontStyle: "normal", marginLeft: "12px" },
});

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--kw)" },
  { tag: [tags.function(tags.variableName), tags.function(tags.propertyName)], color: "var(--fn)" },
  { tag: [tags.typeName, tags.standard(tags.name)], color: "var(--fn)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--str)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--num)" },
  { tag: [tags.lineComment, tags.blockComment], color: "var(--ink-3)", fontStyle: "italic" },
  { tag: [tags.operator, tags.punctuation], color: "var(--ink-2)" },
]);

export const theme = [look, syntaxHighlighting(colours)];
