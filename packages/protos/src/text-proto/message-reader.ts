import { create, type DescField, type DescMessage, type DescOneof, type Registry, ScalarType, toBinary } from '@bufbuild/protobuf';
import { reflect, type ReflectMessage } from '@bufbuild/protobuf/reflect';
import { AnySchema } from '@bufbuild/protobuf/wkt';
import { readEnum } from './enum-value.ts';
import { readScalar, type ScalarValue } from './scalar-value.ts';
import { skipFieldValue } from './skip-value.ts';
import type { Tokenizer } from './tokenizer.ts';

const MAX_DEPTH = 100;

/** What was set in one message; a field that does not repeat, and a oneof, may be set once. */
interface Seen {
  readonly fields: Set<DescField>;
  readonly oneofs: Map<DescOneof, DescField>;
}

type Close = '}' | '>';

export interface MessageReaderOptions {
  readonly registry: Registry | undefined;
  /** Gets where each value begins, by {@link placeKey}. */
  readonly offsets: Map<string, number> | undefined;
}

/** The key of a value in {@link MessageReaderOptions.offsets}. */
export function placeKey(keys: readonly (string | number)[]): string {
  return JSON.stringify(keys);
}

/** Reads messages from tokens, by their descriptors. */
export class MessageReader {
  readonly #tokens: Tokenizer;
  readonly #registry: Registry | undefined;
  readonly #fields = new Map<DescMessage, ReadonlyMap<string, DescField>>();
  readonly #offsets: Map<string, number> | undefined;
  /** The way to what is read now; kept only for the offsets. */
  readonly #keys: (string | number)[] = [];
  #depth = 0;
  #field: DescField | undefined;

  constructor(tokens: Tokenizer, { registry, offsets }: MessageReaderOptions) {
    this.#tokens = tokens;
    this.#registry = registry;
    this.#offsets = offsets;
  }

  /** The field whose value is read now; of a message, until its brace is open. */
  get field(): DescField | undefined {
    return this.#field;
  }

  /** Reads fields until `close`, or to the end of the text where there is none. */
  readFields(message: ReflectMessage, close: Close | undefined): void {
    const tokens = this.#tokens;
    const seen: Seen = { fields: new Set(), oneofs: new Map() };
    for (;;) {
      if (close === undefined ? tokens.kind === 'end' : tokens.take(close)) return;
      if (tokens.kind === 'identifier') this.#readField(message, seen);
      else if (tokens.is('[')) this.#readExpandedAny(message, seen);
      else throw tokens.fault(close === undefined || tokens.kind !== 'end' ? `Expected a field's name but found: ${tokens.describe()}` : `Expected "${close}".`);
      if (!tokens.take(',')) tokens.take(';');
    }
  }

