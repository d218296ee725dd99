// The sessions that the elements of a page share: one for each bridge and token.

import { connect, SparkConnectError } from "./spark-connect.js";
import type { Session } from "../spark-connect";

const sessions = new Map<string, Promise<Session>>();

/** Does something in the session of a bridge; in a new one, if the server has ended the one that was. */
export async function inSession<T>(
  url: string | null,
  token: string | undefined,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const key = JSON.stringify([url, token]);
  const known = sessions.has(key);
  try {
    return await work(await session(key, url, token));
  } catch (error) {
    if (!(error instanceof SparkConnectError) || error.kind !== "session-lost") throw error;
    sessions.delete(key);
    if (!known) throw error;
    return work(await session(key, url, token));
  }
}

function session(key: string, url: string | null, token: string | undefined): Promise<Session> {
  let opening = sessions.get(key);
  if (!opening) {
    opening = connect({ ...(url && { url }), ...(token && { token }) });
    sessions.set(key, opening);
    // The next one tries again.
    opening.catch(() => sessions.delete(key));
  }
  return opening;
}
