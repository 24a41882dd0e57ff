import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { withFolder } from '../fixtures.ts';
import { checkGolden, compiling } from './check-golden.ts';

/** It has weights of its own file, beside those in the graph's. */
const MODEL = 'keras_cnn';

/** Files of the one model in a cache. */
function filesOf(cache: string): { readonly key: string; readonly path: (name: string) => string; readonly names: readonly string[] } {
  const [key = '', ...others] = readdirSync(cache);
  expect(others).toEqual([]);
  return { key, path: (name) => join(cache, key, name), names: readdirSync(join(cache, key)).toSorted() };
}

const half = (path: string): void => truncateSync(path, Math.floor(statSync(path).size / 2));
const gone = (path: string): void => rmSync(path);
const DAMAGES: readonly (readonly [file: string, damage: (path: string) => void])[] = [
  ['0.onnx', half],
  ['0.onnx', (path) => writeFileSync(path, new Uint8Array(statSync(path).size))],
  ['weights.data', half],
  ['weights.data', gone],
  ['compiled.json', half],
  ['compiled.json', gone],
];

it('compiles again over files that are damaged or gone', { timeout: 60_000 }, async () => {
  await withFolder(async (cache) => {
    const plugin = compiling(cache);
    try {
      expect(await checkGolden(plugin, MODEL)).toEqual([]);
      const { key, names, path } = filesOf(cache);
      for (const [file, damage] of DAMAGES) {
        damage(path(file));
        expect([file, ...(await checkGolden(plugin, MODEL))]).toEqual([file]);
        expect(filesOf(cache)).toMatchObject({ key, names });
      }
    } finally {
      await plugin.close?.();
    }
  });
});

it('serves two processes that compile the same model at the same time', { timeout: 60_000 }, async () => {
  await withFolder(async (cache) => {
    const script = join(import.meta.dirname, 'load-in-child.ts');
    const children = Array.from({ length: 2 }, () => fork(script, [MODEL, cache], { execArgv: ['--conditions=@servable/source'] }));
    try {
      await Promise.all(children.map(said));
      const answers = children.map(said);
      for (const child of children) child.send('begin');
      expect(await Promise.all(answers)).toEqual([{ differences: [] }, { differences: [] }]);
      expect(filesOf(cache).names).toContain('compiled.json');
    } finally {
      for (const child of children) child.kill();
    }
  });
});

/** What a child says next; an end without a word is a failure. */
async function said(child: ChildProcess): Promise<unknown> {
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`a process ended with ${String(code)} and said nothing`)));
  const [message] = (await Promise.race([once(child, 'message'), ended])) as [unknown];
  return message;
}
