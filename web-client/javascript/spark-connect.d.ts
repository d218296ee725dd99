// What /spark-connect.js exports: a Spark Connect client for browsers, on a page or in a worker.

/// <reference lib="esnext.disposable" />

/** Opens a session on Spark, through a bridge. */
export function connect(options?: ConnectOptions): Promise<Session>;

/** How a session is opened. */
export interface ConnectOptions {
  /** The bridge's address, `https://spark.example.com`; by default the one that this module came from. */
  url?: string | URL;
  /**
   * Sent as `authorization: Bearer ...`. A function is asked before each request, so that a token that expires can be
   * replaced while a query runs.
   */
  token?: string | (() => string | Promise<string>);
  /** Further headers of each request. */
  headers?: Record<string, string>;
  /** The user, where the bridge does not know better. */
  userId?: string;
  /** Named in the server's log, before this client's own name: `sales-dashboard/2.1`. */
  userAgent?: string;
  /** The session to join, a UUID; by default a new one. */
  sessionId?: string;
  /** Settings of the session, as `SET` takes them: `{ "spark.sql.session.timeZone": "UTC" }`. */
  conf?: Record<string, string | number | boolean>;
  /**
   * How long a lost connection is tried again: `patient` as PySpark for about ten minutes, `interactive` (the default)
   * for one, `quick` for a second.
   */
  retry?: "patient" | "interactive" | "quick";
  /** Gives up connecting. */
  signal?: AbortSignal;
}

/** A session on the server, with its settings and temporary views. */
export interface Session extends AsyncDisposable {
  /** Its id on the server. */
  readonly sessionId: string;
  /** The server's version, such as `4.3.0`. */
  readonly sparkVersion: string;
  /**
   * Has Spark look at one SQL statement. A command, such as `CREATE VIEW`, has run when the promise resolves; a query runs
   * when its rows are asked for.
   */
  sql(text: string, options?: SqlOptions): Promise<DataFrame>;
  /** Interrupts everything that runs in the session, and gives the ids of what was interrupted. */
  interruptAll(options?: { signal?: AbortSignal }): Promise<string[]>;
  /**
   * Ends the session on the server, and whatever runs in it. Called for by `await using`. A page that is closed or left
   * does so by itself; a worker cannot, see `releaseRequest`.
   */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
  /**
   * The request that ends the session, for a worker to send to its page beforehand. The page, when it is left, calls
   * `fetch(request.url, request)`.
   */
  releaseRequest(): ReleaseRequest;
}

/** A request that can be cloned into another thread, and outlives its page. */
export interface ReleaseRequest {
  url: string;
  method: "POST";
  headers: [string, string][];
  body: Uint8Array<ArrayBuffer>;
  keepalive: true;
}

/** Whom a query tells, and who may end it. What `sql` is given holds for the DataFrame's methods too. */
export interface RunOptions {
  /** Ends the query, on the server too. The promise rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Hears how far the server is, about every two seconds. */
  onProgress?: (progress: Progress) => void;
  /** Hears that the connection broke, and when it is tried again. Nothing is lost or repeated. */
  onRetrying?: (retrying: Retrying) => void;
}

/** How a SQL text is looked at. */
export interface SqlOptions extends RunOptions {
  /** Values for the parameters: an array for `?`, an object for `:name`. */
  args?: readonly Argument[] | Readonly<Record<string, Argument>>;
  /** At most this many rows. Commands are not limited. */
  limit?: number;
}

/**
 * A value for a parameter. A number that is an integer becomes INT or BIGINT, others DOUBLE; a bigint BIGINT or
 * DECIMAL(n, 0); a Date TIMESTAMP; a Uint8Array BINARY; an array ARRAY; a Map MAP.
 */
export type Argument =
  | null
  | undefined
  | boolean
  | number
  | bigint
  | string
  | Date
  | Uint8Array
  | readonly Argument[]
  | ReadonlyMap<Argument, Argument>;

/** A query, which runs each time its rows are asked for, or the result of a command. */
export interface DataFrame {
  /** The columns. Nothing runs. */
  schema(options?: Pick<RunOptions, "signal">): Promise<Column[]>;
  /**
   * Runs the query. Each batch is a complete Arrow IPC stream, never compressed, whatever the server does: bytes that
   * apache-arrow's `tableFromIPC` reads. A result without rows has one batch, for its schema.
   *
   * Nothing is fetched while nobody asks for a batch. `break` ends the query on the server too.
   */
  stream(options?: RunOptions): BatchStream;
  /** Runs the query and gives its rows as they come, a batch at a time. Column names must differ. */
  rowBatches<R extends Row = Row>(options?: RunOptions): AsyncGenerator<R[], undefined, void>;
  /** Runs the query and gives all rows. Column names must differ. */
  rows<R extends Row = Row>(options?: RunOptions): Promise<R[]>;
}

