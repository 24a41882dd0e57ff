import { AnswerWriter, type SlotResult } from './answer-writer.ts';
import { STRING_ELEMENTS } from './element-types.ts';
import type { OutputForm } from './graph-values.ts';
import type { OrtApi } from './ort-api.ts';
import type { Address } from './ort-library.ts';
import { FORMS, type Slot } from './slot.ts';

/**
 * Computes the request in a slot and writes the answer over it.
 *
 * @throws OrtFault; the slot can be used again
 */
export function runSlot(api: OrtApi, slot: Slot): SlotResult {
  const startedMs = performance.now();
  const request = readRequest(slot.numbers);
  const values: Address[] = [];
  try {
    for (const input of request.inputs) values.push(createInput(api, slot, input));
    const outputs = runGraph(api, request, values);
    try {
      const answer = new AnswerWriter(api, slot, request.freeOffset);
      request.outputs.forEach((output, index) => writeOutput(api, answer, output, outputs[index] ?? 0n));
      return answer.finish((performance.now() - startedMs) * 1000);
    } finally {
      for (const value of outputs) api.release('releaseValue', value);
    }
  } finally {
    for (const value of values) api.release('releaseValue', value);
  }
}

interface InputEntry {
  readonly name: number;
  readonly type: number;
  readonly offset: number;
  readonly bytes: number;
  readonly shape: BigInt64Array;
}

interface OutputEntry {
  readonly name: number;
  readonly form: OutputForm;
  readonly type: number;
  readonly keyType: number;
}

interface Request {
  readonly session: number;
  readonly runOptions: number;
  readonly inputs: readonly InputEntry[];
  readonly outputs: readonly OutputEntry[];
  readonly freeOffset: number;
}

function readRequest(numbers: Float64Array): Request {
  let at = 0;
  const next = (): number => numbers[at++] ?? 0;
  const session = next();
  const runOptions = next();
  const inputCount = next();
  const outputCount = next();
  const inputs = Array.from({ length: inputCount }, (): InputEntry => {
    const entry = { name: next(), type: next(), offset: next(), bytes: next() };
    return { ...entry, shape: BigInt64Array.from({ length: next() }, () => BigInt(next())) };
  });
  const outputs = Array.from({ length: outputCount }, (): OutputEntry => {
    const name = next();
    return { name, form: FORMS[next()] ?? 'tensor', type: next(), keyType: next() };
  });
  return { session, runOptions, inputs, outputs, freeOffset: next() };
}

function createInput(api: OrtApi, slot: Slot, { type, offset, bytes, shape }: InputEntry): Address {
  if (type === STRING_ELEMENTS) return createStrings(api, slot, offset, shape);
  // Computes straight on the slot's memory: it stays ours until the answer is written, after the run.
  const memory = slot.bytes.subarray(offset, offset + bytes);
  return api.out('createTensorWithData', api.memoryInfo, memory, bytes, shape, shape.length, type);
}

function createStrings(api: OrtApi, slot: Slot, offset: number, shape: BigInt64Array): Address {
  const count = Number(shape.reduce((product, size) => product * size, 1n));
  const value = api.out('createTensor', api.allocator, shape, shape.length, STRING_ELEMENTS);
  const ends = new Float64Array(slot.memory, offset, count);
  let start = offset + ends.byteLength;
  for (let index = 0; index < count; index++) {
    const end = offset + ends.byteLength + (ends[index] ?? 0);
    const memory = api.out('resizedStringElement', value, index, end - start);
    if (end > start) api.library.copy(memory, slot.bytes.subarray(start, end), end - start);
    start = end;
  }
  return value;
}

function runGraph(api: OrtApi, request: Request, values: readonly Address[]): BigUint64Array {
  const inputNames = BigUint64Array.from(request.inputs, (input) => BigInt(input.name));
  const outputNames = BigUint64Array.from(request.outputs, (output) => BigInt(output.name));
  const outputs = new BigUint64Array(request.outputs.length);
  const inputs = BigUint64Array.from(values);
  const { session, runOptions } = request;
  api.call('run', session, runOptions, inputNames, inputs, inputs.length, outputNames, outputs.length, outputs);
  return outputs;
}

function writeOutput(api: OrtApi, answer: AnswerWriter, output: OutputEntry, value: Address): void {
  const { form, type, keyType } = output;
  if (form === 'tensor') return answer.addTensor(value);
  withElements(api, value, (elements) => {
    if (form === 'stack') return answer.addStack(elements, type);
    if (form === 'map') return answer.addMap(elements);
    withMaps(api, elements, (maps) => answer.addMaps(maps, { type, keyType }));
  });
}

/** Elements of a sequence, or keys and values of a map; freed afterwards. */
function withElements(api: OrtApi, value: Address, use: (elements: readonly Address[]) => void): void {
  const elements: Address[] = [];
  try {
    const count = api.outNumber('getValueCount', value);
    for (let index = 0; index < count; index++) elements.push(api.out('getValue', value, index, api.allocator));
    use(elements);
  } finally {
    for (const element of elements) api.release('releaseValue', element);
  }
}

function withMaps(api: OrtApi, maps: readonly Address[], use: (maps: readonly (readonly Address[])[]) => void): void {
  const opened: Address[][] = [];
  try {
    for (const map of maps) {
      const parts: Address[] = [];
      opened.push(parts);
      for (const part of [0, 1]) parts.push(api.out('getValue', map, part, api.allocator));
    }
    use(opened);
  } finally {
    for (const part of opened.flat()) api.release('releaseValue', part);
  }
}
