import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ServingError } from '@servable/core';
import { SavedModelSchema } from '@servable/protos/saved-model';
import { describe, expect, it } from 'vitest';
import { readBundleIndex } from '../src/checkpoint/read-bundle-index.ts';
import { TensorBundle } from '../src/checkpoint/tensor-bundle.ts';
import { OpCounter } from '../src/graph/count-ops.ts';
import { objectVariables } from '../src/model/object-graph.ts';
import { resolveGraph } from '../src/model/resolve-graph.ts';
import { decodeBinary } from '../src/proto/read-proto-file.ts';
import { fixture, withCopy } from './fixtures.ts';
import { mutated, type Random, randomOf } from './random-bytes.ts';
import { slowMasked, uint32 } from './table-writer.ts';

/** Does something; whether it was refused. Anything else than a ServingError fails the test. */
async function isRefused(attempt: () => unknown): Promise<boolean> {
  try {
    await attempt();
    return false;
  } catch (error) {
    if (!ServingError.is(error)) throw error;
    expect(error.code).toMatch(/^SRV_(SAVEDMODEL|CHECKPOINT)_/);
    expect(error.message.length).toBeLessThan(2000);
    return true;
  }
}

async function refusals(count: number, attempt: (random: Random) => unknown): Promise<number> {
  const random = randomOf(20_251_123);
  let refused = 0;
  for (let turn = 0; turn < count; turn++) if (await isRefused(() => attempt(random))) refused += 1;
  return refused;
}

/** All that can be done with a graph without its variables. */
function useGraph(bytes: Uint8Array): void {
  const message = decodeBinary('saved_model.pb', SavedModelSchema, bytes);
  const { graph, signatures, metaGraph } = resolveGraph({ path: 'saved_model.pb', format: 'binary', bytes: bytes.length, message }, ['serve']);
  const counter = new OpCounter(graph);
  for (const { outputs } of signatures.signatures.values()) counter.count([...outputs.values()].map(({ graphName = '' }) => graphName));
  if (metaGraph.objectGraphDef !== undefined) objectVariables(metaGraph.objectGraphDef, undefined);
}

describe('a changed file is refused with a ServingError, or read, and takes neither long nor much memory:', () => {
  it.each(['scalar_affine_tf1/1', 'scalar_affine_tf2/1', 'control_flow_v1/1', 'bundle_zoo/2'])('saved_model.pb of %s', { timeout: 60_000 }, async (model) => {
    const original = readFileSync(fixture(model, 'saved_model.pb'));
    const refused = await refusals(1000, (random) => useGraph(mutated(original, random)));
    expect(refused).toBeGreaterThan(300);
  });

  it.each(['bundle_zoo/1', 'bundle_zoo/2', 'keras_text_transformer/1'])('variables.index of %s', async (model) => {
    const original = readFileSync(fixture(model, 'variables/variables.index'));
    const refused = await refusals(1000, (random) => readBundleIndex('variables.index', mutated(original, random)));
    expect(refused).toBeGreaterThan(900);
  });

  it('variables.index with right checksums', { timeout: 60_000 }, async () => {
    const original = readFileSync(fixture('bundle_zoo/2/variables/variables.index'));
    const [first = 0] = blockEnds(original);
    const refused = await refusals(2000, (random) => readBundleIndex('variables.index', resealed(original, first, random)));
    expect(refused).toBeGreaterThan(500);
  });

  it('data files, all tensors read', { timeout: 60_000 }, async () => {
    await withCopy(fixture('bundle_zoo/1/variables'), async (copy) => {
      const path = join(copy, 'variables.data-00000-of-00001');
      const original = readFileSync(path);
      const refused = await refusals(300, async (random) => {
        writeFileSync(path, mutated(original, random));
        await readAll(join(copy, 'variables'));
      });
      // Every byte is some tensor's: only what is written behind the last one, or as it was, goes unseen.
      expect(refused).toBeGreaterThan(290);
    });
  });

  it('an index whose checksums are right, and the data that it leads to', { timeout: 60_000 }, async () => {
    await withCopy(fixture('bundle_zoo/2/variables'), async (copy) => {
      const path = join(copy, 'variables.index');
      const original = readFileSync(path);
      const [first = 0] = blockEnds(original);
      const refused = await refusals(700, async (random) => {
        writeFileSync(path, resealed(original, first, random));
        await readAll(join(copy, 'variables'));
      });
      expect(refused).toBeGreaterThan(300);
    });
  });
});

/** Where the content of the first block ends: its index entry says so, but so does where its checksum fits. */
function blockEnds(file: Buffer): number[] {
  const ends: number[] = [];
  for (let end = 1; end + 5 < file.length && ends.length === 0; end++) {
    if (file.readUInt32LE(end + 1) === slowMasked(file.subarray(0, end + 1))) ends.push(end);
  }
  return ends;
}

/** Changes bytes of the first block, and writes the checksum that it then has. */
function resealed(file: Buffer, end: number, random: Random): Buffer {
  const copy = Buffer.from(file);
  for (let change = random(3); change >= 0; change--) copy[random(end)] = random(256);
  uint32(slowMasked(copy.subarray(0, end + 1))).copy(copy, end + 1);
  return copy;
}

async function readAll(prefix: string): Promise<void> {
  const bundle = await TensorBundle.open(prefix);
  try {
    for (const { key } of bundle?.entries ?? []) await bundle?.readTensor(key);
  } finally {
    await bundle?.close();
  }
}
