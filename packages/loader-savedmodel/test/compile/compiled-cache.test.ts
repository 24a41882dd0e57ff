import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { CompiledCache } from '../../src/compile/cache/compiled-cache.ts';
import type { CompiledModel } from '../../src/compile/compiled-model.ts';
import { withFolder } from '../fixtures.ts';

const MODEL: CompiledModel = { serving_default: { kind: 'uncovered', reason: 'made up' } };

/** What compiling is here: one file of so many bytes. */
const compileOf = (bytes: number) => async (folder: string): Promise<CompiledModel> => {
  writeFileSync(join(folder, '0.onnx'), new Uint8Array(bytes));
  return MODEL;
};

it('compiles what is not there, and takes what is', async () => {
  await withFolder(async (directory) => {
    const cache = await CompiledCache.open({ directory });
    const first = await cache.get('a', compileOf(10));
    const second = await (await CompiledCache.open({ directory })).get('a', () => expect.fail('compiled again'));
    expect(second).toEqual(first);
    expect(first.compiled).toEqual(MODEL);
  });
});

it('keeps one of two that are compiled at the same time, whole', async () => {
  await withFolder(async (directory) => {
    const caches = await Promise.all([CompiledCache.open({ directory }), CompiledCache.open({ directory })]);
    const models = await Promise.all(caches.map((cache) => cache.get('a', compileOf(10))));
    expect(models[0]).toEqual(models[1]);
    expect(readdirSync(directory)).toEqual(['a']);
    expect(readdirSync(join(directory, 'a')).toSorted()).toEqual(['0.onnx', 'compiled.json']);
  });
});

it('leaves nothing of a compilation that fails', async () => {
  await withFolder(async (directory) => {
    const cache = await CompiledCache.open({ directory });
    await expect(cache.get('a', () => Promise.reject(new Error('no room')))).rejects.toThrow('no room');
    expect(readdirSync(directory)).toEqual([]);
  });
});

it('removes what was not used for the longest time, and never what was just made', async () => {
  await withFolder(async (directory) => {
    const cache = await CompiledCache.open({ directory, maxBytes: 1000 });
    await cache.get('a', compileOf(400));
    await cache.get('large', compileOf(5000));
    expect(readdirSync(directory)).toEqual(['large']);
  });
});
