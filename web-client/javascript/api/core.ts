// What a session holds: the module's client, and everything that is under way and ends with the session.

import type { Call, Client } from "spark-connect-wasm";
import type { SparkConnectError } from "./error.ts";
import { enter, settled } from "./module.ts";

/** Something under way. */
export interface Activity {
  end(reason: unknown): void;
}

export class Core {
  readonly #client: Client;
  readonly #activities = new Set<Activity>();
  /** Why the session is closed, if it is. */
  #closed: SparkConnectError | undefined;

  constructor(client: Client) {
    this.#client = client;
  }

  /** The client, while the session is open. */
  get client(): Client {
    if (this.#closed) throw this.#closed;
    return this.#client;
  }

  get busy(): boolean {
    return this.#activities.size > 0;
  }

  begin(activity: Activity): void {
    this.#activities.add(activity);
  }

  over(activity: Activity): void {
    this.#activities.delete(activity);
  }

  /** What comes of a call, unless the signal or the session's end comes first. */
  async call<T>(start: (client: Client) => Call, signal?: AbortSignal): Promise<T> {
    const { client } = this;
    const ending = new AbortController();
    const activity = { end: (reason: unknown) => ending.abort(reason) };
    this.begin(activity);
    try {
      return await settled<T>(() => start(client), signal, ending.signal);
    } finally {
      this.over(activity);
    }
  }

  /** Closes the session here: what is under way and every later call is told the reason. Gives the client for the last request, the first time. */
  close(reason: SparkConnectError): Client | undefined {
    if (this.#closed) return undefined;
    this.#closed = reason;
    for (const activity of this.#activities) activity.end(reason);
    return this.#client;
  }

  /** The request that ends the session on the server. */
  releaseRequest(): { url: string; headers: [string, string][]; body: Uint8Array<ArrayBuffer> } {
    const { client } = this;
    return enter(() => client.releaseRequest());
  }
}
