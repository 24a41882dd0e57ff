import { readFileSync } from 'node:fs';
import { createRegistry, type DescMessage, fromBinary, type Message, toBinary } from '@bufbuild/protobuf';
import { fromText, toText } from '@bufbuild/protobuf/txtpb';
import { describe, expect, it } from 'vitest';
import * as savedModel from '../src/saved-model.ts';
import { type AttrValue, AttrValueSchema, FunctionDefSchema, OpDefSchema, SavedModelSchema, SavedObjectSchema } from '../src/saved-model.ts';
import * as configs from '../src/tensorflow-serving-config.ts';
import { TensorProtoSchema } from '../src/tensorflow.ts';
import * as tensorflow from '../src/tensorflow.ts';
import { parsePlacedTextProto, parseTextProto, TextProtoError } from '../src/text-proto.ts';

interface Entry {
  readonly name: string;
  readonly message: string;
  readonly text: string;
  readonly hex?: string;
  readonly error?: string;
}

const fixture = (path: string): URL => new URL(`../../../fixtures/${path}`, import.meta.url);
const { entries } = JSON.parse(readFileSync(fixture('wire/text_format.json'), 'utf8')) as { readonly entries: readonly Entry[] };
const schemas = [configs, savedModel, tensorflow]
  .flatMap((module) => Object.values<object>(module))
  .filter((value): value is DescMessage => 'kind' in value && value.kind === 'message');
const registry = createRegistry(...schemas);

function schemaOf(name: string): DescMessage {
  const schema = registry.getMessage(name);
  if (schema === undefined) throw new Error(`no message ${name}`);
  return schema;
}

function faultOf(schema: DescMessage, text: string): TextProtoError {
  try {
    parseTextProto(schema, text, { registry });
  } catch (error) {
    if (error instanceof TextProtoError) return error;
    throw error;
  }
  throw new Error(`accepted: ${text}`);
}

const attribute = (text: string): AttrValue['value'] => parseTextProto(AttrValueSchema, text).value;

describe('a text that Python reads', () => {
  const good = entries.filter((entry) => entry.hex !== undefined);
  it.each(good.map((entry) => [entry.name, entry] as const))('is the same message here: %s', (_name, { message, text, hex }) => {
    const schema = schemaOf(message);
    expect(parseTextProto(schema, text, { registry })).toEqual(fromBinary(schema, Uint8Array.from(Buffer.from(hex ?? '', 'hex'))));
  });
});

describe('a text that Python refuses', () => {
  const bad = entries.filter((entry) => entry.error !== undefined);
  it.each(bad.map((entry) => [entry.name, entry] as const))('is refused at the same place: %s', (_name, { message, text, error = '' }) => {
    const [place = '', ...reason] = error.split(' : ');
    const fault = faultOf(schemaOf(message), text);
    expect(`${fault.line}:${fault.column}`).toBe(place);
    // Python puts the whole line before some of its reasons, and names the Python type for others.
    const theirs = reason.join(' : ').replace(/^'.*': (?=Enum|Expected)/, '');
    expect(fault.reason.replaceAll("'", '')).toBe(theirs.replaceAll("'", ''));
  });
});

describe('a SavedModel', () => {
  const text = readFileSync(fixture('pbtxt_model/1/saved_model.pbtxt'), 'utf8');

  it('is the same message as by the reader of @bufbuild/protobuf', () => {
    const ours = toBinary(SavedModelSchema, parseTextProto(SavedModelSchema, text));
    expect(Buffer.compare(ours, toBinary(SavedModelSchema, fromText(SavedModelSchema, text)))).toBe(0);
    expect(ours.length).toBeGreaterThan(5_000);
  });

  it.each(['scalar_affine_tf1/1', 'scalar_affine_tf2/1', 'multi_signature/1', 'string_model/1', 'dtypes/1', 'bundle_zoo/2'])(
    'written as text by @bufbuild/protobuf is read back: %s',
    (path) => {
      const model = fromBinary(SavedModelSchema, readFileSync(fixture(`${path}/saved_model.pb`)), { readUnknownFields: false });
      const back = parseTextProto(SavedModelSchema, toText(SavedModelSchema, model, { registry }), { registry });
      expect(sameWire(SavedModelSchema, back, model)).toBe(true);
    },
  );
});

/** Compared as bytes: NaN equals NaN, and -0 does not equal 0. */
function sameWire(schema: DescMessage, left: Message, right: Message): boolean {
  return Buffer.compare(toBinary(schema, left), toBinary(schema, right)) === 0;
}

