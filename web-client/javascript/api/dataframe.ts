// Queries, and what people read of them.

import type { Relation } from "spark-connect-wasm";
import type * as api from "../spark-connect";
import { failure, SparkConnectError, type Fields } from "./error.ts";
import type { Core } from "./core.ts";
import { enter } from "./module.ts";
import { runOptions } from "./options.ts";
import { Batches, Reading } from "./reading.ts";

/** A batch as Rust gives it for rows. */
interface Columns {
  names: string[];
  columns: api.Value[][];
  rows: number;
}

export class SqlFrame implements api.DataFrame {
  readonly #core: Core;
  readonly #relation: Relation;
  /** What sql() was given. */
  readonly #options: api.RunOptions;

  constructor(core: Core, relation: Relation, options: api.RunOptions) {
    this.#core = core;
    this.#relation = relation;
    this.#options = options;
  }

  async schema(options: Pick<api.RunOptions, "signal"> = {}): Promise<api.Column[]> {
    runOptions("schema", options);
    const { signal } = { ...this.#options, ...options };
    return this.#core.call((client) => client.schema(this.#relation), signal);
  }

  stream(options: api.RunOptions = {}): api.BatchStream {
    return new Batches(this.#read("stream", options, false));
  }

  async *rowBatches<R extends api.Row>(options: api.RunOptions = {}): AsyncGenerator<R[], undefined, void> {
    const reading = this.#read<Columns>("rowBatches", options, true);
    try {
      for (let batch = await reading.next(); batch; batch = await reading.next()) yield objects(batch) as R[];
    } finally {
      reading.end();
    }
  }

  async rows<R extends api.Row>(options: api.RunOptions = {}): Promise<R[]> {
    runOptions("rows", options);
    const rows: R[] = [];
    for await (const batch of this.rowBatches<R>(options)) for (const row of batch) rows.push(row);
    return rows;
  }

  #read<T>(method: string, options: api.RunOptions, values: boolean): Reading<T> {
    runOptions(method, options);
    const { client } = this.#core;
    const all = { ...this.#options, ...options };
    const run = enter(() => client.run(this.#relation, values, listener(all)));
    return new Reading(run, this.#core, all.signal);
  }
}

function objects({ names, columns, rows: count }: Columns): api.Row[] {
  const twice = names.find((name, at) => names.indexOf(name) < at);
  if (twice !== undefined) {
    throw failure("invalid", `Two columns are called ${twice}. Name them apart with AS, or read them with stream().`);
  }
  const rows: api.Row[] = [];
  // As a field of its own, which an assignment would not make of it.
  const plain = !names.includes("__proto__");
  for (let at = 0; at < count; at++) {
    if (plain) {
      const row: api.Row = {};
      for (let column = 0; column < names.length; column++) row[names[column]!] = columns[column]![at]!;
      rows.push(row);
    } else {
      rows.push(Object.fromEntries(names.map((name, column) => [name, columns[column]![at]!])));
    }
  }
  return rows;
}

/** The function that hears what a query tells; what listeners throw is reported, and harms nobody. */
export function listener({ onProgress, onRetrying }: api.RunOptions) {
  return (what: "progress" | "retrying", detail: unknown): void => {
    try {
      if (what === "progress") onProgress?.(detail as api.Progress);
      else if (onRetrying) {
        const retrying = detail as Omit<api.Retrying, "error"> & { error: Fields };
        onRetrying({ ...retrying, error: new SparkConnectError(retrying.error) });
      }
    } catch (error) {
      reportError(error);
    }
  };
}
