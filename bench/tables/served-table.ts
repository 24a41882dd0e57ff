import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunContext, Servable } from '@servable/core';
import lookupTable from '@servable/loader-lookup-table';

const { signal } = new AbortController();
const logger = { debug() {}, info() {}, warn: console.warn, error: console.error };
const plugin = lookupTable();

export const context: RunContext = { signal, deadlineMs: undefined, outputs: [], requestId: '', protocol: 'in-process', peer: '', attributes: new Map() };

/** A folder that is removed when the bench is over. */
export async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'lookup-table-'));
  await use(folder).finally(() => rmSync(folder, { recursive: true }));
}

/** Loads a version directory, in process, and unloads it. */
export async function withServable<T>(directory: string, use: (servable: Servable) => T | Promise<T>): Promise<T> {
  const loader = plugin.create({ path: directory }, {}, { id: { name: 'bench', version: 1n } as never, logger });
  try {
    return await use(await loader.load(signal));
  } finally {
    await loader.unload();
  }
}

/** Upper bound of what a load takes, as admission asks for it. */
export async function estimateOf(directory: string): Promise<number> {
  const loader = plugin.create({ path: directory }, {}, { id: { name: 'bench', version: 1n } as never, logger });
  return (await loader.estimate(signal)).ramBytes;
}

/** As `servable build-table` does. @returns the file's bytes */
export async function buildTable(directory: string): Promise<number> {
  const code = await plugin.commands?.find(({ name }) => name === 'build-table')?.run([directory], { print: () => {} });
  if (code !== 0) throw new Error(`build-table ended with ${String(code)}`);
  return statSync(join(directory, 'table.servable-table')).size;
}

/** A `.npy` file of float32, `[rows, dim]`. */
export function writeNpy(path: string, matrix: Float32Array, dim: number): void {
  const header = `${`{'descr': '<f4', 'fortran_order': False, 'shape': (${matrix.length / dim}, ${dim}), }`.padEnd(117)}\n`;
  writeParts(path, [Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, header.length, 0]), Buffer.from(header), new Uint8Array(matrix.buffer)]);
}

/** A safetensors file of one column `value`: half of the row's number. Behind INT64 keys, if they are given. */
export function writeValues(path: string, rows: number, keys?: BigInt64Array): void {
  const values = Float32Array.from({ length: rows }, (_, row) => row / 2);
  const keyBytes = keys?.byteLength ?? 0;
  const tensors = {
    ...(keys === undefined ? {} : { keys: { dtype: 'I64', shape: [rows], data_offsets: [0, keyBytes] } }),
    value: { dtype: 'F32', shape: [rows], data_offsets: [keyBytes, keyBytes + values.byteLength] },
  };
  const header = Buffer.from(JSON.stringify(tensors));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  writeParts(path, [length, header, ...(keys === undefined ? [] : [new Uint8Array(keys.buffer)]), new Uint8Array(values.buffer)]);
}

/** A text file of lines, and the `table.json` that takes them as the keys of what is beside it. */
export function writeKeyFile(directory: string, rows: number, keyOf: (row: number) => string): void {
  writeParts(join(directory, 'keys.txt'), linesOf(rows, keyOf));
  writeFileSync(join(directory, 'table.json'), JSON.stringify({ keyFile: 'keys.txt', columns: { value: 'FP32' } }));
}

function* linesOf(rows: number, keyOf: (row: number) => string): Generator<Uint8Array> {
  const step = 100_000;
  for (let from = 0; from < rows; from += step) {
    yield Buffer.from(`${Array.from({ length: Math.min(step, rows - from) }, (_, at) => keyOf(from + at)).join('\n')}\n`);
  }
}

function writeParts(path: string, parts: Iterable<Uint8Array>): void {
  const file = openSync(path, 'w');
  for (const part of parts) for (let done = 0; done < part.length; ) done += writeSync(file, part, done, Math.min(part.length - done, 2 ** 30));
  closeSync(file);
}
