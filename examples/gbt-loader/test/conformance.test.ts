import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTensor } from '@servable/core';
import { testLoader, testLoaderContext } from '@servable/plugin-testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import gbt from '../src/index.ts';

interface Expected {
  /** `null` is a value that is not there. */
  readonly rows: readonly (readonly (number | null)[])[];
  readonly predictions: readonly number[] | readonly (readonly number[])[];
}

/** What LightGBM's own `predict` answers. */
const expected = JSON.parse(readFileSync(new URL('../expected.json', import.meta.url), 'utf8')) as Readonly<Record<'wine' | 'tumour' | 'progress', Expected>>;
const pathOf = (name: string): string => fileURLToPath(new URL(`../models/${name}/1`, import.meta.url));
const scratch = await mkdtemp(join(tmpdir(), 'servable-gbt-'));
afterAll(() => rm(scratch, { recursive: true, force: true }));

/** Copies of a model with one thing changed. */
const BROKEN: readonly (readonly [title: string, change: (text: string) => string])[] = [
  ['a file that is cut off', (text) => text.slice(0, text.length / 2)],
  ['an objective that is not known', (text) => text.replace('"multiclass num_class:3"', '"multiclass_of_tomorrow"')],
  ['a split that is not known', (text) => text.replace('"decision_type":"<="', '"decision_type":">"')],
  ['a feature beyond the last', (text) => text.replace('"split_feature":12', '"split_feature":13')],
  ['linear trees', (text) => text.replace('"leaf_value"', '"leaf_coeff":[],"leaf_value"')],
  ['no trees', () => '{"objective":"regression","num_tree_per_iteration":1,"max_feature_idx":3,"tree_info":[]}'],
  ['a table instead', () => '[[1,2,3]]'],
];
beforeAll(async () => {
  const text = readFileSync(join(pathOf('wine'), 'lightgbm.json'), 'utf8');
  for (const [title, change] of BROKEN) {
    await cp(pathOf('wine'), join(scratch, title), { recursive: true });
    await writeFile(join(scratch, title, 'lightgbm.json'), change(text));
  }
});

describe.each(['wine', 'tumour', 'progress'] as const)('%s', (name) => {
  const { rows, predictions } = expected[name];
  const halves = [0, rows.length / 2, rows.length] as const;
  testLoader({
    describe,
    it,
    createPlugin: gbt,
    artifact: { path: pathOf(name) },
    requests: [0, 1].map((half) => requestOf(rows.slice(halves[half], halves[half + 1]), predictions.slice(halves[half], halves[half + 1]))),
    broken: name === 'wine' ? BROKEN.map(([title]) => ({ title, artifact: { path: join(scratch, title) } })) : [],
    badRequests: [{ title: 'a row with one feature', inputs: new Map([['features', createTensor('FP64', [1, 1], Float64Array.of(1))]]) }],
    tolerance: { relative: 1e-12, absolute: 1e-15 },
  });
});

function requestOf(rows: Expected['rows'], predictions: readonly (number | readonly number[])[]) {
  const values = rows.flat().map((value) => value ?? Number.NaN);
  const shape = Array.isArray(predictions[0]) ? [rows.length, predictions[0].length] : [rows.length];
  return {
    inputs: new Map([['features', createTensor('FP64', [rows.length, rows[0]?.length ?? 0], Float64Array.from(values))]]),
    outputs: new Map([['predictions', createTensor('FP64', shape, Float64Array.from(predictions.flat()))]]),
  };
}

it('lets the event loop turn during a large request', async () => {
  const loader = gbt().create({ path: pathOf('wine') }, {}, testLoaderContext());
  const servable = await loader.load(new AbortController().signal);
  const rows = 20_000;
  const features = createTensor('FP64', [rows, 13], new Float64Array(rows * 13));
  let turns = 0;
  const count = (): void => {
    turns += 1;
    next = setImmediate(count);
  };
  let next = setImmediate(count);
  const answer = await servable.run('serving_default', new Map([['features', features]]), { signal: new AbortController().signal } as never);
  clearImmediate(next);
  expect(answer.get('predictions')?.shape).toEqual([rows, 3]);
  // 60 trees a row, 4000 at once.
  expect(turns).toBeGreaterThan(200);
  await loader.unload();
});
