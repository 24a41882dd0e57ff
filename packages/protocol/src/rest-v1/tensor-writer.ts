import { elementCount, type Tensor } from '@servable/core';
import type { Compat } from './compat.ts';
import { createRunWriter, type RunWriter } from './element-writer.ts';
import type { JsonWriter } from './json-writer.ts';
import type { Steps } from '../slices.ts';

/** Elements that are written between two chances to pause; about 0.3 ms. */
const RUN_ELEMENTS = 4096;

const INDENT = 4;
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const NOTHING = encode('');

/** What stands before the first element of an array, and before each other. */
interface Separators {
  readonly lead: Uint8Array;
  readonly between: Uint8Array;
}

const ONE_LINE: Separators = { lead: NOTHING, between: encode(', ') };

/** How a tensor is written. */
export interface TensorLayout {
  readonly json: JsonWriter;
  readonly compat: Compat;
  /** Arrays on one line, else one line an element. */
  readonly isOneLine: boolean;
}

/**
 * Writes the values of one tensor in order, part by part: each call takes the array over the dimensions from
 * `fromDimension` on, or one value when there are none. `depth` is how many arrays and objects are open around it.
 */
export class TensorWriter {
  readonly #shape: readonly number[];
  readonly #run: RunWriter;
  readonly #json: JsonWriter;
  readonly #isOneLine: boolean;
  readonly #separatorsByDepth: Separators[] = [];
  #next = 0;

  /** @throws ServingError `SRV_REST_V1_DTYPE_NOT_WRITABLE`, unless the tensor has no elements */
  constructor(name: string, tensor: Tensor, { json, compat, isOneLine }: TensorLayout) {
    this.#shape = tensor.shape;
    this.#json = json;
    this.#isOneLine = isOneLine;
    this.#run = createRunWriter(name, tensor, json, compat);
  }

  /** Whether a part is so small that it needs no steps. */
  isSmall(fromDimension: number): boolean {
    return elementCount(this.#shape.slice(fromDimension)) <= RUN_ELEMENTS;
  }

  write(fromDimension: number, depth: number): void {
    const size = this.#shape[fromDimension];
    if (size === undefined) return this.#writeRun(1, depth, NOTHING, NOTHING);
    const { lead, between } = this.#separators(depth + 1);
    this.#json.ascii('[');
    if (fromDimension === this.#shape.length - 1) this.#writeRun(size, depth + 1, lead, between);
    else {
      for (let element = 0; element < size; element += 1) {
        this.#json.put(element === 0 ? lead : between);
        this.write(fromDimension + 1, depth + 1);
      }
    }
    this.#close(size, depth);
  }

  *steps(fromDimension: number, depth: number): Steps<void> {
    if (this.isSmall(fromDimension)) {
      this.write(fromDimension, depth);
      if (this.#json.isSliceFull()) yield;
      return;
    }
    const size = this.#shape[fromDimension] ?? 0;
    const isInnermost = fromDimension === this.#shape.length - 1;
    const { lead, between } = this.#separators(depth + 1);
    this.#json.ascii('[');
    for (let done = 0; done < size; done += isInnermost ? RUN_ELEMENTS : 1) {
      const before = done === 0 ? lead : between;
      if (isInnermost) this.#writeRun(Math.min(RUN_ELEMENTS, size - done), depth + 1, before, between);
      else {
        this.#json.put(before);
        yield* this.steps(fromDimension + 1, depth + 1);
      }
      if (this.#json.isSliceFull()) yield;
    }
    this.#close(size, depth);
  }

  #writeRun(count: number, depth: number, lead: Uint8Array, between: Uint8Array): void {
    this.#run({ start: this.#next, count, depth, lead, between });
    this.#next += count;
  }

  #close(size: number, depth: number): void {
    if (size > 0 && !this.#isOneLine) this.#json.newLine(depth);
    this.#json.ascii(']');
  }

  #separators(depth: number): Separators {
    if (this.#isOneLine) return ONE_LINE;
    const made = this.#separatorsByDepth[depth];
    if (made !== undefined) return made;
    const indent = `\n${' '.repeat(INDENT * depth)}`;
    return (this.#separatorsByDepth[depth] = { lead: encode(indent), between: encode(`,${indent}`) });
  }
}
