import { afterAll, beforeAll, expect, it } from 'vitest';
import { RawGrpcClient } from './support/grpc-client.ts';
import { FuzzProcess } from './support/fuzz-process.ts';
import { mutate, Random } from './support/mutate.ts';
import { CLASSIFY, classificationBytes, contextInputOf, floatExample, inputOf, MULTI_INFERENCE, multiInferenceBytes, REGRESS } from './support/example-messages.ts';
import { floats, PREDICT, predictBytes } from './support/predict-messages.ts';
import { RawHttpConnection, requestBytes } from './support/raw-http.ts';

const SHORT_RUNS = 3000;
const RUNS = Number(process.env['SERVABLE_FUZZ_RUNS'] ?? SHORT_RUNS);
const SEED = Number(process.env['SERVABLE_FUZZ_SEED'] ?? 1);
/** Resident memory at the end against that when everything is warm. */
const MAX_GROWTH = 1.1;
const WORKERS = 8;
const ANSWER_TIMEOUT_MS = 10_000;
const TIMEOUT_MS = 60_000 + RUNS * 20;

let server: FuzzProcess;
beforeAll(async () => {
  server = await FuzzProcess.start();
}, 60_000);
afterAll(() => server.close());

interface Tally {
  readonly answers: Map<string, number>;
  readonly faults: string[];
}

interface Fuzzing {
  /** Sends one mutation; resolves with what came back, in a word. */
  readonly attempt: (random: Random) => Promise<string>;
  readonly isFault: (answer: string) => boolean;
  /** The part of the runs after which everything is warm. Default: a tenth. */
  readonly warmShare?: number;
}

/** Runs mutations from several workers and measures the server's memory when it is warm and at the end. */
async function fuzz({ attempt, isFault, warmShare = 0.1 }: Fuzzing): Promise<Tally> {
  const tally: Tally = { answers: new Map(), faults: [] };
  const share = async (first: number, last: number): Promise<void> => {
    for (let index = first; index < last && server.crash === undefined; index += WORKERS) {
      const answer = await attempt(new Random(SEED * 1_000_003 + index));
      tally.answers.set(answer, (tally.answers.get(answer) ?? 0) + 1);
      if (isFault(answer)) tally.faults.push(`run ${index}: ${answer}`);
    }
  };
  const all = (from: number, to: number): Promise<unknown> => Promise.all(Array.from({ length: WORKERS }, (_none, worker) => share(from + worker, to)));
  const warmRuns = Math.round(RUNS * warmShare);
  await all(0, warmRuns);
  const before = await server.rssBytes();
  await all(warmRuns, RUNS);
  const after = await server.rssBytes();
  if (RUNS > SHORT_RUNS) {
    const answers = [...tally.answers].toSorted(([, a], [, b]) => b - a).map(([answer, count]) => `${answer}: ${count}`);
    console.log(`${RUNS} runs; resident ${(before / 2 ** 20).toFixed(0)} → ${(after / 2 ** 20).toFixed(0)} MiB; ${answers.join(', ')}`);
    expect(after / before).toBeLessThanOrEqual(MAX_GROWTH);
  }
  expect(server.crash).toBeUndefined();
  return tally;
}

function withTimeout<T>(answer: Promise<T>, what: string): Promise<T | string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(what), ANSWER_TIMEOUT_MS);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

const text = (...pieces: string[]): Buffer[] => pieces.map((piece) => Buffer.from(piece));

