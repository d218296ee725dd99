// Values as text in a table's cells.

import type { Value } from "../spark-connect";

/** A value on its own, or inside of another one, where text needs quotes. */
export function text(value: Value, inside = false): string {
  if (value === null) return "NULL";
  if (typeof value === "string") return inside ? JSON.stringify(value) : value;
  if (value instanceof Date) return time(value);
  if (value instanceof Uint8Array) return hex(value);
  if (Array.isArray(value)) return `[${value.map((one) => text(one, true)).join(", ")}]`;
  if (value instanceof Map) return braces([...value].map(([key, one]) => [text(key, true), one]));
  if (typeof value === "object") return braces(Object.entries(value));
  return String(value);
}

function braces(entries: [string, Value][]): string {
  return `{${entries.map(([name, value]) => `${name}: ${text(value, true)}`).join(", ")}}`;
}

/** A moment as SQL writes it, in UTC. */
function time(date: Date): string {
  return Number.isNaN(date.getTime()) ? "out of range" : date.toISOString().replace("T", " ").replace(/\.000Z$/, "Z");
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Whether the values of a type, as SQL writes it, are numbers. */
export function isNumeric(type: string): boolean {
  return /^(tinyint|smallint|int|bigint|float|double|decimal)\b/.test(type);
}
