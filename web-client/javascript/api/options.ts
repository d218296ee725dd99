// Options that people pass, checked: a mistake is told at once, with what to write.

import type * as api from "../spark-connect";
import { failure } from "./error.ts";

/** What a session needs to know, as Rust takes it. */
export interface Endpoint {
  base: string;
  parameters: string;
  headers: string[];
  token?: () => unknown;
  retry: string;
}

const CONNECT = ["url", "token", "headers", "userId", "userAgent", "sessionId", "conf", "retry", "signal"];
const RUN = ["signal", "onProgress", "onRetrying"];
const SQL = [...RUN, "args", "limit"];

export function endpoint(options: api.ConnectOptions): Endpoint {
  known("connect", options, CONNECT);
  const { token } = options;
  if (token !== undefined && typeof token !== "string" && typeof token !== "function") {
    throw failure("invalid", "token is a string, or a function that gives one.");
  }
  const parameters: [string, string | undefined][] = [
    ["user_id", options.userId],
    ["user_agent", options.userAgent],
    ["session_id", options.sessionId],
  ];
  return {
    base: base(options.url ?? new URL(".", import.meta.url)),
    parameters: parameters
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`)
      .join(";"),
    headers: Object.entries(options.headers ?? {}).flatMap(([name, value]) => [name, String(value)]),
    token: typeof token === "string" ? () => token : token,
    retry: options.retry ?? "interactive",
  };
}

function base(url: string | URL): string {
  let parsed: URL;
  try {
    // On a page, also an address relative to it.
    parsed = new URL(url, globalThis.location?.href);
  } catch {
    throw failure("invalid", `${url} is no address. Write the bridge's, such as https://spark.example.com.`);
  }
  if (parsed.protocol !== "http:" && parsed.protocol !== "https:") {
    throw failure("invalid", `A browser reaches Spark through a bridge, at an http:// or https:// address; this is none: ${url}`);
  }
  return (parsed.origin + parsed.pathname).replace(/\/+$/, "");
}

export function sqlOptions(text: unknown, options: api.SqlOptions): void {
  if (typeof text !== "string") throw failure("invalid", "sql() takes the text of a SQL statement.");
  known("sql", options, SQL);
  const { args, limit } = options;
  if (args !== undefined && (typeof args !== "object" || args === null)) {
    throw failure("invalid", "args is an array of values for ?, or an object with values for :name.");
  }
  if (limit !== undefined && !(Number.isInteger(limit) && limit >= 0 && limit < 2 ** 31)) {
    throw failure("invalid", `limit is a number of rows from 0 to 2147483647, not ${limit}.`);
  }
  listeners(options);
}

export function runOptions(method: string, options: api.RunOptions): void {
  known(method, options, RUN);
  listeners(options);
}

function listeners(options: api.RunOptions): void {
  for (const name of ["onProgress", "onRetrying"] as const) {
    if (options[name] !== undefined && typeof options[name] !== "function") {
      throw failure("invalid", `${name} is a function.`);
    }
  }
}

function known(method: string, options: object, names: string[]): void {
  for (const [name, value] of Object.entries(options)) {
    if (!names.includes(name)) {
      throw failure("invalid", `${method}() has no option ${name}. It takes ${names.join(", ")}.`);
    }
    if (name === "signal" && value !== undefined && !(value instanceof AbortSignal)) {
      throw failure("invalid", "signal is an AbortSignal, such as that of new AbortController().");
    }
  }
}
