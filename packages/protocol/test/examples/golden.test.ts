import type { NamedTensors } from '@servable/core';
import { create, fromBinary, toBinary } from '@servable/protos';
import { ExampleSchema, type Example } from '@servable/protos/tensorflow';
import { ClassificationRequestSchema, ClassificationResponseSchema, RegressionResponseSchema } from '@servable/protos/tensorflow-serving';
import { describe, expect, it } from 'vitest';
import { serializedExamples } from '../../src/examples/example-list.ts';
import { exampleResult } from '../../src/examples/result.ts';
import { decodeClassificationRequest } from '../../src/grpc-v1/example-request.ts';
import { encodeExampleResponse } from '../../src/grpc-v1/example-response.ts';
import { parseExampleBody } from '../../src/rest-v1/example-request.ts';
import { encodeExampleResult } from '../../src/rest-v1/example-response.ts';
import { fromGolden, type GoldenTensor } from '../grpc-v1/golden.ts';
import { bytesOf, readShared, textOf } from '../rest-v1/rest-fixture.ts';

interface GoldenClass {
  readonly label: string;
  readonly score: number;
}
interface GoldenCase {
  readonly name: string;
  readonly version: number;
  readonly method: 'classify' | 'regress' | 'predict';
  readonly signature: string;
  readonly serialized_examples_b64: readonly string[];
  readonly outputs: Readonly<Record<string, GoldenTensor>>;
  readonly result: readonly number[] | readonly (readonly GoldenClass[])[];
  readonly rest?: readonly { readonly request_text: string; readonly response: { readonly results: readonly unknown[] } }[];
}

const FILES = ['scalar_affine_tf1', 'multi_signature', 'wide_examples', 'pbtxt_model'];
const cases = FILES.flatMap((file) => {
  const golden = readShared(`goldens/${file}.json`) as { readonly cases: readonly GoldenCase[] };
  return golden.cases.filter(({ method }) => method !== 'predict').map((each) => [`${file} ${each.name} ${each.version}`, each] as const);
});

const exampleOf = (bytes: Uint8Array): Example => fromBinary(ExampleSchema, bytes);
const tensorsOf = (outputs: GoldenCase['outputs']): NamedTensors => new Map(Object.entries(outputs).map(([name, tensor]) => [name, fromGolden(tensor)]));
/** Nested lists with every number as float32 has it. */
const rounded = (value: unknown): unknown => (Array.isArray(value) ? value.map(rounded) : typeof value === 'number' ? Math.fround(value) : value);

it('has goldens', () => {
  expect(cases.length).toBeGreaterThan(20);
});

describe.each(cases)('%s', (_title, golden) => {
  const serialized = golden.serialized_examples_b64.map((text) => new Uint8Array(Buffer.from(text, 'base64')));
  const result = exampleResult(golden.method === 'classify' ? 'classify' : 'regress', tensorsOf(golden.outputs), serialized.length);
  const modelSpec = { name: 'm', version: 3n, signatureName: golden.signature };

  it('reads the REST request as the examples it stands for', () => {
    for (const { request_text } of golden.rest ?? []) {
      const { input, signatureName } = parseExampleBody(bytesOf(request_text), { compat: 'strict' });
      expect(signatureName === '' ? 'serving_default' : signatureName).toBe(golden.signature);
      expect(serializedExamples(input).map(exampleOf)).toEqual(serialized.map(exampleOf));
    }
  });

  it('hands on the examples of a gRPC request as they came', () => {
    const kind = { case: 'exampleList', value: { examples: serialized.map(exampleOf) } } as const;
    const bytes = toBinary(ClassificationRequestSchema, create(ClassificationRequestSchema, { input: { kind } }));
    expect(serializedExamples(decodeClassificationRequest(bytes).input).map(exampleOf)).toEqual(serialized.map(exampleOf));
  });

  it('writes the gRPC answer that generated code reads', () => {
    const bytes = encodeExampleResponse({ modelSpec, result });
    const schema = golden.method === 'classify' ? ClassificationResponseSchema : RegressionResponseSchema;
    const response = fromBinary(schema, bytes);
    expect(response.modelSpec).toMatchObject({ name: 'm', signatureName: golden.signature, versionChoice: { case: 'version', value: { value: 3n } } });
    const { result: answered } = response;
    const read = answered !== undefined && 'classifications' in answered ? answered.classifications.map(({ classes }) => classes.map(({ label, score }) => [label, score])) : answered?.regressions.map(({ value }) => value);
    expect(read).toEqual(rounded(golden.result.map((each) => (typeof each === 'number' ? each : each.map(({ label, score }) => [label, score])))));
  });

  it('writes the REST answer', () => {
    const body = JSON.parse(textOf(encodeExampleResult(result))) as { readonly results: unknown };
    for (const { response } of golden.rest ?? []) expect(rounded(body.results)).toEqual(rounded(response.results));
  });
});