describe('values', () => {
  it.each([
    ['i: 9223372036854775807', { case: 'i', value: 9223372036854775807n }],
    ['i: -9223372036854775808', { case: 'i', value: -9223372036854775808n }],
    ['i: 0x10', { case: 'i', value: 16n }],
    ['i: -017', { case: 'i', value: -15n }],
    ['i: - 5 # a comment', { case: 'i', value: -5n }],
    ['f: 1', { case: 'f', value: 1 }],
    ['f: .5e1', { case: 'f', value: 5 }],
    ['f: 1e-3F', { case: 'f', value: Math.fround(1e-3) }],
    ['f: -inf', { case: 'f', value: -Infinity }],
    ['f: -Infinity', { case: 'f', value: -Infinity }],
    ['f: nan', { case: 'f', value: Number.NaN }],
    ['f: -0.0', { case: 'f', value: -0 }],
    ['f: 1e39', { case: 'f', value: Infinity }],
    ['b: t', { case: 'b', value: true }],
    ['b: False', { case: 'b', value: false }],
    ['b: 1', { case: 'b', value: true }],
    ['type: DT_FLOAT', { case: 'type', value: 1 }],
    ['type: 19', { case: 'type', value: 19 }],
    ['placeholder: "gr\\u00fc\\337"', undefined],
    ['placeholder: "\\U0001F600 \\xf0\\x9f\\x98\\x80 \\ud83d\\ude00"', { case: 'placeholder', value: '😀 😀 😀' }],
    ["s: 'a' \"b\"\n'\\'\\\"\\?\\\\\\a\\b\\f\\n\\r\\t\\v'", { case: 's', value: Uint8Array.from(Buffer.from('ab\'"?\\\x07\b\f\n\r\t\v')) }],
    ['s: "\\0\\01\\0012\\x1\\xFfG"', { case: 's', value: Uint8Array.of(0, 1, 1, 50, 1, 255, 71) }],
    ['s: "é😀"', { case: 's', value: new TextEncoder().encode('é😀') }],
  ])('%s', (text, expected) => {
    if (expected === undefined) expect(faultOf(AttrValueSchema, text).reason).toBe('String is not UTF-8.');
    else expect(attribute(text)).toEqual(expected);
  });

  it('of lists come between brackets, one by one, or both', () => {
    const { value } = attribute('list { i: [1, 2] i: 3 f: [] type: [DT_FLOAT, 3] shape: [{ dim { size: 1 } }, <>] }');
    expect(value).toMatchObject({ i: [1n, 2n, 3n], f: [], type: [1, 3], shape: [{ dim: [{ size: 1n }] }, { dim: [] }] });
  });

  it('of maps have defaults, and a later entry wins', () => {
    const text = 'control_ret { key: "a" value: "b" } control_ret: [{ key: "a", value: "c"; }, {}] arg_attr <key: 7> ret { key: "__proto__" value: "x" }';
    const read = parseTextProto(FunctionDefSchema, text);
    expect(read.controlRet).toEqual({ a: 'c', '': '' });
    expect(Object.keys(read.argAttr)).toEqual(['7']);
    expect(Object.getOwnPropertyDescriptor(read.ret, '__proto__')?.value).toBe('x');
  });

  it('of reserved names are skipped', () => {
    const text = 'attributes { a: [1, "]"] b < c: -1 > } attributes: "x" "y" registered_name: "r"';
    expect(parseTextProto(SavedObjectSchema, text).registeredName).toBe('r');
  });
});

