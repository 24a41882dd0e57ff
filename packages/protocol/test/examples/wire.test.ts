import { create, fromBinary, toBinary } from '@servable/protos';
import { type Example, ExampleSchema } from '@servable/protos/tensorflow';
import {
  ClassificationRequestSchema,
  type Input,
  InputSchema,
  MultiInferenceRequestSchema,
  MultiInferenceResponseSchema,
  RegressionRequestSchema,
} from '@servable/protos/tensorflow-serving';
import { describe, expect, it } from 'vitest';
import type { ExampleList } from '../../src/examples/example-list.ts';
import { decodeClassificationRequest, decodeMultiInferenceRequest, decodeRegressionRequest } from '../../src/grpc-v1/example-request.ts';
import { encodeMultiInferenceResponse } from '../../src/grpc-v1/example-response.ts';
import { bytesField, joinFields } from '../../src/grpc-v1/message-bytes.ts';
import { encodeExampleResult } from '../../src/rest-v1/example-response.ts';
import { bytesOf, hexOf, wireEntries } from '../grpc-v1/golden.ts';
import { readShared, textOf, thrownBy } from '../rest-v1/rest-fixture.ts';

/** What generated code reads of an `Input`, as our own list. */
function listOf(input: Input | undefined): { examples: readonly Example[]; context: Example | undefined } {
  const { kind } = input ?? { kind: { case: undefined, value: undefined } };
  return { examples: kind.value?.examples ?? [], context: kind.case === 'exampleListWithContext' ? kind.value.context : undefined };
}

const decoded = ({ examples, context }: ExampleList): unknown => ({
  examples: examples.map((bytes) => fromBinary(ExampleSchema, bytes)),
  context: context === undefined ? undefined : fromBinary(ExampleSchema, context),
});

const inClassification = (input: Uint8Array): Uint8Array => bytesField(2, input);

describe('reads what generated code reads', () => {
  it.each(wireEntries('rpc.json', 'tensorflow.serving.ClassificationRequest'))('in %s', (_name, entry) => {
    expect(decoded(decodeClassificationRequest(bytesOf(entry)).input)).toEqual(listOf(fromBinary(ClassificationRequestSchema, bytesOf(entry)).input));
  });

  it.each(wireEntries('rpc.json', 'tensorflow.serving.RegressionRequest'))('in %s', (_name, entry) => {
    expect(decoded(decodeRegressionRequest(bytesOf(entry)).input)).toEqual(listOf(fromBinary(RegressionRequestSchema, bytesOf(entry)).input));
  });

  it.each(wireEntries('rpc.json', 'tensorflow.serving.Input'))('in %s', (_name, entry) => {
    expect(decoded(decodeClassificationRequest(inClassification(bytesOf(entry))).input)).toEqual(listOf(fromBinary(InputSchema, bytesOf(entry))));
  });

  it.each(wireEntries('rpc.json', 'tensorflow.serving.MultiInferenceRequest'))('in %s', (_name, entry) => {
    const oracle = fromBinary(MultiInferenceRequestSchema, bytesOf(entry));
    const { tasks, input } = decodeMultiInferenceRequest(bytesOf(entry));
    expect(decoded(input)).toEqual(listOf(oracle.input));
    expect(tasks.map(({ modelName, signatureName, methodName }) => [modelName, signatureName, methodName])).toEqual(
      oracle.tasks.map(({ modelSpec, methodName }) => [modelSpec?.name ?? '', modelSpec?.signatureName ?? '', methodName]),
    );
  });

  it('in an input that comes in pieces', () => {
    const inputs = wireEntries('rpc.json', 'tensorflow.serving.Input').map(([, entry]) => bytesOf(entry));
    expect(inputs.length).toBeGreaterThan(1);
    const whole = joinFields(inputs);
    const pieces = joinFields(inputs.map(inClassification));
    expect(decoded(decodeClassificationRequest(pieces).input)).toEqual(listOf(fromBinary(InputSchema, whole)));
  });
});

