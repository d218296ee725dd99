// Spark Connect through clients that nobody here wrote: connect-web and Google's grpc-web. Each does the same, and says
// what came back; the test that runs it knows what should have.

import { create, createFileRegistry, fromBinary, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import * as grpcWeb from "grpc-web";

const SERVICE = "spark.connect.SparkConnectService";
// Minutes in which the cores do nothing, should nobody end it. Tasks of a second each: Spark ends none in the middle of its rows.
const LONG = "SELECT reflect('java.lang.Thread', 'sleep', bigint(100)) FROM range(0, 6000, 1, 600)";

/** Bytes of base64, with or without padding. */
function decode(base64) {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** The text in bytes that are mostly text, such as an error's details. */
function text(bytes) {
  return new TextDecoder().decode(bytes);
}

/** connect-web: fetch, binary. */
class ConnectWeb {
  constructor(base, registry) {
    const transport = createGrpcWebTransport({ baseUrl: base, useBinaryFormat: true });
    this.client = createClient(registry.getService(SERVICE), transport);
  }

  /** Calls `onResponse` with each response, until `signal` ends the stream. */
  async execute(request, onResponse, signal) {
    for await (const response of this.client.executePlan(request, { signal })) {
      onResponse(response);
    }
  }

  interrupt(request) {
    return this.client.interrupt(request);
  }

  explain(error) {
    const details = error.details.map((detail) => `${detail.type} ${text(detail.value)}`);
    return { code: error.code, message: error.rawMessage, details: details.join("\n") };
  }
}

/** Google's grpc-web: XMLHttpRequest, as text or binary. */
class GrpcWeb {
  constructor(base, registry, format) {
    this.base = base;
    this.client = new grpcWeb.GrpcWebClientBase({ format });
    this.service = registry.getService(SERVICE);
  }

  method(name, type) {
    const { input, output } = this.service.methods.find((method) => method.name === name);
    return new grpcWeb.MethodDescriptor(
      `/${SERVICE}/${name}`,
      type,
      Object,
      Object,
      (request) => toBinary(input, request),
      (bytes) => fromBinary(output, bytes),
    );
  }

  execute(request, onResponse, signal) {
    const method = this.method("ExecutePlan", grpcWeb.MethodType.SERVER_STREAMING);
    const stream = this.client.serverStreaming(this.base + method.getName(), request, {}, method);
    return new Promise((resolve, reject) => {
      stream.on("data", onResponse);
      stream.on("error", reject);
      stream.on("end", resolve);
      signal?.addEventListener("abort", () => {
        stream.cancel();
        // It says nothing more after that.
        reject({ code: 1, message: "cancelled", metadata: {} });
      });
    });
  }

  interrupt(request) {
    const method = this.method("Interrupt", grpcWeb.MethodType.UNARY);
    return this.client.unaryCall(this.base + method.getName(), request, {}, method);
  }

  explain(error) {
    const details = error.metadata?.["grpc-status-details-bin"];
    return { code: error.code, message: error.message, details: details ? text(decode(details)) : "" };
  }
}

const CLIENTS = {
  "connect-web": (base, registry) => new ConnectWeb(base, registry),
  "grpc-web text": (base, registry) => new GrpcWeb(base, registry, "text"),
  "grpc-web binary": (base, registry) => new GrpcWeb(base, registry, "binary"),
};

/** Runs a query, one that fails, one that is cancelled and one that is interrupted. */
async function interop(name, base, descriptors) {
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, decode(descriptors)));
  const client = CLIENTS[name](base, registry);
  const session = { sessionId: crypto.randomUUID(), userContext: { userId: "interop" }, clientType: name };
  const message = (type, fields) => create(registry.getMessage(`spark.connect.${type}`), fields);
  const plan = (query) =>
    message("ExecutePlanRequest", {
      ...session,
      plan: { opType: { case: "root", value: { relType: { case: "sql", value: { query } } } } },
    });
  const failure = async (work) => {
    try {
      await work();
      return null;
    } catch (error) {
      return client.explain(error);
    }
  };

  let rows = 0;
  let sessionSeen = "";
  await client.execute(plan("SELECT id, repeat('x', 1000) FROM range(5000)"), (response) => {
    sessionSeen = response.sessionId;
    if (response.responseType.case === "arrowBatch") {
      rows += Number(response.responseType.value.rowCount);
    }
  });
  const error = await failure(() => client.execute(plan("SELECT nothing_like_it FROM range(1)"), () => {}));

  const abort = new AbortController();
  const cancelled = await failure(() => {
    setTimeout(() => abort.abort(), 1000);
    return client.execute(plan(LONG), () => {}, abort.signal);
  });

  // Spark goes on without a reader; what was cancelled ends here too, before the next query begins.
  const interruptAll = async () => {
    const types = registry.getEnum("spark.connect.InterruptRequest.InterruptType").values;
    const { number } = types.find((type) => type.name === "INTERRUPT_TYPE_ALL");
    const answer = await client.interrupt(message("InterruptRequest", { ...session, interruptType: number }));
    return answer.interruptedIds.length;
  };
  await interruptAll();

  let ended = null;
  const running = failure(() => client.execute(plan(LONG), () => {})).then((failed) => {
    ended = failed ?? { code: 0, message: "it ended by itself", details: "" };
  });
  let interrupted = 0;
  // The operation may not have begun when the first request comes.
  while (ended === null) {
    await Promise.race([running, new Promise((resolve) => setTimeout(resolve, 500))]);
    interrupted += await interruptAll();
  }
  return { rows, same_session: sessionSeen === session.sessionId, error, cancelled, interrupted, ended };
}

window.interop = interop;
