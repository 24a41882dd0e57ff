import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { TensorFlowSavedModelEngine } from '../src/engines/tensorflow-engine.ts';
import { openSavedModel } from '../src/model/open-saved-model.ts';
import { fixture } from './fixtures.ts';

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

const PACKAGES = join(import.meta.dirname, '../..');
const SCOPE = '@servable/';

/** What npm installs with packages of this workspace: their dependencies and peers, without optional peers. */
function installedWith(...roots: readonly string[]): ReadonlySet<string> {
  const installed = new Set<string>();
  const pending = [...roots];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (installed.has(name)) continue;
    installed.add(name);
    if (name.startsWith(SCOPE)) pending.push(...neededBy(name));
  }
  return installed;
}

function neededBy(name: string): string[] {
  const manifest = JSON.parse(readFileSync(join(PACKAGES, name.slice(SCOPE.length), 'package.json'), 'utf8')) as Manifest;
  const peers = Object.keys(manifest.peerDependencies ?? {}).filter((peer) => manifest.peerDependenciesMeta?.[peer]?.optional !== true);
  return [...Object.keys(manifest.dependencies ?? {}), ...Object.keys(manifest.optionalDependencies ?? {}), ...peers];
}

it('brings nothing of TensorFlow with it', () => {
  const installed = installedWith('@servable/server', '@servable/loader-savedmodel');
  expect([...installed]).toEqual(expect.arrayContaining(['@servable/core', '@servable/engine-onnxruntime', 'koffi']));
  expect([...installed].filter((name) => name.startsWith('@tensorflow/') || name === '@servable/engine-tensorflow')).toEqual([]);
});

it('says how to install the engine where it is not', async () => {
  const engine = new TensorFlowSavedModelEngine({}, () => Promise.reject(new Error('Cannot find package')));
  const model = await openSavedModel(fixture('scalar_affine_tf2/1'));
  await model.close();
  const { unavailable } = await engine.offer(model, {});
  expect(unavailable).toBe("it needs the package '@servable/engine-tensorflow' (Cannot find package): npm install @servable/engine-tensorflow");
});
