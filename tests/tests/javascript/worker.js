// A worker of a site that uses the client: it is told the module's address, and tells what it read.

onmessage = async ({ data: module }) => {
  const { connect } = await import(module);
  const spark = await connect({ userId: "e2e" });
  const query = await spark.sql("SELECT sum(id) AS sum FROM range(10)");
  const rows = await query.rows();
  postMessage({ rows, request: spark.releaseRequest(), sessionId: spark.sessionId });
};
