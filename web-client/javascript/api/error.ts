// Errors as a class with their fields. What an error says is decided in Rust, for the client's own errors here.

import type * as api from "../spark-connect";

/** The fields of an error, as Rust gives them. */
export type Fields = Omit<api.SparkConnectError, "name" | "stack" | "cause">;

export class SparkConnectError extends Error {
  override readonly name = "SparkConnectError";
  declare readonly kind: api.ErrorKind;
  declare readonly serverMessage: string;
  declare readonly code?: number;
  declare readonly errorClass?: string;
  declare readonly sqlState?: string;
  declare readonly parameters: Fields["parameters"];
  declare readonly classes: Fields["classes"];
  declare readonly causes: Fields["causes"];
  declare readonly queryContexts: Fields["queryContexts"];
  declare readonly places: Fields["places"];
  declare readonly stackTrace?: string;
  declare readonly retryable: boolean;

  constructor({ message, ...fields }: Fields) {
    super(message);
    Object.assign(this, fields);
  }
}

/** An error of the client's own. */
export function failure(kind: api.ErrorKind, message: string): SparkConnectError {
  return new SparkConnectError({
    kind,
    message,
    serverMessage: message,
    parameters: {},
    classes: [],
    causes: [],
    queryContexts: [],
    places: [],
    retryable: false,
  });
}