const BODIES = text(
  '{"instances": [1.0, 2.5, -3e2]}',
  '{"instances": [[1, 2], [3, 4]]}',
  '{"instances": [{"x": [1.0, 2.0]}, {"x": [3.0, 4.0]}]}',
  '{"inputs": {"x": [[1.5], [NaN]]}}',
  '{"signature_name": "ints", "inputs": {"a": [1, 2], "b": 9223372036854775807}}',
  '{"signature_name": "ints", "instances": [{"a": 1, "b": 2}, {"a": 3, "b": -4}]}',
  '{"signature_name": "strings", "instances": ["a", {"b64": "AAEC"}, "\\u00e9\\ud83d\\ude00"]}',
  '{"signature_name": "bools", "inputs": [[true, false], [false, true]]}',
);
const EXAMPLE_BODIES = text(
  '{"examples": [{"x": 1.0}, {"x": [2]}]}',
  '{"signature_name": "parsed", "context": {"c": "d"}, "examples": [{"x": 1.0, "y": [true, 7], "z": ["a", {"b64": "AAEC"}]}, {}]}',
  '{"signature_name": "texts", "examples": [{"x": ["a"]}, {"x": {"b64": "AAEC"}}]}',
);
/** A body of JSON and tensors, whose header says 100. */
const BINARY_BODIES = [
  Buffer.concat([Buffer.from('{"inputs": [{"name": "x", "datatype": "FP32", "shape": [2], "parameters": {"binary_data_size": 8}}]}'.padEnd(100)), Buffer.alloc(8, 7)]),
  Buffer.concat([Buffer.from('{"signature_name": "strings", "inputs": [{"name": "x", "datatype": "BYTES", "shape": [1], "parameters": {"binary_data_size": 6}}]}'), Buffer.from([2, 0, 0, 0, 97, 98])]),
];
const BINARY_LENGTHS = ['100', '129', '-1', '1e3', 'x', '999999999999999', '0'];
const EXAMPLE_TARGETS = ['/v1/models/m:classify', '/v1/models/m:regress'];
const JSON_TOKENS = text(
  '{', '}', '[', ']', '[[[[[[[[', ',', ':', '"', '\\', '\\u', '\\ud800', 'null', 'true', 'NaN', '-Infinity', '1e999', '-0', '1e-400', '0x1',
  '18446744073709551616', '"examples":', '"context":', '"instances":', '"inputs":', '"b64":', '{"b64":"A"}', '"signature_name":', '"__proto__":', '\u0000', '\u00ff', '\ufeff', ' ', '\n',
);
const TARGETS = text(
  '/v1/models/m:predict', '/v1/models/m/versions/1:predict', '/v1/models/half%20plus%2Ftwo:predict', '/v1/models/m', '/v1/models/m/metadata', '/v1/models/m/versions/1', '/v1/models', '/readyz', '/livez',
);
const TARGET_TOKENS = text('/', '//', '..', '%2e%2e%2f', '%', '%00', '%zz', '%e9', ':', ':predict', '/versions/', '99999999999999999999', '/labels/', '?', '#', '&a=b', '*', '[', '\\', 'models', 'http://a/');
const HEADERS = [{}, { 'content-encoding': 'gzip' }, { 'content-type': 'text/plain' }, { 'x-request-id': '"<>' }, { connection: 'close' }, { accept: 'application/octet-stream' }, { expect: '100-continue' }];
const WIRE_TOKENS = text('\r\n', '\r\n\r\n', ' ', 'HTTP/1.1', 'HTTP/2.0', 'Content-Length: 5\r\n', 'Content-Length: -1\r\n', 'Transfer-Encoding: chunked\r\n', 'Expect: 100-continue\r\n', 'Host: a\r\n', 'Connection: upgrade\r\nUpgrade: x\r\n', '\u0000', 'CONNECT', 'GET ');

