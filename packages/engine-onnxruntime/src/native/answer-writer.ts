import { STRING_ELEMENTS } from './element-types.ts';
import { type OrtApi, OrtFault } from './ort-api.ts';
import type { Address } from './ort-library.ts';
import { alignUp, type Slot } from './slot.ts';

/** A tensor that does not fit the slot, in memory of its own. */
export interface SpilledTensor {
  readonly type: number;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What a run left: an answer in the slot (`undefined`), or all of it beside the slot. */
export type SlotResult = undefined | { readonly microseconds: number; readonly tensors: readonly SpilledTensor[] };

interface Described {
  readonly type: number;
  readonly shape: readonly number[];
  readonly elements: number;
  /** Of the strings together; of other elements, of all. */
  readonly bytes: number;
}

interface Written {
  readonly type: number;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly bytes: Uint8Array;
}

const ORT_FAIL = 1;
/** By `ONNXTensorElementDataType`. */
const ELEMENT_BYTES: readonly number[] = [0, 4, 1, 1, 2, 2, 4, 8, 8, 1, 2, 8, 4, 8, 8, 16, 2, 1, 1, 1, 1];

/** Collects the tensors of an answer: in the slot while they fit, after the inputs, which the request still needs. */
export class AnswerWriter {
  readonly #api: OrtApi;
  readonly #slot: Slot;
  readonly #written: Written[] = [];
  #offset: number;
  #isSpilled = false;

  constructor(api: OrtApi, slot: Slot, freeOffset: number) {
    this.#api = api;
    this.#slot = slot;
    this.#offset = freeOffset;
  }

  addTensor(value: Address): void {
    const part = this.#describe(value);
    this.#write([value], [part], part.shape);
  }

  /** Tensors of one shape as one tensor with a new first axis. @throws OrtFault when their shapes differ */
  addStack(values: readonly Address[], type: number): void {
    this.#stack(values, { type, shape: [0], elements: 0, bytes: 0 });
  }

  /** Values, then keys, of one map. */
  addMap([keys = 0n, values = 0n]: readonly Address[]): void {
    this.addTensor(values);
    this.addTensor(keys);
  }

  /** Values `[maps, keys]`, then the keys. @throws OrtFault when the maps have other keys than the first */
  addMaps(maps: readonly (readonly Address[])[], types: { readonly type: number; readonly keyType: number }): void {
    const [first] = maps;
    this.#stack(maps.map(([, values = 0n]) => values), { type: types.type, shape: [0, 0], elements: 0, bytes: 0 });
    if (first === undefined) return this.#write([], [], [0], types.keyType);
    this.#checkSameKeys(maps.map(([keys = 0n]) => keys));
    this.addTensor(first[0] ?? 0n);
  }

  #stack(values: readonly Address[], empty: Described): void {
    const parts = values.map((value) => this.#describe(value));
    const [first] = parts;
    if (first === undefined) return this.#write([], [], empty.shape, empty.type);
    if (parts.some((part) => String(part.shape) !== String(first.shape))) {
      const shapes = parts.map((part) => `[${part.shape}]`).join(', ');
      throw new OrtFault(`the tensors of a sequence output differ in shape: ${shapes}; only equal ones can be stacked into one tensor`, ORT_FAIL);
    }
    this.#write(values, parts, [values.length, ...first.shape]);
  }

  #checkSameKeys(keys: readonly Address[]): void {
    const [first, ...others] = keys.map((value) => {
      const part = this.#describe(value);
      return Buffer.from(this.#copy([value], [part], new Uint8Array(slotBytes(part))));
    });
    if (first === undefined || others.every((each) => each.equals(first))) return;
    throw new OrtFault('the maps of a sequence output differ in their keys: they cannot be one tensor', ORT_FAIL);
  }

  #write(values: readonly Address[], parts: readonly Described[], shape: readonly number[], type: number = parts[0]?.type ?? 1): void {
    const target = this.#take(parts.reduce((total, part) => total + slotBytes(part), 0));
    this.#copy(values, parts, target.bytes);
    this.#written.push({ type, shape, ...target });
  }

  #take(bytes: number): { offset: number; bytes: Uint8Array } {
    const offset = this.#offset;
    this.#offset += alignUp(bytes);
    if (offset + bytes <= this.#slot.bytes.byteLength) return { offset, bytes: this.#slot.bytes.subarray(offset, offset + bytes) };
    this.#isSpilled = true;
    return { offset, bytes: new Uint8Array(bytes) };
  }

  #describe(value: Address): Described {
    const api = this.#api;
    const info = api.out('tensorTypeAndShape', value);
    try {
      const type = api.outNumber('tensorElementType', info);
      const rank = api.outNumber('dimensionsCount', info);
      const sizes = new BigInt64Array(rank);
      api.call('dimensions', info, sizes, rank);
      const shape = Array.from(sizes, Number);
      const elements = shape.reduce((product, size) => product * size, 1);
      const bytes = type === STRING_ELEMENTS ? api.outNumber('stringDataLength', value) : elements * (ELEMENT_BYTES[type] ?? 0);
      return { type, shape, elements, bytes };
    } finally {
      api.release('releaseTensorInfo', info);
    }
  }

  /** Numbers one part after the other; strings as all their starts, then all of them. */
  #copy(values: readonly Address[], parts: readonly Described[], target: Uint8Array): Uint8Array {
    const isText = parts[0]?.type === STRING_ELEMENTS;
    const textsAt = isText ? parts.reduce((total, part) => total + part.elements * 8, 0) : 0;
    let element = 0;
    let at = 0;
    values.forEach((value, index) => {
      const part = parts[index];
      if (part === undefined || part.elements === 0) return;
      const bytes = target.subarray(textsAt + at, textsAt + at + part.bytes);
      if (isText) this.#copyStrings(value, bytes, { starts: startsView(target, element, part.elements), base: at });
      else this.#api.library.copy(bytes, this.#api.out('tensorData', value), part.bytes);
      element += part.elements;
      at += part.bytes;
    });
    return target;
  }

  #copyStrings(value: Address, bytes: Uint8Array, at: { readonly starts: BigUint64Array; readonly base: number }): void {
    const { starts, base } = at;
    this.#api.call('stringContent', value, bytes.byteLength > 0 ? bytes : new Uint8Array(1), bytes.byteLength, starts, starts.length);
    if (base > 0) starts.forEach((start, index) => (starts[index] = start + BigInt(base)));
  }

  /** Writes what was added over the request, unless something did not fit. */
  finish(microseconds: number): SlotResult {
    const { numbers } = this.#slot;
    const needed = this.#written.reduce((total, { shape }) => total + 4 + shape.length, 2);
    if (this.#isSpilled || needed > numbers.length) {
      return { microseconds, tensors: this.#written.map(({ type, shape, bytes }) => ({ type, shape, bytes: Uint8Array.from(bytes) })) };
    }
    let at = 0;
    numbers[at++] = microseconds;
    numbers[at++] = this.#written.length;
    for (const { type, shape, offset, bytes } of this.#written) {
      numbers[at++] = type;
      numbers[at++] = offset;
      numbers[at++] = bytes.byteLength;
      numbers[at++] = shape.length;
      for (const size of shape) numbers[at++] = size;
    }
    return undefined;
  }
}

function slotBytes(part: Described): number {
  return part.type === STRING_ELEMENTS ? part.elements * 8 + part.bytes : part.bytes;
}

function startsView(target: Uint8Array, element: number, count: number): BigUint64Array {
  return new BigUint64Array(target.buffer, target.byteOffset + element * 8, count);
}