describe('faults', () => {
  it.each([
    ['name: "a" name: "b"', '1:11', 'should not have multiple "name" fields'],
    ['name: "a\nb"', '1:7', 'not closed'],
    ['name: "a\\', '1:7', 'not closed'],
    ['name: "a\\q"', '1:9', "Invalid escape '\\q'"],
    ['name: "\\400"', '1:8', 'at most \\377'],
    ['name: "\\ud800"', '1:8', 'is not a character'],
    ['name "a"', '1:6', 'Expected ":" after "name"'],
    ['name: a', '1:7', "Expected string but found: 'a'"],
    ['\n\tis_stateful: 2', '2:15', 'Expected true or false'],
    ['is_stateful: "t"', '1:14', 'Expected true or false'],
    ['input_arg { type: DT_NONE }', '1:19', 'has no value named DT_NONE'],
    ['input_arg { type: 3000000000 }', '1:19', 'Value out of range: 3000000000'],
    ['attr { minimum: 9223372036854775808 }', '1:17', 'Value out of range'],
    ['attr { minimum: 08 }', '1:17', "Expected an integer but found: '08'"],
    ['attr { minimum: 1.0 }', '1:17', "Expected an integer but found: '1.0'"],
    ['attr { minimum: 3x }', '1:17', "'3x' is not a number"],
    ['attr { default_value { f: 0x10 } }', '1:27', 'Expected a decimal number'],
    ['attr { default_value { f: 010 } }', '1:27', 'Expected a decimal number'],
    ['input_arg < name: "a" }', '1:23', "Expected a field's name but found: '}'"],
    ['input_arg: [{}, ]', '1:17', 'Expected "{"'],
    ['input_arg: [{} {}]', '1:16', 'Expected "," or "]"'],
    ['name: "a",, ', '1:11', "Expected a field's name"],
    ['[foo.bar]: 1', '1:1', 'has no extensions'],
    ['name: "a" @', '1:11', "Unexpected character '@'"],
    ['input_arg {', '1:11', 'Expected "}"'],
    ['5: 1', '1:1', "Expected a field's name but found: '5'"],
  ])('of %j are told with their place', (text, place, reason) => {
    const fault = faultOf(OpDefSchema, text);
    expect(`${fault.line}:${fault.column}`).toBe(place);
    expect(fault.reason).toContain(reason);
    expect(fault.message).toBe(`${place}: ${fault.reason}`);
  });

  it('of an Any name the type that is not known', () => {
    const text = 'serialized_user_proto { [type.googleapis.com/no.Such] {} }';
    expect(faultOf(SavedObjectSchema, text)).toMatchObject({ column: 25, reason: 'Type "type.googleapis.com/no.Such" of google.protobuf.Any is not known here.' });
  });

  it('are told of messages that nest too deep, not thrown by the stack', () => {
    const text = 'list { func { attr { key: "a" value { '.repeat(10_000);
    expect(faultOf(AttrValueSchema, text).reason).toBe('Messages nest more than 100 deep.');
  });

  it('are nothing else than TextProtoErrors, whatever is changed in a text', () => {
    const text = readFileSync(fixture('pbtxt_model/1/saved_model.pbtxt'), 'utf8').slice(0, 4000);
    const characters = '{}<>[]:,;-."\'\\#09axz_ \n\u0000é';
    let refused = 0;
    for (let seed = 0; seed < 3000; seed++) {
      const at = (seed * 7919) % text.length;
      const changed = text.slice(0, at) + characters.charAt(seed % characters.length) + text.slice(at + (seed % 3));
      try {
        parseTextProto(SavedModelSchema, changed);
      } catch (error) {
        expect(error).toBeInstanceOf(TextProtoError);
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(500);
  });
});

it('reads a string of many millions of characters', () => {
  const text = `dtype: DT_INT8 tensor_content: "${'\\000a'.repeat(2_000_000)}"`;
  const { tensorContent } = parseTextProto(TensorProtoSchema, text);
  expect(tensorContent.length).toBe(4_000_000);
  expect(tensorContent.subarray(-2)).toEqual(Uint8Array.of(0, 97));
});

describe('places', () => {
  const text = `model_config_list {
  config { name: "a" base_path: "/a" }
  config {
    name: "b"
    model_version_policy { specific { versions: [1, 2] versions: 3 } }
    version_labels { key: "stable" value: 2 }
    version_labels [{ key: "canary" value: 3 }]
  }
}`;
  const { message, placeOf } = parsePlacedTextProto(configs.ModelServerConfigSchema, text);
  const placeText = (...keys: readonly (string | number)[]): string => {
    const { line, column } = placeOf(keys);
    return text.split('\n')[line - 1]?.slice(column - 1) ?? '';
  };
  const config = (index: number, ...keys: readonly (string | number)[]): string => placeText('model_config_list', 'config', index, ...keys);

  it('reads the same message', () => {
    expect(message).toEqual(parseTextProto(configs.ModelServerConfigSchema, text));
  });

  it.each<[string, () => string, string]>([
    ['a scalar', () => config(1, 'name'), '"b"'],
    ['a message of a list', () => config(0), '{ name: "a" base_path: "/a" }'],
    ['items of lists in both forms', () => config(1, 'model_version_policy', 'specific', 'versions', 1), '2] versions: 3 } }'],
    ['the item after them', () => config(1, 'model_version_policy', 'specific', 'versions', 2), '3 } }'],
    ['an entry of a map', () => config(1, 'version_labels', 'canary'), '{ key: "canary" value: 3 }]'],
    ['what is not there: the nearest around it', () => config(0, 'model_platform'), '{ name: "a" base_path: "/a" }'],
    ['nothing at all', () => placeText(), 'model_config_list {'],
  ])('are known of %s', (_what, find, expected) => {
    expect(find()).toBe(expected);
  });
});

describe('a fault', () => {
  it('tells the names that could stand there', () => {
    expect(faultOf(schemaOf('tensorflow.serving.ModelConfig'), 'nam: "x"').known).toContain('base_path');
    expect(faultOf(schemaOf('tensorflow.serving.ModelConfig'), 'model_type: TENSORFLO').known).toEqual(['MODEL_TYPE_UNSPECIFIED', 'TENSORFLOW', 'OTHER']);
  });

  it('tells the field whose value is wrong, and none after it', () => {
    expect(faultOf(schemaOf('tensorflow.serving.ModelConfig'), 'base_path: 3').field?.name).toBe('base_path');
    expect(faultOf(schemaOf('tensorflow.serving.ModelConfig'), 'base_path: "x" }').field).toBeUndefined();
  });
});
