// Sessions: opened, asked, and ended with their page.

import { Client, type Relation } from "spark-connect-wasm";
import type * as api from "../spark-connect";
import { Core } from "./core.ts";
import { listener, SqlFrame } from "./dataframe.ts";
import { failure } from "./error.ts";
import { enter, load, settled } from "./module.ts";
import { endpoint, sqlOptions } from "./options.ts";

export async function connect(options: api.ConnectOptions = {}): Promise<api.Session> {
  const { base, parameters, headers, token, retry } = endpoint(options);
  const { signal, conf = {} } = options;
  signal?.throwIfAborted();
  await load();
  const client = enter(() => new Client(base, parameters, headers, token, retry));
  const version = await settled<string>(() => client.version(), signal);
  const session = new SparkSession(client, version);
  try {
    for (const [key, value] of Object.entries(conf)) {
      await settled(() => client.set(key, String(value)), signal);
    }
  } catch (error) {
    // Nobody else can end it any more.
    session.close().catch(() => {});
    throw error;
  }
  return session;
}

/** The open sessions of this page. */
const sessions = new Set<Core>();

// A page that the browser keeps for the way back keeps its sessions too, unless something runs in them.
globalThis.addEventListener?.("pagehide", (event) => {
  for (const core of sessions) {
    if (!(event as PageTransitionEvent).persisted || core.busy) leave(core).catch(() => {});
  }
});

/** Ends a session in a request that outlives the page. The page is going away: nobody is left to hear of a failure. */
async function leave(core: Core): Promise<void> {
  const request = releaseRequest(core);
  sessions.delete(core);
  core.close(failure("session-lost", "The page was left while a query ran, which ended this session. Connect again."));
  await fetch(request.url, request);
}

function releaseRequest(core: Core): api.ReleaseRequest {
  return { ...core.releaseRequest(), method: "POST", keepalive: true };
}

class SparkSession implements api.Session {
  readonly sessionId: string;
  readonly sparkVersion: string;
  readonly #core: Core;

  constructor(client: Client, sparkVersion: string) {
    this.sessionId = client.sessionId;
    this.sparkVersion = sparkVersion;
    this.#core = new Core(client);
    sessions.add(this.#core);
  }

  async sql(text: string, options: api.SqlOptions = {}): Promise<api.DataFrame> {
    sqlOptions(text, options);
    const { args, limit, ...run } = options;
    const relation = await this.#core.call<Relation>(
      (client) => client.sql(text, args, limit, listener(run)),
      run.signal,
    );
    return new SqlFrame(this.#core, relation, run);
  }

  async interruptAll({ signal }: { signal?: AbortSignal } = {}): Promise<string[]> {
    return this.#core.call((client) => client.interruptAll(), signal);
  }

  async close(): Promise<void> {
    sessions.delete(this.#core);
    const client = this.#core.close(failure("cancelled", "This session is closed. Connect again."));
    if (client) await settled(() => client.release());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  releaseRequest(): api.ReleaseRequest {
    return releaseRequest(this.#core);
  }
}