  #readField(message: ReflectMessage, seen: Seen): void {
    const tokens = this.#tokens;
    const name = tokens.text;
    const field = this.#fieldsOf(message.desc).get(name);
    if (field === undefined) {
      if (!message.desc.proto.reservedName.includes(name)) throw tokens.fault(`Message type "${message.desc.typeName}" has no field named "${name}".`, { known: message.desc.fields.map((each) => each.name) });
      tokens.advance();
      skipFieldValue(tokens);
      return;
    }
    this.#checkOnce(message.desc, field, seen);
    tokens.advance();
    this.#readValue(message, field);
  }

  #readValue(message: ReflectMessage, field: DescField): void {
    switch (field.fieldKind) {
      case 'scalar':
        return message.set(field, this.#readPlain(field, () => readScalar(this.#tokens, field.scalar)));
      case 'enum':
        return message.set(field, this.#readPlain(field, () => readEnum(this.#tokens, field.enum)));
      case 'message':
        this.#field = field;
        this.#tokens.take(':');
        return message.set(field, this.#within(field.name, () => this.#readMessage(field.message)));
      case 'list':
        return this.#readList(message, field);
      case 'map':
        this.#tokens.take(':');
        return this.#within(field.name, () => this.#readItems(() => this.#readMapEntry(message, field)));
      default:
        return field satisfies never;
    }
  }

  #readList(message: ReflectMessage, field: DescField & { fieldKind: 'list' }): void {
    const list = message.get(field);
    const tokens = this.#tokens;
    const readItem = (read: () => void): void => this.#within(list.size, read);
    switch (field.listKind) {
      case 'scalar':
        return this.#readPlain(field, () => this.#readItems(() => readItem(() => list.add(readScalar(tokens, field.scalar)))));
      case 'enum':
        return this.#readPlain(field, () => this.#readItems(() => readItem(() => list.add(readEnum(tokens, field.enum)))));
      case 'message':
        tokens.take(':');
        return this.#within(field.name, () => this.#readItems(() => readItem(() => list.add(this.#readMessage(field.message)))));
      default:
        return field satisfies never;
    }
  }

  /** What stands after a colon: scalars and enums. */
  #readPlain<Value>(field: DescField, read: () => Value): Value {
    this.#field = field;
    this.#expectColon(field.name);
    const value = this.#within(field.name, read);
    this.#field = undefined;
    return value;
  }

  /** Reads what stands under a key, and notes where it begins; of several the first counts. */
  #within<Value>(key: string | number, read: () => Value): Value {
    if (this.#offsets === undefined) return read();
    this.#keys.push(key);
    const at = placeKey(this.#keys);
    if (!this.#offsets.has(at)) this.#offsets.set(at, this.#tokens.start);
    const value = read();
    this.#keys.pop();
    return value;
  }

  /** One item, or any number of them between brackets. */
  #readItems(readItem: () => void): void {
    const tokens = this.#tokens;
    if (!tokens.take('[')) return readItem();
    if (tokens.take(']')) return;
    do readItem();
    while (tokens.take(','));
    if (!tokens.take(']')) throw tokens.fault(`Expected "," or "]" but found: ${tokens.describe()}`);
  }

  #readMessage(desc: DescMessage): ReflectMessage {
    const message = reflect(desc, create(desc), false);
    this.#nested((close) => this.readFields(message, close));
    return message;
  }

  /** `{ key: … value: … }`; a part that is left out has its type's zero value. */
  #readMapEntry(message: ReflectMessage, field: DescField & { fieldKind: 'map' }): void {
    const tokens = this.#tokens;
    let key: ScalarValue | undefined;
    let value: ScalarValue | ReflectMessage | undefined;
    const { start } = tokens;
    this.#nested((close) => {
      while (!tokens.take(close)) {
        if (tokens.is('key') && key === undefined) key = this.#readKey(field.mapKey);
        else if (tokens.is('value') && value === undefined) value = this.#readMapValue(field);
        else throw tokens.fault(`Expected "key", "value" or "${close}", each once, but found: ${tokens.describe()}`);
        if (!tokens.take(',')) tokens.take(';');
      }
    });
    this.#offsets?.set(placeKey([...this.#keys, String(key ?? zeroOf(field.mapKey))]), start);
    message.get(field).set(key ?? zeroOf(field.mapKey), value ?? zeroOfValue(field));
  }

  #readKey(type: ScalarType): ScalarValue {
    this.#tokens.advance();
    this.#expectColon('key');
    return readScalar(this.#tokens, type);
  }

  #readMapValue(field: DescField & { fieldKind: 'map' }): ScalarValue | ReflectMessage {
    this.#tokens.advance();
    if (field.mapKind === 'message') {
      this.#tokens.take(':');
      return this.#readMessage(field.message);
    }
    this.#expectColon('value');
    return field.mapKind === 'enum' ? readEnum(this.#tokens, field.enum) : readScalar(this.#tokens, field.scalar);
  }

  /** `[type.googleapis.com/a.B] { … }` in an Any: the message is encoded at once. */
  #readExpandedAny(message: ReflectMessage, seen: Seen): void {
    const tokens = this.#tokens;
    const { start } = tokens;
    if (message.desc.typeName !== AnySchema.typeName) throw tokens.fault(`Message type "${message.desc.typeName}" has no extensions.`);
    for (const field of message.fields) this.#checkOnce(message.desc, field, seen);
    const url = this.#readTypeUrl();
    const desc = this.#registry?.getMessage(url.slice(url.lastIndexOf('/') + 1));
    if (desc === undefined) throw tokens.faultAt(start, `Type "${url}" of google.protobuf.Any is not known here.`);
    tokens.take(':');
    const { message: content } = this.#readMessage(desc);
    for (const field of message.fields) message.set(field, field.name === 'value' ? toBinary(desc, content) : url);
  }

  #readTypeUrl(): string {
    const tokens = this.#tokens;
    let url = '';
    for (tokens.advance(); !tokens.take(']'); tokens.advance()) {
      const isPart = tokens.kind === 'identifier' || ['.', '/', '-'].some((symbol) => tokens.is(symbol));
      if (!isPart) throw tokens.fault(`Expected a type's name but found: ${tokens.describe()}`);
      url += tokens.text;
    }
    return url;
  }

  #nested(read: (close: Close) => void): void {
    const tokens = this.#tokens;
    if (this.#depth === MAX_DEPTH) throw tokens.fault(`Messages nest more than ${MAX_DEPTH} deep.`);
    this.#depth += 1;
    const close = tokens.take('{') ? '}' : tokens.take('<') ? '>' : undefined;
    if (close === undefined) throw tokens.fault(`Expected "{" but found: ${tokens.describe()}`);
    this.#field = undefined;
    read(close);
    this.#depth -= 1;
  }

  #expectColon(name: string): void {
    if (!this.#tokens.take(':')) throw this.#tokens.fault(`Expected ":" after "${name}" but found: ${this.#tokens.describe()}`);
  }

  #checkOnce(desc: DescMessage, field: DescField, seen: Seen): void {
    if (field.fieldKind === 'list' || field.fieldKind === 'map') return;
    if (seen.fields.has(field)) throw this.#tokens.fault(`Message type "${desc.typeName}" should not have multiple "${field.name}" fields.`);
    seen.fields.add(field);
    if (field.oneof === undefined) return;
    const other = seen.oneofs.get(field.oneof);
    if (other !== undefined) {
      throw this.#tokens.fault(
        `Field "${field.name}" is specified along with field "${other.name}", another member of oneof "${field.oneof.name}" for message type "${desc.typeName}".`,
      );
    }
    seen.oneofs.set(field.oneof, field);
  }

  #fieldsOf(desc: DescMessage): ReadonlyMap<string, DescField> {
    const known = this.#fields.get(desc);
    if (known !== undefined) return known;
    const fields = new Map(desc.fields.map((field) => [field.name, field]));
    this.#fields.set(desc, fields);
    return fields;
  }
}

function zeroOfValue(field: DescField & { fieldKind: 'map' }): ScalarValue | ReflectMessage {
  if (field.mapKind === 'message') return reflect(field.message, create(field.message), false);
  return field.mapKind === 'enum' ? (field.enum.values[0]?.number ?? 0) : zeroOf(field.scalar);
}

function zeroOf(type: ScalarType): ScalarValue {
  switch (type) {
    case ScalarType.STRING:
      return '';
    case ScalarType.BYTES:
      return new Uint8Array(0);
    case ScalarType.BOOL:
      return false;
    case ScalarType.INT64:
    case ScalarType.UINT64:
    case ScalarType.SINT64:
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64:
      return 0n;
    default:
      return 0;
  }
}
