// A query that is being read: one batch when one is asked for, and an end that comes from either side.

import type { Run } from "spark-connect-wasm";
import type * as api from "../spark-connect";
import type { Activity, Core } from "./core.ts";
import { enter, settled } from "./module.ts";

/** Why a reader ended the query: the one reason that nobody is told. */
const DONE = Symbol();

export class Reading<T> implements Activity {
  readonly #run: Run;
  readonly #core: Core;
  readonly #signal: AbortSignal | undefined;
  readonly #ending = new AbortController();
  readonly #aborted = () => this.end(this.#signal!.reason);

  constructor(run: Run, core: Core, signal: AbortSignal | undefined) {
    this.#run = run;
    this.#core = core;
    this.#signal = signal;
    core.begin(this);
    if (signal?.aborted) this.#aborted();
    else signal?.addEventListener("abort", this.#aborted);
  }

  /** The next batch, or nothing after the last one. */
  async next(): Promise<T | undefined> {
    try {
      const batch = await settled<T | undefined>(() => this.#run.next(), this.#ending.signal);
      if (batch === undefined) this.end();
      return batch;
    } catch (error) {
      this.end();
      if (error === DONE) return undefined;
      throw error;
    }
  }

  /** Ends the query, if it is not over: aborts its requests, and interrupts it on the server. The reader is told the reason. */
  end(reason: unknown = DONE): void {
    if (this.#ending.signal.aborted) return;
    this.#core.over(this);
    this.#signal?.removeEventListener("abort", this.#aborted);
    this.#ending.abort(reason);
    enter(() => this.#run.stop());
  }
}

export class Batches implements api.BatchStream {
  readonly #reading: Reading<Uint8Array<ArrayBuffer>>;
  /** One batch is read at a time, however many are asked for. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(reading: Reading<Uint8Array<ArrayBuffer>>) {
    this.#reading = reading;
  }

  next(): Promise<IteratorResult<Uint8Array<ArrayBuffer>, undefined>> {
    const next = this.#turn.then(async () => {
      const value = await this.#reading.next();
      return value === undefined ? ({ done: true, value } as const) : ({ done: false, value } as const);
    });
    this.#turn = next.catch(() => {});
    return next;
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    this.#reading.end();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#reading.end();
  }
}
