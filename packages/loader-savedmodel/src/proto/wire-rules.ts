import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';

/** What the bytes of a field must be. */
export interface FieldRule {
  readonly name: string;
  readonly wireType: 0 | 1 | 2 | 5;
  /** Numbers that may also come together, as one length-delimited field. */
  readonly isPackable: boolean;
  /** Values that take much more memory than bytes: messages, and integers of 64 bits. */
  readonly isHeavy: boolean;
  /** The message inside. */
  readonly message: (() => MessageRules) | undefined;
}

/** The fields of a message by number. */
export interface MessageRules {
  readonly name: string;
  readonly fields: ReadonlyMap<number, FieldRule>;
}

const WIRE_TYPES: Readonly<Record<ScalarType, 0 | 1 | 2 | 5>> = {
  [ScalarType.DOUBLE]: 1,
  [ScalarType.FLOAT]: 5,
  [ScalarType.INT64]: 0,
  [ScalarType.UINT64]: 0,
  [ScalarType.INT32]: 0,
  [ScalarType.FIXED64]: 1,
  [ScalarType.FIXED32]: 5,
  [ScalarType.BOOL]: 0,
  [ScalarType.STRING]: 2,
  [ScalarType.BYTES]: 2,
  [ScalarType.UINT32]: 0,
  [ScalarType.SFIXED32]: 5,
  [ScalarType.SFIXED64]: 1,
  [ScalarType.SINT32]: 0,
  [ScalarType.SINT64]: 0,
};
const BIG_INTEGERS: ReadonlySet<ScalarType> = new Set([
  ScalarType.INT64,
  ScalarType.UINT64,
  ScalarType.SINT64,
  ScalarType.FIXED64,
  ScalarType.SFIXED64,
]);

/** Makes rules of descriptors, each message once. */
export class WireRules {
  readonly #known = new Map<DescMessage, MessageRules>();

  of(desc: DescMessage): MessageRules {
    const known = this.#known.get(desc);
    if (known !== undefined) return known;
    const rules = { name: desc.typeName, fields: new Map(desc.fields.map((field) => [field.number, this.#ofField(field)])) };
    this.#known.set(desc, rules);
    return rules;
  }

  #ofField(field: DescField): FieldRule {
    const { name } = field;
    if (field.fieldKind === 'map') return messageRule(name, memoized(() => this.#ofMapEntry(field)));
    const { message } = field;
    if (message !== undefined) return messageRule(name, () => this.of(message));
    // Neither message nor map: numbers, texts, and enums, which travel as int32.
    return scalarRule(name, field.scalar ?? ScalarType.INT32, field.fieldKind === 'list');
  }

  #ofMapEntry(field: DescField & { fieldKind: 'map' }): MessageRules {
    const { message } = field;
    const value = message === undefined ? scalarRule('value', field.scalar ?? ScalarType.INT32, false) : messageRule('value', () => this.of(message));
    return { name: field.name, fields: new Map([[1, scalarRule('key', field.mapKey, false)], [2, value]]) };
  }
}

function messageRule(name: string, message: () => MessageRules): FieldRule {
  return { name, wireType: 2, isPackable: false, isHeavy: true, message };
}

function scalarRule(name: string, type: ScalarType, isList: boolean): FieldRule {
  const wireType = WIRE_TYPES[type];
  return { name, wireType, isPackable: isList && wireType !== 2, isHeavy: BIG_INTEGERS.has(type), message: undefined };
}

function memoized(make: () => MessageRules): () => MessageRules {
  let made: MessageRules | undefined;
  return () => (made ??= make());
}
