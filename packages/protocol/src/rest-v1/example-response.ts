import type { Classification, ExampleResult, Regression } from '../examples/result.ts';
import type { RestOptions } from './compat.ts';
import { isUtf8 } from './element-writer.ts';
import { restError } from './errors.ts';
import { MAX_NUMBER_BYTES, writeFloat32 } from './float-text.ts';
import { JsonWriter } from './json-writer.ts';
import { DEFAULT_SLICE_BYTES, finish, finishInSlices, type SliceOptions, type Steps } from '../slices.ts';

const NO_LABEL: Uint8Array = new Uint8Array(0);

/**
 * Writes the body of a classify or regress answer. In default mode a label that is not UTF-8 is `{"b64": "…"}`, as such
 * strings are in predict answers.
 *
 * @throws ServingError `SRV_REST_V1_RESULTS_EMPTY`
 */
export function encodeExampleResult(result: ExampleResult, options: RestOptions = {}): Uint8Array {
  const json = new JsonWriter();
  finish(resultSteps(json, result, options));
  return json.finish();
}

/** {@link encodeExampleResult} for large answers. */
export async function encodeExampleResultInSlices(result: ExampleResult, options: RestOptions & SliceOptions): Promise<Uint8Array> {
  const json = new JsonWriter(undefined, options.sliceBytes ?? DEFAULT_SLICE_BYTES);
  await finishInSlices(resultSteps(json, result, options), () => options.pause());
  return json.finish();
}

function* resultSteps(json: JsonWriter, result: ExampleResult, { compat }: RestOptions): Steps<void> {
  const count = result.kind === 'classify' ? result.examples : result.values.length;
  if (count === 0) throw restError('SRV_REST_V1_RESULTS_EMPTY', [result.kind === 'classify' ? 'Classification' : 'Regression']);
  json.ascii('{\n    "results": [');
  if (result.kind === 'classify') yield* classificationSteps(json, result, compat === 'strict');
  else yield* regressionSteps(json, result);
  json.ascii('\n}');
}

function* classificationSteps(json: JsonWriter, result: Classification, isStrict: boolean): Steps<void> {
  const { labels, scores, width } = result;
  for (let row = 0; row < result.examples; row += 1) {
    json.ascii(row === 0 ? '[' : ', [');
    for (let at = row * width; at < (row + 1) * width; at += 1) {
      json.ascii(at === row * width ? '[' : ', [');
      const label = labels?.[at] ?? NO_LABEL;
      if (isStrict || isUtf8(label)) json.string(label);
      else json.base64Object(label, LABEL_DEPTH);
      json.ascii(', ');
      writeFloat(json, scores?.[at] ?? 0);
      json.ascii(']');
    }
    json.ascii(']');
    if (json.isSliceFull()) yield;
  }
  json.newLine(1);
  json.ascii(']');
}

/** How many arrays and objects are open around a label. */
const LABEL_DEPTH = 4;

function* regressionSteps(json: JsonWriter, { values }: Regression): Steps<void> {
  for (const [index, value] of values.entries()) {
    if (index > 0) json.ascii(', ');
    writeFloat(json, value);
    if (json.isSliceFull()) yield;
  }
  json.ascii(']');
}

function writeFloat(json: JsonWriter, value: number): void {
  json.reserve(MAX_NUMBER_BYTES);
  json.length = writeFloat32(json.bytes, json.length, value);
}
