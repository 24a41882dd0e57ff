import type { DescField } from '@bufbuild/protobuf';

/** What a fault can say beside its reason. */
export interface TextProtoFaultDetails {
  /** The names that could stand there: fields of the message, or values of the enum. */
  readonly known?: readonly string[];
}

/** A text that is not in protobuf's text format, or not of the message that was asked for. */
export class TextProtoError extends Error {
  /** What is wrong, without the place. */
  readonly reason: string;
  /** Of the first character at fault; from 1. */
  readonly line: number;
  /** Of the first character at fault, in UTF-16 units; from 1. A tab counts as one. */
  readonly column: number;
  /** The names that could stand there, where a name is at fault; else empty. */
  readonly known: readonly string[];
  /** The field whose value is at fault: a scalar, an enum, or a message that is not written as one. */
  field: DescField | undefined;

  constructor(reason: string, place: TextProtoPlace, { known = [] }: TextProtoFaultDetails = {}) {
    super(`${place.line}:${place.column}: ${reason}`);
    this.name = 'TextProtoError';
    this.reason = reason;
    this.line = place.line;
    this.column = place.column;
    this.known = known;
  }
}

/** A place in a text, both counted from 1; columns in UTF-16 units. */
export interface TextProtoPlace {
  readonly line: number;
  readonly column: number;
}

/** The place of a character. */
export function placeOfOffset(text: string, offset: number): TextProtoPlace {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: offset - lineStart + 1 };
}
