// The module that people import, /spark-connect.js. What it exports is described in spark-connect.d.ts.

export { connect } from "./session.ts";
export { SparkConnectError } from "./error.ts";