it('writes the bytes of the MultiInferenceResponse that generated code writes', () => {
  const labels = ['cat', '', 'dog', 'é'];
  const scores = Float32Array.of(0.75, -0, 0, 0.1);
  const values = Float32Array.of(2.5, 0, NaN);
  const specOf = (signatureName: string) => ({ name: 'm', versionChoice: { case: 'version', value: { value: 300n } }, signatureName }) as const;
  const classes = labels.map((label, index) => ({ label, score: scores[index] ?? 0 }));
  const classificationResult = { classifications: [{ classes: classes.slice(0, 2) }, { classes: classes.slice(2) }] };
  const message = create(MultiInferenceResponseSchema, {
    results: [
      { modelSpec: specOf('a'), result: { case: 'classificationResult', value: classificationResult } },
      { modelSpec: specOf('b'), result: { case: 'regressionResult', value: { regressions: [...values].map((value) => ({ value })) } } },
    ],
  });
  const bytes = encodeMultiInferenceResponse([
    { modelSpec: { name: 'm', version: 300n, signatureName: 'a' }, result: { kind: 'classify', examples: 2, width: 2, labels: labels.map((text) => Buffer.from(text)), scores } },
    { modelSpec: { name: 'm', version: 300n, signatureName: 'b' }, result: { kind: 'regress', values } },
  ]);
  expect(hexOf(bytes)).toBe(hexOf(toBinary(MultiInferenceResponseSchema, message)));
});

interface RestText {
  readonly name: string;
  readonly kind: string;
  readonly result: readonly unknown[];
  readonly text: string;
}

describe('writes REST answers byte for byte', () => {
  const { cases, entries } = readShared('wire/rest_text.json') as { readonly cases?: readonly RestText[]; readonly entries?: readonly RestText[] };
  const texts = (cases ?? entries ?? []).filter(({ kind }) => kind === 'classify' || kind === 'regress');

  it('has goldens', () => expect(texts.length).toBe(4));

  it.each(texts.map((each) => [each.name, each] as const))('%s', (_name, { kind, result, text }) => {
    if (kind === 'regress') {
      expect(textOf(encodeExampleResult({ kind: 'regress', values: Float32Array.from(result as number[]) }))).toBe(text);
      return;
    }
    const rows = result as [string, number][][];
    const widths = new Set(rows.map((row) => row.length));
    // A tensor has rows of one length: what TensorFlow Serving could write of others cannot come up.
    if (widths.size > 1) return;
    const labels = rows.flat().map(([label]) => Buffer.from(label));
    const scores = Float32Array.from(rows.flat(), ([, score]) => score);
    expect(textOf(encodeExampleResult({ kind: 'classify', examples: rows.length, width: rows[0]?.length ?? 0, labels, scores }))).toBe(text);
  });

  it('a score for each label', () => {
    const labels = ['car', 'bike', 'car', 'é"'].map((text) => Buffer.from(text));
    const body = textOf(encodeExampleResult({ kind: 'classify', examples: 2, width: 2, labels, scores: Float32Array.of(0.2, 0.7, NaN, 3) }));
    expect(body).toBe('{\n    "results": [[["car", 0.2], ["bike", 0.7]], [["car", NaN], ["é\\"", 3.0]]\n    ]\n}');
  });

  it('a label that is no text', () => {
    const result = { kind: 'classify', examples: 1, width: 1, labels: [Uint8Array.of(0xff)], scores: undefined } as const;
    expect(JSON.parse(textOf(encodeExampleResult(result)))).toEqual({ results: [[[{ b64: '/w==' }, 0]]] });
    expect(encodeExampleResult(result, { compat: 'strict' })).toContain(0xff);
  });

  it('refuses an answer without rows', () => {
    const none = { kind: 'classify', examples: 0, width: 0, labels: undefined, scores: undefined } as const;
    expect(thrownBy(() => encodeExampleResult(none)).message).toBe('Cannot convert empty ClassificationResults to JSON');
    expect(thrownBy(() => encodeExampleResult({ kind: 'regress', values: new Float32Array(0) })).message).toBe('Cannot convert empty RegressionResults to JSON');
  });
});

it.each([
  ['more examples than memory should hold', bytesField(2, bytesField(1, Buffer.alloc(2 * (2 ** 20 + 1), Buffer.from([0x0a, 0x00]))))],
])('refuses %s', (_title, bytes) => {
  expect(thrownBy(() => decodeClassificationRequest(bytes))).toMatchObject({ code: 'SRV_EXAMPLE_TOO_MANY', status: 'RESOURCE_EXHAUSTED' });
});
