import type { Address, AnswerSheet } from '@servable/engine-threads/native';
import { STRING_ELEMENTS } from './element-types.ts';
import { type OrtApi, OrtFault } from './ort-api.ts';

interface Described {
  readonly type: number;
  readonly shape: readonly number[];
  readonly elements: number;
  /** Of the strings together; of other elements, of all. */
  readonly bytes: number;
}

const ORT_FAIL = 1;
/** By `ONNXTensorElementDataType`. */
const ELEMENT_BYTES: readonly number[] = [0, 4, 1, 1, 2, 2, 4, 8, 8, 1, 2, 8, 4, 8, 8, 16, 2, 1, 1, 1, 1];

/** Bytes of a tensor of numbers. */
export function numericBytes(type: number, shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, ELEMENT_BYTES[type] ?? 0);
}

/** Writes ONNX Runtime's values into an answer. */
export class AnswerWriter {
  readonly #api: OrtApi;
  readonly #sheet: AnswerSheet;

  constructor(api: OrtApi, sheet: AnswerSheet) {
    this.#api = api;
    this.#sheet = sheet;
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
  addMap([keys = 0, values = 0]: readonly Address[]): void {
    this.addTensor(values);
    this.addTensor(keys);
  }

  /** Values `[maps, keys]`, then the keys. @throws OrtFault when the maps have other keys than the first */
  addMaps(maps: readonly (readonly Address[])[], types: { readonly type: number; readonly keyType: number }): void {
    const [first] = maps;
    this.#stack(maps.map(([, values = 0]) => values), { type: types.type, shape: [0, 0], elements: 0, bytes: 0 });
    if (first === undefined) return this.#write([], [], [0], types.keyType);
    this.#checkSameKeys(maps.map(([keys = 0]) => keys));
    this.addTensor(first[0] ?? 0);
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
      return Buffer.from(this.#copy([value], [part], new Uint8Array(new ArrayBuffer(slotBytes(part)))));
    });
    if (first === undefined || others.every((each) => each.equals(first))) return;
    throw new OrtFault('the maps of a sequence output differ in their keys: they cannot be one tensor', ORT_FAIL);
  }

  #write(values: readonly Address[], parts: readonly Described[], shape: readonly number[], type: number = parts[0]?.type ?? 1): void {
    const byteLength = parts.reduce((total, part) => total + slotBytes(part), 0);
    this.#sheet.write(type, shape, { byteLength, fill: (target) => void this.#copy(values, parts, target) });
  }

  #describe(value: Address): Described {
    const { type, shape } = this.#api.tensorShape(value);
    const elements = shape.reduce((product, size) => product * size, 1);
    const bytes = type === STRING_ELEMENTS ? this.#api.outNumber('stringDataLength', value) : numericBytes(type, shape);
    return { type, shape, elements, bytes };
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
      else this.#api.library.copy(bytes, this.#api.tensorData(value), part.bytes);
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
}

function slotBytes(part: Described): number {
  return part.type === STRING_ELEMENTS ? part.elements * 8 + part.bytes : part.bytes;
}

function startsView(target: Uint8Array, element: number, count: number): BigUint64Array {
  return new BigUint64Array(target.buffer, target.byteOffset + element * 8, count);
}
