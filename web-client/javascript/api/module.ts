// The wasm module: loaded once, and watched. Whatever breaks in it, everything that waits for it hears of.

import init, { Client } from "spark-connect-wasm";
import wasm from "spark-connect-wasm.wasm";
import type { Call } from "spark-connect-wasm";
import { failure, SparkConnectError, type Fields } from "./error.ts";

let loading: Promise<void> | undefined;
let broken: SparkConnectError | undefined;
const waiting = new Set<(error: SparkConnectError) => void>();

/** Loads the module, if it is not there yet. */
export function load(): Promise<void> {
  loading ??= init({ module_or_path: new URL(wasm, import.meta.url) }).then(
    () => Client.prepare(fail),
    (error) => {
      // The next call tries again.
      loading = undefined;
      throw failure("unreachable", `The client's code cannot be loaded: ${text(error)}.`);
    },
  );
  return loading;
}

/** After a panic or a trap nothing in the module can be relied upon. */
function fail(reason: string): void {
  broken ??= failure("internal", `The Spark Connect client broke. Load the page again. ${reason}`);
  for (const reject of waiting) reject(broken);
  waiting.clear();
}

/** Calls the module, unless it is broken. */
export function enter<T>(call: () => T): T {
  if (broken) throw broken;
  try {
    return call();
  } catch (error) {
    throw understood(error);
  }
}

/** What the module threw, as an error of ours. */
function understood(error: unknown): SparkConnectError {
  if (error instanceof Error) {
    fail(text(error));
    return broken!;
  }
  return new SparkConnectError(error as Fields);
}

/** Takes the place of `queueMicrotask` in the module's bindings: a trap in a task would else go unnoticed. */
export function runTask(task: () => void): void {
  globalThis.queueMicrotask(() => {
    if (broken) return;
    try {
      task();
    } catch (error) {
      fail(text(error));
    }
  });
}

/** What comes of a call. Each of the signals ends it, as it ends a fetch. */
export function settled<T>(start: () => Call, ...signals: (AbortSignal | undefined)[]): Promise<T> {
  return new Promise((resolve, reject) => {
    for (const signal of signals) signal?.throwIfAborted();
    const call = enter(start);
    const settle = () => {
      waiting.delete(crash);
      for (const signal of signals) signal?.removeEventListener("abort", abort);
    };
    const crash = (error: SparkConnectError) => {
      settle();
      reject(error);
    };
    const abort = ({ target }: Event) => {
      settle();
      reject((target as AbortSignal).reason);
      enter(() => call.abort());
    };
    waiting.add(crash);
    for (const signal of signals) signal?.addEventListener("abort", abort);
    call.promise.then(
      (value: T) => {
        settle();
        resolve(value);
      },
      (error: unknown) => {
        settle();
        reject(understood(error));
      },
    );
  });
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
