import { readFileSync } from 'node:fs';
import { createRegistry, type DescMessage, fromBinary, fromJson, type JsonValue, toBinary, toJson } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import * as predictionLog from '../src/prediction-log.ts';
import * as tensorflowServing from '../src/tensorflow-serving.ts';
import * as tensorflow from '../src/tensorflow.ts';

interface Entry {
  readonly name: string;
  readonly message: string;
  readonly hex: string;
  readonly json: JsonValue;
  readonly decode_only?: boolean;
}

const schemas = [predictionLog, tensorflowServing, tensorflow]
  .flatMap((module) => Object.values<object>(module))
  .filter((value): value is DescMessage => 'kind' in value && value.kind === 'message');
const registry = createRegistry(...schemas);

function load(file: string): readonly (readonly [string, Entry])[] {
  const path = new URL(`../../../fixtures/wire/${file}`, import.meta.url);
  const { entries } = JSON.parse(readFileSync(path, 'utf8')) as { readonly entries: readonly Entry[] };
  return entries.map((entry) => [`${entry.message} ${entry.name}`, entry]);
}

function schemaOf(entry: Entry): DescMessage {
  const schema = registry.getMessage(entry.message);
  if (schema === undefined) throw new Error(`no message ${entry.message}`);
  return schema;
}

const bytesOf = (entry: Entry): Uint8Array => Buffer.from(entry.hex, 'hex');
const entries = [...load('tensor_proto.json'), ...load('rpc.json')];

describe('the generated code', () => {
  it.each(entries)('reads %s', (_title, entry) => {
    const schema = schemaOf(entry);
    const options = { registry };
    // Written and read again, because a float's shortest decimal is not the double that the float is.
    const expected = toJson(schema, fromBinary(schema, toBinary(schema, fromJson(schema, entry.json, options))), options);
    expect(toJson(schema, fromBinary(schema, bytesOf(entry)), options)).toEqual(expected);
  });

  it.each(entries.filter(([, entry]) => entry.decode_only !== true))('writes %s as the reference does', (_title, entry) => {
    const schema = schemaOf(entry);
    const written = toBinary(schema, fromBinary(schema, bytesOf(entry)));
    expect(Buffer.from(written).toString('hex')).toBe(entry.hex);
  });
});
