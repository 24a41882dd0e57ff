import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NamedTensors, Servable, Tensor } from '@servable/core';
import { testLoaderContext, testRunContext } from '@servable/plugin-testing';
import { afterAll } from 'vitest';
import lookupTable from '../src/index.ts';

export const TABLES: string = fileURLToPath(new URL('../../../fixtures/tables/', import.meta.url));

/** Version directories that are removed when the tests of the file are over. */
export class TemporaryTables {
  readonly root: string = mkdtempSync(join(tmpdir(), 'servable-table-'));
  #count = 0;

  constructor() {
    afterAll(() => rmSync(this.root, { recursive: true, force: true }));
  }

  /** A directory with these files, `table.json` when a manifest is given, and copies of fixtures. */
  create({ files = {}, fixtures = [], manifest, version }: TableFiles): string {
    this.#count += 1;
    const directory = version === undefined ? join(this.root, String(this.#count), '1') : join(this.root, version);
    mkdirSync(directory, { recursive: true });
    for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), content);
    for (const fixture of fixtures) copyFileSync(join(TABLES, fixture), join(directory, basename(fixture)));
    if (manifest !== undefined) writeFileSync(join(directory, 'table.json'), JSON.stringify(manifest));
    return directory;
  }
}

export interface TableFiles {
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly fixtures?: readonly string[];
  readonly manifest?: object;
  /** `<table>/<version>` under the root. Default: version 1 of a table of its own. */
  readonly version?: string;
}

/** Loads a directory, runs, and unloads. */
export async function withTable<T>(directory: string, run: (servable: Servable) => Promise<T> | T): Promise<T> {
  const plugin = lookupTable();
  const loader = plugin.create({ path: directory }, {}, testLoaderContext());
  try {
    return await run(await loader.load(new AbortController().signal));
  } finally {
    await loader.unload();
    await plugin.close?.();
  }
}

export async function ask(servable: Servable, signature: string, inputs: Readonly<Record<string, Tensor>>): Promise<NamedTensors> {
  return servable.run(signature, new Map(Object.entries(inputs)), testRunContext());
}

const encoder = new TextEncoder();

export function strings(...values: readonly string[]): Tensor {
  return { dtype: 'BYTES', shape: [values.length], data: values.map((value) => encoder.encode(value)) };
}

export function int64s(...values: readonly (number | bigint)[]): Tensor {
  return { dtype: 'INT64', shape: [values.length], data: BigInt64Array.from(values, BigInt) };
}

export function floats(shape: readonly number[], values: Iterable<number>): Tensor {
  return { dtype: 'FP32', shape, data: Float32Array.from(values) };
}

/** A tensor's values as plain JavaScript: text, numbers, bigints. */
export function valuesOf(tensor: Tensor | undefined): readonly unknown[] {
  if (tensor === undefined) return [];
  return tensor.dtype === 'BYTES' ? tensor.data.map((bytes) => new TextDecoder().decode(bytes)) : Array.from<number | bigint>(tensor.data as ArrayLike<number | bigint>);
}
