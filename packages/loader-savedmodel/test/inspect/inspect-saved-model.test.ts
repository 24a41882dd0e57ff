import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inspectSavedModel } from '../../src/inspect/inspect-saved-model.ts';
import { savedModelFacts } from '../../src/inspect/saved-model-facts.ts';
import { isSavedModel } from '../../src/model/find-saved-model.ts';
import { readFingerprint } from '../../src/model/fingerprint.ts';
import { estimateSavedModel, measureFiles } from '../../src/model/measure-files.ts';
import { openSavedModel } from '../../src/model/open-saved-model.ts';
import { fixture, goldenVersions, refusal, withCopy, withFolder } from '../fixtures.ts';

const bytesUnder = (directory: string): number =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);

describe.each(goldenVersions())('%s', (_title, directory, golden) => {
  it('is told apart by its file names, and takes what TensorFlow Serving takes it to', async () => {
    expect(await isSavedModel(directory)).toBe(true);
    expect((await measureFiles(directory)).total).toBe(bytesUnder(directory));
    expect((await estimateSavedModel(directory)).ramBytes).toBe(Math.ceil(1.2 * bytesUnder(directory)));
  });

  it('is described', async () => {
    const { signatures, facts, notes } = await inspectSavedModel(directory);
    expect([...signatures.keys()]).toEqual(Object.keys(golden.signatures).filter((name) => !name.startsWith('__')));
    expect(facts.find(({ label }) => label === 'TensorFlow')?.value).toBe(golden.tensorflow_version);
    expect(facts.find(({ label }) => label === 'tags')?.value).toBe(golden.tags.join(', '));
    expect(notes).toEqual([]);
  });
});

it('tells all facts of a model', async () => {
  const { facts } = await inspectSavedModel(fixture('bundle_zoo/2'));
  expect(facts).toMatchInlineSnapshot(`
    [
      {
        "label": "file",
        "value": "saved_model.pb, 12681 bytes",
      },
      {
        "label": "size",
        "value": "13228 bytes: graph 12681, variables 547, assets 0",
      },
      {
        "label": "tags",
        "value": "serve",
      },
      {
        "label": "TensorFlow",
        "value": "2.21.0",
      },
      {
        "label": "graph",
        "value": "written by version 2474, readable from version 0, 0 functions",
      },
      {
        "label": "operators of serving_default",
        "value": "22: ConcatV2 ×3, Const ×3, Identity ×6, MatMul ×2, Placeholder ×1, ReadVariableOp ×2, VarHandleOp ×2, VariableV2 ×3",
      },
      {
        "label": "operators to restore",
        "value": "20: Assign ×3, AssignVariableOp ×2, Const ×3, Identity ×2, NoOp ×2, PlaceholderWithDefault ×2, RestoreV2 ×1, VarHandleOp ×2, VariableV2 ×3",
      },
      {
        "label": "variables",
        "value": "2, 208 bytes",
      },
      {
        "label": "variable w",
        "value": "DT_FLOAT [7, 4], 112 bytes, in 3 parts",
      },
      {
        "label": "variable w2",
        "value": "DT_FLOAT [4, 6], 96 bytes, in 2 parts",
      },
    ]
  `);
});

it('tells fingerprints, assets, other graphs, and what is asked for while loading', async () => {
  const model = await openSavedModel(fixture('string_model/1'));
  const facts = await savedModelFacts(model);
  expect(facts.uuid).toMatch(/^\d+$/);
  expect(facts.uuid).toBe((await readFingerprint(fixture('string_model/1')))?.uuid);
  expect(facts.assets.map(({ filename, bytes }) => [filename, bytes])).toEqual(facts.assets.map(({ filename, path }) => [filename, statSync(path).size]));
  expect(facts.graphVersion.producer).toBeGreaterThan(1000);
  expect((await inspectSavedModel(fixture('frozen_const/2'))).facts).toContainEqual({ label: 'other graphs', value: '{ gpu serve }, { train }' });
});

it('notes what is odd, and goes on', async () => {
  await withCopy(fixture('scalar_affine_tf2/1'), async (copy) => {
    rmSync(join(copy, 'variables'), { recursive: true });
    writeFileSync(join(copy, 'fingerprint.pb'), 'no fingerprint');
    const { notes } = await inspectSavedModel(copy);
    expect(notes).toHaveLength(2);
    expect(notes[0]).toContain("The graph has 2 variables, but there is no 'variables/variables.index'");
    expect(notes[1]).toContain('fingerprint.pb');
  });
  expect((await inspectSavedModel(fixture('broken/no_signatures/1'))).notes).toEqual(['There is no signature: nothing can be called. Export the model with signatures']);
});

it('tells other folders from SavedModels', async () => {
  await withFolder(async (folder) => {
    expect(await isSavedModel(folder)).toBe(false);
    expect(await isSavedModel(join(folder, 'missing'))).toBe(false);
    expect((await refusal(() => estimateSavedModel(folder))).code).toBe('SRV_SAVEDMODEL_NOT_FOUND');
    writeFileSync(join(folder, 'saved_model.pbtxt'), '');
    expect(await isSavedModel(folder)).toBe(true);
  });
  expect(await isSavedModel(fixture('broken/version_is_file/1'))).toBe(false);
});
