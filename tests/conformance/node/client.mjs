// @grpc/grpc-js with the protocol's own .proto: another implementation of HTTP/2 and protobuf than Python's.
import grpc from "@grpc/grpc-js";
import loader from "@grpc/proto-loader";
import { strict as assert } from "node:assert";

const { TARGET_GRPC: address, TARGET_PROTO: proto } = process.env;
const { inference } = grpc.loadPackageDefinition(loader.loadSync(proto, { keepCase: true, longs: Number, defaults: true }));
const client = new inference.GRPCInferenceService(address, grpc.credentials.createInsecure());
const floats = (...numbers) => Buffer.from(new Float32Array(numbers).buffer);
const values = (answer, index = 0) =>
  answer.raw_output_contents.length
    ? Array.from({ length: answer.raw_output_contents[index].length / 4 }, (_, n) =>
        answer.raw_output_contents[index].readFloatLE(4 * n))
    : answer.outputs[index].contents.fp32_contents;

function ask(method, request, metadata = new grpc.Metadata()) {
  return new Promise((answered, failed) =>
    client[method](request, metadata, { deadline: Date.now() + 20000 }, (error, answer) =>
      error ? failed(error) : answered(answer)));
}
const typed = (name, ...numbers) => ({ name, datatype: "FP32", shape: [1, 2], contents: { fp32_contents: numbers } });

const checks = {
  "health, metadata": {
    "it finds the server and the model": async () => {
      assert((await ask("ServerLive", {})).live);
      assert((await ask("ServerReady", {})).ready);
      assert((await ask("ModelReady", { name: "same_fp32" })).ready);
      assert.equal((await ask("ModelMetadata", { name: "same_fp32" })).inputs[0].name, "x");
    },
  },
  gRPC: {
    "typed contents are answered": async () => {
      const answer = await ask("ModelInfer", { model_name: "same_fp32", id: "42", inputs: [typed("x", 1.5, -2)] });
      assert.equal(answer.id, "42");
      assert.deepEqual(values(answer), [1.5, -2]);
    },
    "raw contents are answered": async () => {
      const inputs = ["a", "b"].map((name) => ({ name, datatype: "FP32", shape: [1, 2] }));
      const outputs = [{ name: "difference" }];
      const raw_input_contents = [floats(1.5, 2), floats(0.5, 4)];
      const answer = await ask("ModelInfer", { model_name: "sums", inputs, outputs, raw_input_contents });
      assert.deepEqual(values(answer), [1, -2]);
    },
    "a message of many frames goes both ways": async () => {
      const rows = 50000;
      const sent = floats(...Array.from({ length: 2 * rows }, (_, n) => n));
      const inputs = [{ name: "x", datatype: "FP32", shape: [rows, 2] }];
      const answer = await ask("ModelInfer", { model_name: "same_fp32", inputs, raw_input_contents: [sent] });
      assert.deepEqual(values(answer), Array.from({ length: 2 * rows }, (_, n) => n));
    },
    "many requests share a connection": async () => {
      const asked = Array.from({ length: 200 }, (_, n) =>
        ask("ModelInfer", { model_name: "same_fp32", inputs: [typed("x", n, -n)] }));
      (await Promise.all(asked)).forEach((answer, n) => assert.deepEqual(values(answer).map(Math.abs), [n, n]));
    },
  },
  errors: {
    "an unknown model is not found": () => refused({ model_name: "other", inputs: [typed("x", 1, 2)] }, "NOT_FOUND"),
    "an unknown input is an invalid argument": () =>
      refused({ model_name: "same_fp32", inputs: [typed("z", 1, 2)] }, "INVALID_ARGUMENT"),
  },
};

async function refused(request, status) {
  const error = await ask("ModelInfer", request).then(() => assert.fail("no error"), (error) => error);
  assert.equal(grpc.status[error.code], status, error.message);
  assert(error.details, "no words");
}

for (const [feature, titles] of Object.entries(checks)) {
  for (const [title, run] of Object.entries(titles)) {
    const failure = await run().then(() => null, (error) => `${error.name}: ${error.message.split(/\s+/).join(" ")}`.slice(0, 300));
    console.log(JSON.stringify({ feature, title, failure }));
  }
}
client.close();
