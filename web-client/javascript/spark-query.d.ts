// What /spark-query.js has: the element <spark-query>, which shows a query's rows as a table.

import type { SqlOptions } from "./spark-connect";

/** `waiting` before the first run. */
export type SparkQueryState = "waiting" | "running" | "done" | "failed";

/**
 * A query and its rows: `<spark-query limit="100" caption="Trips">SELECT * FROM trips</spark-query>`.
 *
 * Attributes: `sql`, in place of the text inside; `url`, the bridge's address (default where the module came from);
 * `limit`, 1 to 10,000 rows (default 1,000); `caption`, the table's name. A change of any runs the query again.
 *
 * Events: `load` when all rows are there; `error`, an ErrorEvent, when they are not.
 *
 * Parts: `rows`, `table`, `caption`, `head`, `body`, `status`, `error`. Custom properties: `--spark-query-max-height`,
 * `--spark-query-header`, `--spark-query-header-text`.
 */
export class SparkQuery extends HTMLElement {
  /** Values for the statement's parameters, as `sql()` takes them. */
  args: SqlOptions["args"];
  /** Sent to the bridge as `authorization: Bearer ...`. */
  token: string | undefined;
  readonly state: SparkQueryState;
  /** Runs the query again. Resolves when it has ended, well or not. */
  refresh(): Promise<void>;
}

declare global {
  interface HTMLElementTagNameMap {
    "spark-query": SparkQuery;
  }
}
