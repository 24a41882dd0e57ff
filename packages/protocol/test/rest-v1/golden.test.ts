import { type NamedTensors, type Signature } from '@servable/core';
import { expect, it } from 'vitest';
import { dtypeOfNumber, tensorFlowTypeOf } from '../../src/data-type.ts';
import { encodeMetadata } from '../../src/rest-v1/metadata.ts';
import { parsePredictBody, type PredictStyle, resolvePredictBody } from '../../src/rest-v1/request.ts';
import { encodePredict } from '../../src/rest-v1/response.ts';
import { fromGolden, type GoldenTensor } from '../grpc-v1/golden.ts';
import { bytesOf, plain, readFixture, textOf, thrownBy } from './rest-fixture.ts';

interface RestExchange {
  readonly format: string;
  readonly request?: unknown;
  readonly request_text?: string;
  readonly response?: unknown;
  readonly response_text?: string;
  readonly error?: { readonly message_like: string };
}
interface GoldenCase {
  readonly name: string;
  readonly version: number;
  readonly signature: string;
  readonly inputs: Readonly<Record<string, GoldenTensor>>;
  readonly outputs: Readonly<Record<string, GoldenTensor>>;
  readonly rest?: readonly RestExchange[];
}
interface GoldenSpec {
  readonly dtype: string;
  readonly tensor_name: string;
  readonly shape: readonly number[] | null;
}
interface GoldenSignature {
  readonly method_name: string;
  readonly inputs: Readonly<Record<string, GoldenSpec>>;
  readonly outputs: Readonly<Record<string, GoldenSpec>>;
}
interface GoldenFile {
  readonly versions: Readonly<Record<string, { readonly signatures: Readonly<Record<string, GoldenSignature>>; readonly metadata_rest: unknown }>>;
  readonly cases: readonly GoldenCase[];
}

const FILES = ['dtypes', 'multi_signature', 'ragged_pad', 'control_flow', 'string_model'] as const;
const dtypes = new Map(
  Array.from({ length: 40 }, (_, number) => dtypeOfNumber(number)).flatMap((dtype) =>
    dtype === undefined ? [] : [[tensorFlowTypeOf(dtype).protoName, dtype] as const],
  ),
);

function signatureOf(golden: GoldenSignature): Signature {
  const specs = (all: Readonly<Record<string, GoldenSpec>>) =>
    new Map(
      Object.entries(all).map(([alias, { dtype, tensor_name, shape }]) => {
        return [alias, { dtype: dtypes.get(dtype) ?? expect.fail(dtype), shape: shape ?? undefined, graphName: tensor_name }] as const;
      }),
    );
  return { methodName: golden.method_name, inputs: specs(golden.inputs), outputs: specs(golden.outputs), defaults: new Map(), batching: 'none' };
}

const tensorsOf = (golden: Readonly<Record<string, GoldenTensor>>): NamedTensors =>
  new Map(Object.entries(golden).map(([name, tensor]) => [name, fromGolden(tensor)]));

interface Exchange {
  readonly golden: GoldenCase;
  readonly signature: Signature;
  readonly rest: RestExchange;
  readonly style: PredictStyle;
}

function exchangesOf(file: GoldenFile): readonly Exchange[] {
  return file.cases.flatMap((golden) =>
    (golden.rest ?? []).flatMap((rest) => {
      const signature = file.versions[golden.version]?.signatures[golden.signature];
      const isPredict = rest.format === 'row' || rest.format === 'columnar';
      // Large tensors are written as raw bytes; the same kinds are in other cases.
      const isSmall = !JSON.stringify(golden).includes('"raw":');
      if (!isPredict || signature === undefined || !isSmall) return [];
      return [{ golden, signature: signatureOf(signature), rest, style: rest.format === 'row' ? 'row' : 'columnar' }];
    }),
  );
}

const readGolden = (file: string): GoldenFile => readFixture(`savedmodel-goldens/${file}.json`) as GoldenFile;

const exchanges = FILES.flatMap((file) => exchangesOf(readGolden(file)).map((each) => [file, each] as const));
const titled = exchanges.map(([file, each]) => [`${file} ${each.golden.name} as ${each.style}`, each] as const);

it('has goldens to look at', () => {
  expect(exchanges.length).toBeGreaterThan(100);
});

it.each(titled)('reads the request of %s', (_title, { golden, signature, rest, style }) => {
  const text = rest.request_text ?? JSON.stringify(rest.request);
  for (const compat of ['default', 'strict'] as const) {
    // JSON.stringify writes whole floats as integers and has no -0; no input here needs the difference.
    const resolved = resolvePredictBody(parsePredictBody(bytesOf(text), { compat }), signature, { compat });
    expect(resolved.style).toBe(style);
    expect(withoutSigns(plain(resolved.inputs))).toEqual(withoutSigns(plain(tensorsOf(golden.inputs))));
  }
});

const withoutSigns = (inputs: Record<string, unknown>): unknown => JSON.parse(JSON.stringify(inputs, bigAsText));
const bigAsText = (_key: string, value: unknown): unknown => (typeof value === 'bigint' || Number.isNaN(value) ? String(value) : value);

const answered = titled.filter(([, { rest }]) => rest.error !== undefined || rest.response !== undefined || rest.response_text !== undefined);

it.each(answered)('writes the response of %s', (_title, { golden, rest, style }) => {
  const outputs = tensorsOf(golden.outputs);
  if (rest.error !== undefined) {
    expect(thrownBy(() => encodePredict(outputs, style)).message).toContain(rest.error.message_like);
    return;
  }
  const expected = rest.response_text ?? JSON.stringify(rest.response);
  expect(comparable(textOf(encodePredict(outputs, style, { compat: 'strict' })))).toEqual(comparable(expected));
});

/** Parsed, with what JSON.parse would lose as text, and numbers as precise as a float: the goldens hold the shortest decimals. */
function comparable(text: string): unknown {
  const quoted = text.replace(/(\d{16,})\.0(?!\d)/g, '$1').replace(/(?<=[[,:\s])(-?Infinity|NaN|-?\d{16,})(?=[\],}\s])/g, '"$1"');
  return JSON.parse(quoted, (_key, value: unknown) => (typeof value === 'number' ? Math.fround(value) + 0 : value)) as unknown;
}

it('says of a model what the reference says', () => {
  const file = readGolden('multi_signature');
  const golden = file.versions['1'] ?? expect.fail('no version 1');
  // What has no data (an init op's output) is no signature here.
  const signatures = Object.entries(golden.signatures).filter(([name]) => name !== '__saved_model_init_op');
  const defaults: NamedTensors = new Map([
    ['k', { dtype: 'INT32', shape: [], data: Int32Array.of(2) }],
    ['scale', { dtype: 'FP32', shape: [], data: Float32Array.of(10) }],
  ]);
  const bytes = encodeMetadata({
    name: 'multi_signature',
    version: 1n,
    signatures: new Map(
      signatures.map(([name, signature]) => [name, { ...signatureOf(signature), ...(name === 'with_defaults' ? { defaults } : {}) }]),
    ),
  });
  const expected = structuredClone(golden.metadata_rest) as { metadata: { signature_def: { signature_def: Record<string, unknown> } } };
  delete expected.metadata.signature_def.signature_def['__saved_model_init_op'];
  expect(JSON.parse(textOf(bytes))).toEqual(expected);
});
