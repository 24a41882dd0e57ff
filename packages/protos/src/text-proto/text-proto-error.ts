/** A text that is not in protobuf's text format, or not of the message that was asked for. */
export class TextProtoError extends Error {
  /** What is wrong, without the place. */
  readonly reason: string;
  /** Of the first character at fault; from 1. */
  readonly line: number;
  /** Of the first character at fault, in UTF-16 units; from 1. A tab counts as one. */
  readonly column: number;

  constructor(reason: string, text: string, offset: number) {
    const before = text.slice(0, offset);
    const lineStart = before.lastIndexOf('\n') + 1;
    const line = before.split('\n').length;
    const column = offset - lineStart + 1;
    super(`${line}:${column}: ${reason}`);
    this.name = 'TextProtoError';
    this.reason = reason;
    this.line = line;
    this.column = column;
  }
}
