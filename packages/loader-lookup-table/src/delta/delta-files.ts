import { messageOf } from '@servable/core';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { buildTable } from '../build/build-table.ts';
import { embeddingOf } from '../build/table-plan.ts';
import { tableError } from '../errors.ts';
import type { LoadedTable } from '../load/loaded-table.ts';
import { openSource } from '../read/open-source.ts';
import type { Column } from '../storage/column.ts';
import { halfValue } from '../storage/half.ts';
import type { Table } from '../storage/table.ts';
import { formatOf } from '../table-files.ts';
import { MANIFEST_FILE, type ManifestColumn, type TableManifest } from '../table-manifest.ts';

/** The directory of the version that a delta builds on: its neighbour of that number. @throws ServingError `SRV_TABLE_BASE_MISSING` */
export async function findBase(directory: string, { base = 0 }: TableManifest): Promise<string> {
  const fail = (reason: string): Error => tableError('SRV_TABLE_BASE_MISSING', [directory, String(base), reason]);
  const parent = dirname(directory);
  let names: readonly string[];
  try {
    names = await readdir(parent);
  } catch (error) {
    throw fail(messageOf(error));
  }
  const name = names.find((each) => /^\d+$/.test(each) && Number(each) === base);
  if (name === undefined) throw fail(`there is no folder ${base} beside it; keep a version as long as others build on it`);
  if (name === basename(directory)) throw fail('that is the version itself');
  return join(parent, name);
}

/** How a delta's files are read, and how the table behaves with it. */
export interface DeltaManifest {
  readonly files: TableManifest;
  readonly behaviour: TableManifest;
  /** @throws ServingError `SRV_TABLE_BASE_MISMATCH` */
  check(path: string, upserts: Table): void;
}

/** A delta's files have the columns and types of its base; what its own `table.json` does not say holds as in the base's. Pure. */
export function deltaManifest(directory: string, own: TableManifest, under: LoadedTable): DeltaManifest {
  const { base } = under.layers;
  const fail = (reason: string): Error => tableError('SRV_TABLE_BASE_MISMATCH', [join(directory, MANIFEST_FILE), String(own.base ?? ''), reason]);
  const embedding = { ...embeddingOf(under.manifest), ...embeddingOf(own) };
  if (embedding.buckets !== undefined) throw fail('a table with buckets takes no deltas');
  const columns = Object.fromEntries(base.columns.map((column) => [column.name, columnOf(column)]));
  const shape = base.embedding === undefined ? {} : { embedding: { ...embedding, dtype: base.embedding.matrix.dtype } };
  const { file: _file, format: _format, keyFile: _keyFile, delimiter: _delimiter, ...inherited } = under.manifest;
  return {
    files: { ...inherited, ...own, key: own.key ?? (own.keyFile === undefined ? base.keyName : 'key'), keyType: base.keys.dtype, columns, ...shape },
    behaviour: { ...inherited, ...own, ...(base.embedding === undefined ? {} : { embedding }) },
    check(path, upserts) {
      const dim = base.embedding?.matrix.dim;
      const found = upserts.embedding?.matrix.dim;
      if (dim !== found) throw tableError('SRV_TABLE_BASE_MISMATCH', [path, String(own.base ?? ''), `its vectors have ${found ?? 'no'} numbers, those of the base ${dim ?? 'none'}`]);
      for (const [at, { name, shape: wanted }] of base.columns.entries()) {
        const shapeFound = upserts.columns[at]?.shape;
        if (String(shapeFound) !== String(wanted)) throw tableError('SRV_TABLE_BASE_MISMATCH', [path, String(own.base ?? ''), `'${name}' has rows of shape [${shapeFound ?? []}], those of the base [${wanted}]`]);
      }
    },
  };
}

function columnOf({ dtype, fallback }: Column): ManifestColumn {
  if (fallback instanceof Uint8Array) return { dtype, default: Buffer.from(fallback).toString('utf8') };
  if (dtype === 'FP16') return { dtype, default: halfValue(Number(fallback)) };
  return { dtype, default: typeof fallback === 'bigint' ? String(fallback) : fallback };
}

/** The keys that a delta takes away: of a text file with one a line, or of the key column of any other table file. */
export async function readDeletes(directory: string, manifest: TableManifest, base: Table): Promise<Table | undefined> {
  if (manifest.deletes === undefined) return undefined;
  const path = join(directory, manifest.deletes);
  const format = formatOf(manifest.deletes) ?? 'vocabulary';
  const source = await openSource({ path, format }, {});
  const [first] = source.columns;
  const key = source.columns.some(({ name }) => name === base.keyName) ? base.keyName : (first?.name ?? 'key');
  const shard = manifest.shard === undefined ? {} : { shard: manifest.shard };
  return buildTable(source, { key, keyType: base.keys.dtype, columns: {}, ...shard });
}