/** A target that Node's parser takes: no spaces, controls or bytes above ASCII. Those are for whole requests. */
function asTarget(bytes: Buffer): string {
  return `/${bytes.toString('latin1').replaceAll(/[^\x21-\x7e]/g, '')}`.replace(/^\/\//, '/');
}

it('answers every mutated body and path over REST', async () => {
  const idle: RawHttpConnection[] = [];
  const attempt = async (random: Random): Promise<string> => {
    const hasExamples = random.below(3) === 0;
    const plain = hasExamples ? random.pick(EXAMPLE_TARGETS) : '/v1/models/m:predict';
    const target = random.below(3) === 0 ? asTarget(mutate(random.pick(TARGETS), random, TARGET_TOKENS)) : plain;
    const method = random.below(10) === 0 ? random.pick(['GET', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'POST']) : 'POST';
    const isBinary = random.below(4) === 0;
    const body = mutate(random.pick(isBinary ? BINARY_BODIES : hasExamples ? EXAMPLE_BODIES : BODIES), random, JSON_TOKENS);
    const connection = idle.pop() ?? new RawHttpConnection(server.rest);
    connection.send(requestBytes({ method, target, body, headers: { ...random.pick(HEADERS), ...(isBinary ? { 'inference-header-content-length': random.pick(BINARY_LENGTHS) } : {}) } }));
    const response = await withTimeout(connection.response(method), 'unanswered');
    if (typeof response === 'string') return response;
    if (response === undefined) return 'closed without an answer';
    if (response.headers.get('connection') === 'close') connection.close();
    else idle.push(connection);
    return String(response.status);
  };
  const { answers, faults } = await fuzz({ attempt, isFault: (answer) => !/^(200|400|404)$/.test(answer) });
  expect(faults).toEqual([]);
  expect(answers.get('200')).toBeGreaterThan(RUNS / 100);
  expect(answers.get('400')).toBeGreaterThan(RUNS / 10);
  for (const connection of idle) connection.close();
}, TIMEOUT_MS);

it('answers or closes every mutated HTTP request', async () => {
  const attempt = async (random: Random): Promise<string> => {
    const whole = requestBytes({ method: 'POST', target: '/v1/models/m:predict', body: random.pick(BODIES), headers: random.pick(HEADERS) });
    const connection = new RawHttpConnection(server.rest);
    connection.socket.end(mutate(whole, random, WIRE_TOKENS));
    const response = await withTimeout(connection.response('POST'), 'unanswered');
    connection.close();
    return typeof response === 'string' ? response : String(response?.status ?? 'closed');
  };
  const isFault = (answer: string): boolean => !/^(closed|200|400|404|408|413|417|431|501)$/.test(answer);
  // Node's own HTTP server takes some 25 MiB more, once, for connections that end in the middle of a body: it takes a
  // while until enough of them have come.
  const { faults } = await fuzz({ attempt, isFault, warmShare: 0.5 });
  expect(faults).toEqual([]);
}, TIMEOUT_MS);

const modelSpec = { name: 'm' };
const MESSAGES = [
  predictBytes({ modelSpec, inputs: { x: floats([1, 2, 3, 4], [2, 2]) } }),
  predictBytes({ modelSpec, inputs: { x: { ...floats([], [3]), tensorContent: new Uint8Array(12).fill(7) } }, outputFilter: ['x_out'] }),
  predictBytes({ modelSpec: { name: 'm', versionChoice: { case: 'version', value: { value: 1n } } }, inputs: { x: { dtype: 1, floatVal: [5], tensorShape: { dim: [{ size: 100n }] } } } }),
  predictBytes({ modelSpec: { name: 'm', signatureName: 'ints' }, inputs: { a: { dtype: 9, int64Val: [-1n] }, b: { dtype: 9, int64Val: [2n ** 62n] } } }),
  predictBytes({ modelSpec: { name: 'm', signatureName: 'strings' }, inputs: { x: { dtype: 7, stringVal: [new Uint8Array(3), new Uint8Array(200)], tensorShape: { dim: [{ size: 2n }] } } } }),
].map((bytes) => Buffer.from(bytes));
const spec = (signatureName: string) => ({ name: 'm', signatureName });
const withContext = contextInputOf(floatExample({ x: [4] }), floatExample({ x: [1], y: [2, 3] }), {});
const EXAMPLE_MESSAGES = [
  classificationBytes({ modelSpec, input: inputOf(floatExample({ x: [1] }), floatExample({ x: [2], z: [3, 4] })) }),
  classificationBytes({ modelSpec: spec('parsed'), input: withContext }),
  classificationBytes({ modelSpec: spec('scores'), input: withContext }),
].map((bytes) => Buffer.from(bytes));
const MULTI_MESSAGES = [
  multiInferenceBytes({ tasks: [{ modelSpec: spec('scores'), methodName: 'tensorflow/serving/classify' }, { modelSpec: spec('values'), methodName: 'tensorflow/serving/regress' }], input: inputOf(floatExample({ x: [1] })) }),
].map((bytes) => Buffer.from(bytes));
const PROTO_TOKENS = ['00', 'ff', '08', '0a', '12', '1a', '22', '2a', 'ffffffffffffffffff01', '80808080808080808080', '7f', '0a00', '1208', '08d00f', '0b', '0c', '2a04ffffffff'].map((hex) => Buffer.from(hex, 'hex'));
const PATHS = [PREDICT, PREDICT, PREDICT, PREDICT, '/tensorflow.serving.PredictionService/GetModelMetadata', '/tensorflow.serving.ModelService/GetModelStatus', '/grpc.health.v1.Health/Check'];

const CALLS = [
  { paths: PATHS, messages: MESSAGES },
  { paths: [CLASSIFY, REGRESS], messages: EXAMPLE_MESSAGES },
  { paths: [MULTI_INFERENCE], messages: MULTI_MESSAGES },
];

it('answers every mutated message over gRPC', async () => {
  const client = new RawGrpcClient(server.grpc);
  const attempt = async (random: Random): Promise<string> => {
    const { paths, messages } = random.pick(CALLS);
    const message = mutate(random.pick(messages), random, PROTO_TOKENS);
    const { code, details } = await client.outcome(random.pick(paths), message, { timeoutMs: ANSWER_TIMEOUT_MS });
    return FAULTS.has(code) ? `status ${code}: ${details}` : `status ${code}`;
  };
  // Memory goes up by some 40 MiB in the first 20,000 calls, over many methods and sizes, and stays there.
  const { answers, faults } = await fuzz({ attempt, isFault: (answer) => answer.includes(': '), warmShare: 0.5 });
  client.close();
  expect(faults).toEqual([]);
  expect(answers.get('status 0')).toBeGreaterThan(RUNS / 100);
  expect(answers.get('status 3')).toBeGreaterThan(RUNS / 10);
}, TIMEOUT_MS);

/** CANCELLED, UNKNOWN, DEADLINE_EXCEEDED (unanswered), RESOURCE_EXHAUSTED, INTERNAL, UNAVAILABLE. */
const FAULTS: ReadonlySet<number> = new Set([1, 2, 4, 8, 13, 14]);
