import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Servable } from '@servable/core';
import { testLoaderContext, testRunContext } from '@servable/plugin-testing';
import { afterAll, describe, expect, it } from 'vitest';
import savedModel from '../../src/index.ts';
import { fixture, refusal } from '../fixtures.ts';
import { caseInputs, differenceOf, type GoldenCase, goldenFiles, goldenTensor } from './golden-cases.ts';
import { UNCOVERED } from './uncovered-signatures.ts';

const cache = mkdtempSync(join(tmpdir(), 'servable-goldens-'));
const plugin = savedModel({ engine: 'onnx', compileCache: { directory: cache } });
afterAll(async () => {
  await plugin.close?.();
  rmSync(cache, { recursive: true, force: true });
});

const files = goldenFiles();

it('knows every signature that is not covered', () => {
  const signatures = files.flatMap(({ base_path: model, cases }) => cases.map(({ version, signature }) => `${model}/${version} ${signature}`));
  expect(signatures).toEqual(expect.arrayContaining([...UNCOVERED]));
});

describe.each(files)('$base_path', ({ base_path: model, cases, tolerance }) => {
  const loads = new Map<number, Promise<Servable | Error>>();

  function load(version: number): Promise<Servable | Error> {
    const loader = plugin.create({ path: fixture(model, String(version)) }, {}, testLoaderContext());
    const loading = loads.get(version) ?? loader.load(new AbortController().signal).catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
    loads.set(version, loading);
    return loading;
  }

  const isCovered = ({ version, signature }: GoldenCase): boolean => !UNCOVERED.has(`${model}/${version} ${signature}`);

  it.each(cases.filter((each) => !isCovered(each)))('leaves out $signature, which is not covered: $version $name', async ({ version, signature }) => {
    const servable = await load(version);
    if (servable instanceof Error) expect(servable).toMatchObject({ code: 'SRV_SAVEDMODEL_NO_ENGINE' });
    else expect([...servable.signatures.keys()]).not.toContain(signature);
  });

  it.each(cases.filter(isCovered))('answers as TensorFlow does: $version $signature $name', async (each) => {
    const servable = await load(each.version);
    if (servable instanceof Error) throw servable;
    const context = testRunContext({ outputs: each.output_filter ?? [] });
    if (each.error !== undefined) {
      const error = await refusal(() => servable.run(each.signature, caseInputs(each, servable.signatures.get(each.signature)), context));
      expect(error.status).toBe(each.error.code);
      return;
    }
    const outputs = await servable.run(each.signature, caseInputs(each, servable.signatures.get(each.signature)), context);
    const expected = Object.entries(each.outputs ?? {});
    expect([...outputs.keys()].toSorted()).toEqual(expected.map(([name]) => name).toSorted());
    const differences = expected.map(([name, tensor]) => [name, differenceOf(outputs.get(name), goldenTensor(tensor), each.tolerance ?? tolerance)]);
    expect(differences.filter(([, difference]) => difference !== undefined)).toEqual([]);
  });
});
