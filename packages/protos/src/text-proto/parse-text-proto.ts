import { create, type DescMessage, type MessageShape, type Registry } from '@bufbuild/protobuf';
import { reflect } from '@bufbuild/protobuf/reflect';
import { MessageReader, type MessageReaderOptions, placeKey } from './message-reader.ts';
import { placeOfOffset, TextProtoError, type TextProtoPlace } from './text-proto-error.ts';
import { Tokenizer } from './tokenizer.ts';

/** Options of {@link parseTextProto}. */
export interface TextProtoOptions {
  /** Where the types of `google.protobuf.Any` are found when a text spells them out: `[type.googleapis.com/a.B] { … }`. */
  readonly registry?: Registry;
}

/**
 * Reads a message in protobuf's text format (`.pbtxt`, `models.config`): comments, nested messages in `{}` or `<>`, lists,
 * maps, strings with every escape and joined when adjacent, decimal, octal and hexadecimal numbers, `inf` and `nan`, enums by
 * name or number, `Any` spelled out. As in C++, a field that does not repeat may stand once, a oneof may be set once, and
 * names the message does not know are errors; reserved names are skipped. Messages may nest 100 deep.
 *
 * @throws TextProtoError with line and column
 *
 * Source: Protocol Buffers, "Text Format Language Specification".
 */
export function parseTextProto<Desc extends DescMessage>(schema: Desc, text: string, options: TextProtoOptions = {}): MessageShape<Desc> {
  return readMessage(schema, text, { registry: options.registry, offsets: undefined });
}

/** A message, and where its values stand in the text that it was read from. */
export interface PlacedTextProto<Message> {
  readonly message: Message;
  /**
   * Where a value begins, or else the nearest value around it. Keys are fields as the text writes them, places in lists, and
   * keys of maps: `['model_config_list', 'config', 1, 'name']`. A map's entry is one value.
   */
  readonly placeOf: (keys: readonly (string | number)[]) => TextProtoPlace;
}

/** As {@link parseTextProto}, for those who will have something to say about single values. */
export function parsePlacedTextProto<Desc extends DescMessage>(
  schema: Desc,
  text: string,
  options: TextProtoOptions = {},
): PlacedTextProto<MessageShape<Desc>> {
  const offsets = new Map<string, number>();
  const message = readMessage(schema, text, { registry: options.registry, offsets });
  return {
    message,
    placeOf(keys) {
      for (let length = keys.length; length > 0; length--) {
        const offset = offsets.get(placeKey(keys.slice(0, length)));
        if (offset !== undefined) return placeOfOffset(text, offset);
      }
      return placeOfOffset(text, 0);
    },
  };
}

function readMessage<Desc extends DescMessage>(schema: Desc, text: string, options: MessageReaderOptions): MessageShape<Desc> {
  const message = create(schema);
  const reader = new MessageReader(new Tokenizer(text), options);
  try {
    reader.readFields(reflect(schema, message, false), undefined);
    return message;
  } catch (error) {
    if (error instanceof TextProtoError) error.field = reader.field;
    throw error;
  }
}