/** The batches of a running query. */
export interface BatchStream extends AsyncIterableIterator<Uint8Array<ArrayBuffer>, undefined, void>, AsyncDisposable {
  next(): Promise<IteratorResult<Uint8Array<ArrayBuffer>, undefined>>;
  /** Ends the query. */
  return(): Promise<IteratorReturnResult<undefined>>;
  [Symbol.asyncIterator](): BatchStream;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A column of a result. */
export interface Column {
  name: string;
  /** As SQL writes it: `map<string,decimal(10,2)>`. */
  type: string;
  nullable: boolean;
}

/** A row by its columns' names. */
export type Row = Record<string, Value>;

/**
 * A value of a row, by the type of its column:
 * - BOOLEAN: boolean; TINYINT to INT, FLOAT, DOUBLE: number
 * - BIGINT: number while it is a safe integer, bigint beyond
 * - DECIMAL: string, with all its digits
 * - STRING, CHAR, VARCHAR: string; BINARY: Uint8Array
 * - TIMESTAMP: Date, rounded down to milliseconds
 * - DATE, TIME, TIMESTAMP_NTZ: string by ISO 8601: `2024-02-29`, `23:59:59.5`, `2024-02-29T23:59:59.5`
 * - INTERVAL: string by ISO 8601: `P3Y11M`, `-P1DT2H3M4.5S`
 * - ARRAY: array; MAP: Map; STRUCT: object
 * - VARIANT: what its JSON says, and by the rules above what JSON has no type for
 * - NULL: null
 */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Date
  | Uint8Array
  | Value[]
  | Map<Value, Value>
  | { [field: string]: Value };

/** How far the server is with a query. */
export interface Progress {
  operationId: string;
  /** Tasks of all stages so far, those that are done, and those that run. */
  tasks: number;
  completedTasks: number;
  inflightTasks: number;
  /** Bytes read. */
  inputBytes: number;
  stages: Stage[];
}

/** A part of a query. */
export interface Stage {
  id: number;
  tasks: number;
  completedTasks: number;
  inputBytes: number;
  done: boolean;
}

/** A connection that broke and will be tried again. */
export interface Retrying {
  operationId: string;
  /** Which try comes next, from 1, and how many there are. */
  attempt: number;
  attempts: number;
  /** Milliseconds until then. */
  waitMs: number;
  /** What broke. */
  error: SparkConnectError;
}

/**
 * - `invalid`: the call cannot be understood; nothing was sent
 * - `unreachable`: neither Spark nor the bridge answers
 * - `deadline-exceeded`: no answer came in time
 * - `denied`: the bridge or Spark refuses the user
 * - `cancelled`: the operation was interrupted, or its session closed
 * - `spark`: Spark ran into an error with the query
 * - `session-lost`: the session on the server is gone, with its settings and views; connect again
 * - `too-large`: a message is larger than a side accepts
 * - `unimplemented`: the server does not know the call; it may be too old
 * - `protocol`: the server answered what the protocol does not allow
 * - `internal`: this client broke; load the page again
 */
export type ErrorKind =
  | "invalid"
  | "unreachable"
  | "deadline-exceeded"
  | "denied"
  | "cancelled"
  | "spark"
  | "session-lost"
  | "too-large"
  | "unimplemented"
  | "protocol"
  | "internal";

/** Everything that fails, fails with this, except for a signal's own reason. */
export class SparkConnectError extends Error {
  private constructor();
  readonly name: "SparkConnectError";
  /** A sentence for people. */
  readonly message: string;
  readonly kind: ErrorKind;
  /** The whole text that the server, or the client, wrote of it. */
  readonly serverMessage: string;
  /** The gRPC status code, if the error came over the wire. */
  readonly code?: number;
  /** Spark's error class (error condition), such as `TABLE_OR_VIEW_NOT_FOUND`. */
  readonly errorClass?: string;
  /** The SQLSTATE, such as `42P01`. */
  readonly sqlState?: string;
  /** The values in the message, by name. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The Java classes of the error, the most specific first. */
  readonly classes: readonly string[];
  /** What caused it, outermost first. */
  readonly causes: readonly { class: string; message: string }[];
  /** Where in the query it is, as Spark says it. */
  readonly queryContexts: readonly QueryContext[];
  /** Where in the SQL text it is: ranges for `text.slice(start, end)`. Empty when Spark does not say. */
  readonly places: readonly { start: number; end: number }[];
  /** The server's stack trace. */
  readonly stackTrace?: string;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;
}

/** Where in a query an error is. */
export interface QueryContext {
  /** Whether the query is a DataFrame's; otherwise it is SQL text. */
  dataframe: boolean;
  /** `VIEW` and such with its name, when the text is that of an object; otherwise both are empty. */
  objectType: string;
  objectName: string;
  /** The first and the last code point of the fragment, from 0; negative when unknown. */
  start: number;
  stop: number;
  fragment: string;
  /** For a DataFrame: the place in the caller's source. */
  callSite: string;
  /** Spark's drawing of it, several lines. */
  summary: string;
}
