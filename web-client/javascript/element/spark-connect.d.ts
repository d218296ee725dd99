// The client, which the element imports from beside it.

export * from "../spark-connect";
