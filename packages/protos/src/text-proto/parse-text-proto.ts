import { create, type DescMessage, type MessageShape, type Registry } from '@bufbuild/protobuf';
import { reflect } from '@bufbuild/protobuf/reflect';
import { MessageReader } from './message-reader.ts';
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
  const tokens = new Tokenizer(text);
  const message = create(schema);
  new MessageReader(tokens, options.registry).readFields(reflect(schema, message, false), undefined);
  return message;
}
