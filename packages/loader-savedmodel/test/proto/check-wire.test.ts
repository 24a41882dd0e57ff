import { readFileSync } from 'node:fs';
import { FunctionDefSchema, GraphDefSchema, NodeDefSchema, SavedModelSchema, StructuredValueSchema } from '@servable/protos/saved-model';
import { TensorProtoSchema } from '@servable/protos/tensorflow';
import { describe, expect, it } from 'vitest';
import { checkWire, WireFault } from '../../src/proto/check-wire.ts';
import { fixtureJson, goldenVersions } from '../fixtures.ts';
import { varint } from '../table-writer.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

function faultOf(schema: Parameters<typeof checkWire>[0], bytes: Uint8Array): WireFault {
  try {
    checkWire(schema, bytes);
  } catch (error) {
    if (error instanceof WireFault) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

const models = goldenVersions().filter(([title]) => !title.startsWith('pbtxt'));

it.each(models)('takes what TensorFlow wrote: %s', (_title, directory) => {
  expect(() => checkWire(SavedModelSchema, readFileSync(`${directory}/saved_model.pb`))).not.toThrow();
});

const { entries } = fixtureJson('wire/tensor_proto.json') as { readonly entries: readonly { readonly name: string; readonly hex: string }[] };

it.each(entries.map(({ name, hex: bytes }) => [name, bytes] as const))('takes a TensorProto in every form: %s', (_name, bytes) => {
  expect(() => checkWire(TensorProtoSchema, hex(bytes))).not.toThrow();
});

describe('what is no message', () => {
  it.each([
    ['a field 0', NodeDefSchema, '00', 0, 'a field without a number'],
    ['a field of the wrong type', NodeDefSchema, '0a 01 61 08 01', 3, 'field name of tensorflow.NodeDef is of wire type 0 instead of 2'],
    ['a list of texts as a number', NodeDefSchema, '18 05', 0, 'of wire type 0 instead of 2'],
    ['an unknown wire type of an unknown field', NodeDefSchema, 'a6 06', 2, 'wire type 6 of the unknown field 100'],
    ['an integer of eleven bytes', TensorProtoSchema, '08 ffffffffffffffffffffff01', 1, 'an integer of more than 64 bits'],
    ['a message inside that reaches beyond its own', GraphDefSchema, '0a 03 0a 05 61 62 63 64 65 66', 4, 'a field reaches beyond its message'],
    ['packed numbers that reach beyond their list', TensorProtoSchema, '2a 03 000000 00', 2, 'a field reaches beyond its message'],
    ['a group that ends as another', NodeDefSchema, 'a3 06 ac 06', 4, 'a group that ends as another'],
    ['an entry of a map with a field of the wrong type', FunctionDefSchema, '22 02 08 01', 2, 'field key of ret is of wire type 0'],
  ])('is refused with its place: %s', (_title, schema, bytes, offset, reason) => {
    const fault = faultOf(schema, hex(bytes));
    expect(fault.message).toContain(reason);
    expect(fault.offset).toBe(offset);
    expect(fault.isCutShort).toBe(false);
  });

  it.each([
    ['in a text', NodeDefSchema, '0a 05 61'],
    ['in a tag', NodeDefSchema, '80'],
    ['before a value', NodeDefSchema, '0a'],
    ['in a fixed number', TensorProtoSchema, '2d 0000'],
    ['in a group', NodeDefSchema, 'a3 06 08 01'],
  ])('is told from what is cut short %s', (_title, schema, bytes) => {
    expect(faultOf(schema, hex(bytes))).toMatchObject({ isCutShort: true });
  });

  it('is refused when messages nest too deep', () => {
    const nested = (levels: number): Buffer => {
      let value = Buffer.alloc(0);
      // StructuredValue.list_value.values: two messages a level.
      for (let level = 0; level < levels; level++) {
        const list = Buffer.concat([hex('0a'), varint(value.length), value]);
        value = Buffer.concat([varint((51 << 3) | 2), varint(list.length), list]);
      }
      return value;
    };
    expect(() => checkWire(StructuredValueSchema, nested(49))).not.toThrow();
    expect(faultOf(StructuredValueSchema, nested(51)).message).toBe('messages nest more than 100 deep');
  });

  it('is refused when it would take memory out of all proportion', () => {
    const nodes = Buffer.alloc(2 * 20_000_001);
    for (let at = 0; at < nodes.length; at += 2) nodes[at] = 0x0a;
    expect(faultOf(GraphDefSchema, nodes).message).toBe('more than 20000000 messages');
  });
});

it('skips fields and groups that it does not know', () => {
  expect(() => checkWire(NodeDefSchema, hex('a3 06 08 01 a4 06  a0 06 05  a1 06 0000000000000000  a5 06 00000000  a2 06 01 00  0a 01 61'))).not.toThrow();
});
