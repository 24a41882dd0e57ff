import type { DescMessage } from '@bufbuild/protobuf';
import { type FieldRule, type MessageRules, WireRules } from './wire-rules.ts';

/** Bytes that are not of the message that they should be. */
export class WireFault extends Error {
  readonly offset: number;
  /** They are one, as far as they go, but end too early. */
  readonly isCutShort: boolean;

  constructor(reason: string, offset: number, isCutShort: boolean = false) {
    super(reason);
    this.offset = offset;
    this.isCutShort = isCutShort;
  }
}

const MAX_DEPTH = 100;
/** Each takes some 100 to 300 bytes of memory, and may take 2 in the file. A graph of a million nodes has about ten million. */
const MAX_HEAVY_VALUES = 20_000_000;

/**
 * Checks that bytes are a message: that its fields are of the right wire types, that none reaches beyond its message, that
 * messages nest no deeper than 100, and that they would not take memory out of all proportion. The decoder of
 * `@bufbuild/protobuf` takes all of this on trust.
 *
 * @throws WireFault
 */
export function checkWire(schema: DescMessage, bytes: Uint8Array): void {
  new WireChecker(bytes).checkMessage(new WireRules().of(schema), bytes.length, 1);
}

class WireChecker {
  readonly #bytes: Uint8Array;
  #position = 0;
  #heavyValues = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  checkMessage(rules: MessageRules, end: number, depth: number): void {
    if (depth > MAX_DEPTH) throw new WireFault(`messages nest more than ${MAX_DEPTH} deep`, this.#position);
    while (this.#position < end) {
      const start = this.#position;
      const tag = this.#varint(end);
      const [field, wireType] = [Math.floor(tag / 8), tag % 8];
      if (field === 0 || field >= 2 ** 29) throw new WireFault(`a field without a number in ${rules.name}`, start);
      const rule = rules.fields.get(field);
      if (rule === undefined) this.#skip(field, wireType, { end, depth });
      else if (rule.wireType === wireType) this.#checkField(rule, end, depth);
      else if (rule.isPackable && wireType === 2) this.#checkPacked(rule, end);
      else throw new WireFault(`field ${rule.name} of ${rules.name} is of wire type ${wireType} instead of ${rule.wireType}`, start);
    }
  }

  #checkField(rule: FieldRule, end: number, depth: number): void {
    if (rule.isHeavy) this.#countHeavy();
    if (rule.message === undefined) this.#skipValue(rule.wireType, end);
    else this.checkMessage(rule.message(), this.#contentEnd(end), depth + 1);
  }

  #checkPacked(rule: FieldRule, end: number): void {
    const contentEnd = this.#contentEnd(end);
    while (this.#position < contentEnd) {
      if (rule.isHeavy) this.#countHeavy();
      this.#skipValue(rule.wireType, contentEnd);
    }
  }

  #skip(field: number, wireType: number, { end, depth }: { readonly end: number; readonly depth: number }): void {
    if (wireType === 3) this.#skipGroup(field, end, depth);
    else if (wireType === 0 || wireType === 1 || wireType === 2 || wireType === 5) this.#skipValue(wireType, end);
    else throw new WireFault(`wire type ${wireType} of the unknown field ${field}`, this.#position);
  }

  #skipGroup(field: number, end: number, depth: number): void {
    if (depth > MAX_DEPTH) throw new WireFault(`groups nest more than ${MAX_DEPTH} deep`, this.#position);
    for (;;) {
      const tag = this.#varint(end);
      if (tag % 8 !== 4) this.#skip(Math.floor(tag / 8), tag % 8, { end, depth: depth + 1 });
      else if (Math.floor(tag / 8) === field) return;
      else throw new WireFault('a group that ends as another', this.#position);
    }
  }

  #skipValue(wireType: 0 | 1 | 2 | 5, end: number): void {
    if (wireType === 0) this.#varint(end);
    else if (wireType === 2) this.#position = this.#contentEnd(end);
    else this.#position = this.#reach(this.#position + (wireType === 1 ? 8 : 4), end);
  }

  /** Where the content ends whose length comes next. */
  #contentEnd(end: number): number {
    const length = this.#varint(end);
    return this.#reach(this.#position + length, end);
  }

  /** Refuses what lies beyond the message: beyond the file as well, it is the file that is too short. */
  #reach(target: number, end: number): number {
    if (target <= end) return target;
    const isCutShort = target > this.#bytes.length;
    throw new WireFault(isCutShort ? `${target - this.#position} bytes are said to follow, ${this.#bytes.length - this.#position} do` : 'a field reaches beyond its message', this.#position, isCutShort);
  }

  #varint(end: number): number {
    const start = this.#position;
    let value = 0;
    for (let scale = 1; scale < 2 ** 70; scale *= 128) {
      this.#reach(this.#position + 1, end);
      const byte = this.#bytes[this.#position++] ?? 0;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    throw new WireFault('an integer of more than 64 bits', start);
  }

  #countHeavy(): void {
    this.#heavyValues += 1;
    if (this.#heavyValues > MAX_HEAVY_VALUES) throw new WireFault(`more than ${MAX_HEAVY_VALUES} messages`, this.#position);
  }
}
