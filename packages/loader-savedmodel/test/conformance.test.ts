import { messageOf, type NamedTensors } from '@servable/core';
import { findLibrary } from '@servable/engine-tensorflow';
import { testLoader } from '@servable/plugin-testing';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import savedModel from '../src/index.ts';
import { brokenCases, fixture, fixtureJson } from './fixtures.ts';

/** Of the interop suite, when that was run in this checkout. */
const INTEROP = join(import.meta.dirname, '../../../.interop/venv/lib');

function installedLibrary(): { readonly path: string } | { readonly missing: string } {
  const places = [undefined, ...['3.10', '3.11', '3.12', '3.13'].map((version) => join(INTEROP, `python${version}`, 'site-packages'))];
  let missing = '';
  for (const path of places) {
    try {
      return { path: findLibrary({ path }).files.main };
    } catch (error) {
      missing ||= messageOf(error);
    }
  }
  return { missing };
}

interface GoldenTensor {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}
interface GoldenCase {
  readonly name: string;
  readonly version: number;
  readonly signature: string;
  readonly inputs: { readonly features: GoldenTensor };
  readonly outputs: { readonly output_0: GoldenTensor };
}

const named = (name: string, { shape, values }: GoldenTensor): NamedTensors => new Map([[name, { dtype: 'FP32', shape, data: Float32Array.from(values) }]]);
/** Answers are TensorFlow's. */
const goldens = (fixtureJson('goldens/keras_mlp.json') as { readonly cases: readonly GoldenCase[] }).cases.filter(
  ({ name, version, signature }) => version === 1 && signature === 'serving_default' && ['one', 'batch5'].includes(name),
);
const library = installedLibrary();

if ('missing' in library) {
  describe.skip(`a SavedModel run by TensorFlow (skipped: ${library.missing})`, () => {});
} else {
  describe('a SavedModel run by TensorFlow', { timeout: 60_000 }, () =>
    testLoader({
      describe,
      it,
      createPlugin: () => savedModel({ engine: { name: 'tensorflow', path: library.path } }),
      artifact: { path: fixture('keras_mlp/1') },
      options: { batching: 'rows' },
      requests: goldens.map(({ name, inputs, outputs }) => ({ title: name, inputs: named('features', inputs.features), outputs: named('output_0', outputs.output_0) })),
      broken: brokenCases()
        .filter(([, , { load }]) => load.code !== 'OK')
        .map(([title, path]) => ({ title, artifact: { path } })),
    }),
  );
}
