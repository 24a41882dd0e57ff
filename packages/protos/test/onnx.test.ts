import { globSync, readFileSync } from 'node:fs';
import { type DescMessage, fromBinary, type Message } from '@bufbuild/protobuf';
import { reflect } from '@bufbuild/protobuf/reflect';
import { describe, expect, it } from 'vitest';
import { ModelProtoSchema } from '../src/onnx.ts';

const FIXTURES = new URL('../../../fixtures/onnx/', import.meta.url);
const models = globSync('**/*.onnx', { cwd: FIXTURES, exclude: ['broken/**'] }).sort();

/** Names of messages that hold fields which our text does not declare. */
function unknownFields(schema: DescMessage, message: Message): string[] {
  const found = message.$unknown === undefined ? [] : [`${schema.typeName}: ${message.$unknown.map((field) => field.no)}`];
  const view = reflect(schema, message);
  for (const field of view.fields.filter((each) => view.isSet(each))) {
    if (field.message === undefined) continue;
    const value: unknown = view.get(field);
    const items = field.fieldKind === 'message' ? [value] : [...(value as Iterable<unknown>)];
    for (const item of items) {
      const inner = (Array.isArray(item) ? item[1] : item) as { message: Message };
      found.push(...unknownFields(field.message, inner.message));
    }
  }
  return found;
}

describe('onnx.proto', () => {
  it('has models to read', () => {
    expect(models.length).toBeGreaterThan(15);
  });

  it.each(models)('knows every field of %s', (path) => {
    const model = fromBinary(ModelProtoSchema, readFileSync(new URL(path, FIXTURES)));
    expect(unknownFields(ModelProtoSchema, model)).toEqual([]);
    expect(model.graph?.node.length).toBeGreaterThan(0);
    expect(model.opsetImport.length).toBeGreaterThan(0);
  });
});
