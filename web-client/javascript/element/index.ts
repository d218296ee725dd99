// The module that people load for the element, /spark-query.js. What it has is described in spark-query.d.ts.

import { SparkQuery } from "./element.ts";

// A second copy of the module on a page finds the first one's.
if (!customElements.get("spark-query")) customElements.define("spark-query", SparkQuery);

export { SparkQuery };
