import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** ONNX models by hand, for what no fixture has. Field numbers are those of ONNX's `onnx.proto`. */

export const FLOAT = 1;
export const INT64 = 7;

type Sizes = readonly (number | string)[];

export interface NodeParts {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

export interface ModelParts {
  readonly nodes: readonly NodeParts[];
  readonly inputs: readonly Uint8Array[];
  readonly outputs: readonly Uint8Array[];
  readonly initializers?: readonly Uint8Array[];
}

/** A graph input or output; without sizes its rank is not said. */
export function value(name: string, elementType: number, sizes?: Sizes): Uint8Array {
  const dims = (sizes ?? []).map((size) => message(1, typeof size === 'number' ? [number(1, size)] : [text(2, size)]));
  const tensor = [number(1, elementType), ...(sizes === undefined ? [] : [message(2, dims)])];
  return concat([text(1, name), message(2, [message(1, tensor)])]);
}

/** A stored tensor of floats, all of one value. */
export function weights(name: string, sizes: readonly number[], fill: number): Uint8Array {
  const data = new Float32Array(sizes.reduce((product, size) => product * size, 1)).fill(fill);
  return concat([...sizes.map((size) => number(1, size)), number(2, FLOAT), text(8, name), bytes(9, new Uint8Array(data.buffer))]);
}

/** The file of a model, removed when the test ends. */
export function modelPath(model: ModelParts): string {
  const directory = mkdtempSync(join(tmpdir(), 'servable-engine-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const path = join(directory, 'model.onnx');
  writeFileSync(path, modelBytes(model));
  return path;
}

export function modelBytes({ nodes, inputs, outputs, initializers = [] }: ModelParts): Uint8Array {
  const graph = [
    ...nodes.map((node) => message(1, [...node.inputs.map((each) => text(1, each)), ...node.outputs.map((each) => text(2, each)), text(4, node.op)])),
    text(2, 'graph'),
    ...initializers.map((each) => bytes(5, each)),
    ...inputs.map((each) => bytes(11, each)),
    ...outputs.map((each) => bytes(12, each)),
  ];
  return concat([number(1, 8), message(7, graph), message(8, [text(1, ''), number(2, 17)])]);
}

/** A chain of matrix products that takes about this many times a few milliseconds. */
export function slowModel(products: number, size = 512): ModelParts {
  const nodes = Array.from({ length: products }, (_, at) => ({ op: 'MatMul', inputs: [at === 0 ? 'x' : `y${at - 1}`, 'w'], outputs: [at === products - 1 ? 'y' : `y${at}`] }));
  return { nodes, inputs: [value('x', FLOAT, [size, size])], outputs: [value('y', FLOAT, [size, size])], initializers: [weights('w', [size, size], 0.001)] };
}

function number(field: number, content: number): Uint8Array {
  return Uint8Array.from([...varint(field * 8), ...varint(content)]);
}

function text(field: number, content: string): Uint8Array {
  return bytes(field, new TextEncoder().encode(content));
}

function message(field: number, parts: readonly Uint8Array[]): Uint8Array {
  return bytes(field, concat(parts));
}

function bytes(field: number, content: Uint8Array): Uint8Array {
  return concat([Uint8Array.from([...varint(field * 8 + 2), ...varint(content.byteLength)]), content]);
}

function varint(content: number): number[] {
  return content < 128 ? [content] : [(content % 128) + 128, ...varint(Math.floor(content / 128))];
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}
