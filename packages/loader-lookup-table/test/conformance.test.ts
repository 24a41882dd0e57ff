import { testLoader } from '@servable/plugin-testing';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import lookupTable from '../src/index.ts';
import { readTableGoldens } from './golden-tables.ts';
import { floats, int64s, strings, TABLES, TemporaryTables } from './temporary-table.ts';

const { embeddings, lookup } = readTableGoldens();
const tables = new TemporaryTables();
const vectorOf = (key: string): readonly number[] => embeddings.vectors[key] ?? Array.from({ length: embeddings.dim }, () => 0);

const broken = ['ragged.csv', 'not_a_number.csv', 'duplicate_keys.csv', 'unclosed_quote.csv', 'empty.csv'].map((file) => ({
  title: file,
  artifact: { path: tables.create({ fixtures: [`broken/${file}`], manifest: { columns: file === 'not_a_number.csv' ? { v0: 'FP32' } : undefined } }) },
}));

describe('a table of values', () =>
  testLoader({
    describe,
    it,
    createPlugin: () => lookupTable(),
    artifact: { path: tables.create({ fixtures: ['countries.csv'] }) },
    requests: [['us', 'fr'], ['nl', ''], ['emoji😀']].map((keys) => ({
      signature: 'lookup',
      inputs: new Map([['keys', strings(...keys)]]),
      outputs: new Map([['name', strings(...keys.map((key) => lookup.rows.find((row) => row[0] === key)?.[1] ?? ''))]]),
    })),
    broken,
  }));

describe('a table of vectors, large enough for a loading thread', () =>
  testLoader({
    describe,
    it,
    createPlugin: () => lookupTable(),
    artifact: { path: tables.create({ files: { 'embeddings.csv': largeCsv() }, manifest: { file: 'embeddings.csv', nearest: { k: 2, metric: 'dot' } } }) },
    requests: [
      ...[['word0000', 'naïve'], ['word0099', 'no such word']].map((keys) => ({
        signature: 'embed',
        inputs: new Map([['keys', strings(...keys)]]),
        outputs: new Map([['embedding', floats([keys.length, embeddings.dim], keys.flatMap(vectorOf))]]),
      })),
      // Every row is there twice, so that scores and no keys are known: both are the vector's own squared length.
      ...['word0000', 'word0099'].map((key) => ({
        signature: 'nearest',
        inputs: new Map([['vectors', floats([1, embeddings.dim], vectorOf(key))]]),
        outputs: new Map([['scores', floats([1, 2], [squaredLength(key), squaredLength(key)])]]),
      })),
    ],
    rounds: 4,
  }));

describe('a vocabulary', () =>
  testLoader({
    describe,
    it,
    createPlugin: () => lookupTable(),
    artifact: { path: tables.create({ files: { 'words.vocab': 'the\na\n\ncafé\n' }, manifest: { vocabulary: { buckets: 1, unknown: '?' } } }) },
    requests: [
      // All that is not there falls into the only bucket.
      ...[['café', 'the'], ['nowhere'], ['', 'a', 'A']].map((tokens) => ({
        signature: 'vocabulary',
        inputs: new Map([['tokens', strings(...tokens)]]),
        outputs: new Map([['ids', int64s(...tokens.map((token) => ({ the: 0, a: 1, '': 2, café: 3 })[token] ?? 4))]]),
      })),
      ...[[3, 0], [4], [-1, 2, 1]].map((ids) => ({
        signature: 'tokens',
        inputs: new Map([['ids', int64s(...ids)]]),
        outputs: new Map([['tokens', strings(...ids.map((id) => ['the', 'a', '', 'café'][id] ?? '?'))]]),
      })),
    ],
  }));

function squaredLength(key: string): number {
  return vectorOf(key).reduce((sum, value) => sum + value * value, 0);
}

/** The fixture's rows, and as many again under other keys. */
function largeCsv(): string {
  const [header = '', ...rows] = readFileSync(join(TABLES, 'embeddings.csv'), 'utf8').trimEnd().split('\n');
  return [header, ...rows, ...rows.map((row) => `again-${row}`)].join('\n');
}
