// How the element looks: in the page's own font and colours, light or dark. Pages restyle it through its parts.

/** A style sheet that no content security policy takes for an inline style. */
export function sheet(): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    :host { display: block; --line: color-mix(in srgb, currentColor 22%, transparent); }
    :host([hidden]) { display: none; }
    .rows { overflow: auto; max-height: var(--spark-query-max-height, 24rem); border: 1px solid var(--line); border-radius: 6px; }
    .rows:focus-visible, button:focus-visible { outline: 2px solid currentColor; outline-offset: 2px; }
    table { border-collapse: separate; border-spacing: 0; width: 100%; font-variant-numeric: tabular-nums; }
    caption { text-align: start; padding: 0.5em 0.75em; font-weight: 600; }
    th, td { padding: 0.35em 0.75em; text-align: start; white-space: nowrap; border-block-start: 1px solid var(--line);
      max-width: 32em; overflow: hidden; text-overflow: ellipsis; }
    thead th { position: sticky; inset-block-start: 0; font-weight: 600; background: var(--spark-query-header, Canvas);
      color: var(--spark-query-header-text, CanvasText); border-block-start: 0; border-block-end: 1px solid var(--line); }
    .number { text-align: end; }
    .null { font-style: italic; opacity: 0.75; }
    .status, .error { margin: 0.5em 0 0; font-size: 0.875em; }
    .error { font-weight: 600; }
    .error code { font-weight: 400; }
    button { font: inherit; color: inherit; background: transparent; border: 1px solid currentColor; border-radius: 4px;
      padding: 0.2em 0.75em; min-height: 24px; margin-inline-start: 0.75em; cursor: pointer; }
    [hidden] { display: none; }
  `);
  return sheet;
}
