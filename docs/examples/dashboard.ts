// A dashboard's use of the client, with every option and every field: what `tsc --strict` must accept.

import { connect, SparkConnectError } from "../../web-client/javascript/spark-connect";
import type { Column, Progress, Row, Session, Value } from "../../web-client/javascript/spark-connect";

interface Sale extends Row {
  day: string;
  amount: string;
  orders: number | bigint;
}

async function open(signal: AbortSignal): Promise<Session> {
  return connect({
    url: new URL("https://spark.example.com"),
    token: async () => "a token that is renewed",
    headers: { "x-team": "sales" },
    userId: "ann",
    userAgent: "sales-dashboard/2.1",
    sessionId: "00112233-4455-6677-8899-aabbccddeeff",
    conf: { "spark.sql.session.timeZone": "Europe/Berlin", "spark.sql.ansi.enabled": true },
    retry: "interactive",
    signal,
  });
}

export async function show(render: (sales: Sale[], columns: Column[]) => void): Promise<number> {
  const controller = new AbortController();
  await using spark = await open(controller.signal);
  await spark.sql("CREATE OR REPLACE TEMPORARY VIEW recent AS SELECT * FROM sales WHERE day > '2026-01-01'");
  const query = await spark.sql("SELECT * FROM recent WHERE zone IN (?, ?) AND day < ?", {
    args: ["north", null, new Date()],
    limit: 1000,
    signal: AbortSignal.timeout(60_000),
    onProgress: ({ completedTasks, tasks }: Progress) => console.log(`${completedTasks} of ${tasks}`),
    onRetrying: ({ attempt, attempts, waitMs, error }) => console.warn(error.message, attempt, attempts, waitMs),
  });
  render(await query.rows<Sale>(), await query.schema());

  const named = await spark.sql("SELECT :big, :tags, :names", {
    args: { big: 2n ** 63n, tags: ["a", "b"], names: new Map([["a", 1]]) },
  });
  let bytes = 0;
  for await (const batch of named.stream({ signal: controller.signal })) {
    bytes += batch.byteLength;
    const blob: Blob = new Blob([batch]);
    if (blob.size > 1_000_000) break;
  }
  await spark.interruptAll();
  return bytes;
}

export function explain(error: unknown): string {
  if (!(error instanceof SparkConnectError)) return String(error);
  const { kind, errorClass, sqlState, parameters, causes, queryContexts, places, retryable } = error;
  if (kind === "session-lost" || retryable) return "Connect again.";
  const where = places.map(({ start, end }) => `${start}-${end}`).join();
  const missing = parameters["objectName"];
  const fragments = queryContexts.map((context) => context.fragment);
  return [error.message, errorClass, sqlState, missing, where, ...fragments, ...causes.map((c) => c.message)].join("\n");
}

export function text(value: Value): string {
  if (value === null) return "";
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (value instanceof Map) return [...value].map(([k, v]) => `${text(k)}: ${text(v)}`).join();
  if (Array.isArray(value)) return value.map(text).join();
  if (typeof value === "object") return Object.keys(value).join();
  return String(value);
}
