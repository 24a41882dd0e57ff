import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { create, toBinary } from '@bufbuild/protobuf';
import { parseModelName, parseVersion } from '@servable/core';
import lookupTable from '@servable/loader-lookup-table';
import { decodeTensor } from '@servable/protocol';
import { TensorProtoSchema } from '@servable/protos/tensorflow';
import fs from '@servable/source-fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readTableGoldens } from '../../loader-lookup-table/test/golden-tables.ts';
import { PREDICT, predictBytes, predictResponse } from './support/predict-messages.ts';
import { type ServerFixture, startServer } from './support/server-fixture.ts';

// Tables from end to end: from the bytes a client sends to the bytes it gets, against what NumPy says is in the files.

const { lookup, embeddings } = readTableGoldens();
const FIXTURES = fileURLToPath(new URL('../../../fixtures/tables/', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'servable-tables-'));

let fixture: ServerFixture;
beforeAll(async () => {
  const models = ['countries', 'embeddings'].map((name) => {
    mkdirSync(join(root, name, '1'), { recursive: true });
    cpSync(join(FIXTURES, `${name}.csv`), join(root, name, '1', 'table.csv'));
    return { name: parseModelName(name), path: join(root, name), platform: undefined };
  });
  fixture = await startServer({ models, config: { batching: {} }, plugins: [fs({ pollIntervalMs: 50 }), lookupTable()] });
  await fixture.server.manager.states.waitUntilReady(models.map(({ name }) => name));
});
afterAll(async () => {
  await fixture.close();
  rmSync(root, { recursive: true, force: true });
});

it('looks rows up over REST, by row and by column', async () => {
  const rows = await fixture.post('/v1/models/countries:predict', JSON.stringify({ instances: ['us', 'sp ace', 'nowhere'] }));
  // Rank 9007199254740993 fits no double, so the text is what counts.
  expect(rows.body.replaceAll(/\s/g, '')).toContain('"rank":9007199254740993');
  const columns = await fixture.post('/v1/models/countries:predict', JSON.stringify({ inputs: ['de', 'nowhere'] }));
  expect(JSON.parse(columns.body)).toEqual({
    outputs: { name: [lookup.rows[1]?.[1], ''], population: [lookup.rows[1]?.[2], 0], rank: [2, 0], active: [true, false], found: [true, false] },
  });
});

it('looks vectors up over gRPC, several requests at once', async () => {
  const words = Object.keys(embeddings.vectors).filter((word) => word !== 'word0999');
  const answers = await Promise.all(
    words.map(async (word) => {
      const keys = create(TensorProtoSchema, { dtype: 7, tensorShape: { dim: [{ size: 2n }] }, stringVal: [Buffer.from(word), Buffer.from('no such word')] });
      const request = predictBytes({ modelSpec: { name: 'embeddings', signatureName: 'embed' }, inputs: { keys } });
      const vectors = predictResponse(await fixture.grpc.unary(PREDICT, request)).outputs['embedding'];
      return vectors === undefined ? undefined : decodeTensor(toBinary(TensorProtoSchema, vectors));
    }),
  );
  const zeros = Array.from({ length: embeddings.dim }, () => 0);
  expect(answers.map((tensor) => tensor?.shape)).toEqual(words.map(() => [2, embeddings.dim]));
  expect(answers.map((tensor) => Array.from(tensor?.data as Float32Array))).toEqual(
    words.map((word) => [...(embeddings.vectors[word] ?? []).map(Math.fround), ...zeros]),
  );
});

it('pools ragged lists and finds neighbours over REST', async () => {
  const lists = { keys: ['word0000', 'naïve', '世界', 'word0000'], row_splits: [0, 3, 3, 4] };
  const pooled = await fixture.post('/v1/models/embeddings:predict', JSON.stringify({ signature_name: 'pool', inputs: lists }));
  const [mean, none, single] = JSON.parse(pooled.body).outputs as number[][];
  for (const [at, value] of embeddings.mean_of_rows_0_7_8.entries()) expect(mean?.[at]).toBeCloseTo(value, 5);
  expect(none).toEqual(Array.from({ length: embeddings.dim }, () => 0));
  for (const [at, value] of (embeddings.vectors['word0000'] ?? []).entries()) expect(single?.[at]).toBeCloseTo(value, 5);
  const question = { vectors: [embeddings.vectors['naïve']], k: 1 };
  const found = await fixture.post('/v1/models/embeddings:predict', JSON.stringify({ signature_name: 'search', inputs: question }));
  expect(JSON.parse(found.body).outputs.keys).toEqual([['naïve']]);
});

it('answers a request of more keys than a batch and its queue hold', async () => {
  const keys = Array.from({ length: 20_000 }, (_, at) => (at % 3 === 0 ? 'de' : at % 3 === 1 ? 'nowhere' : 'us'));
  const { status, body } = await fixture.post('/v1/models/countries:predict', JSON.stringify({ inputs: keys }));
  expect(status).toBe(200);
  const names = { de: 'Germany', us: 'United States', nowhere: '' } as const;
  expect(JSON.parse(body).outputs.name).toEqual(keys.map((key) => names[key]));
});

it('goes on with the version that serves when the next one is bad, and says which row', async () => {
  mkdirSync(join(root, 'moving'));
  writeFileSync(join(root, 'moving', 'countries.csv'), 'key,name\nus,United States\nde\n');
  const fault = fixture.server.manager.states.waitFor(parseModelName('countries'), parseVersion(2), ({ state, error }) => state === 'ended' && error !== undefined, AbortSignal.timeout(15_000));
  renameSync(join(root, 'moving'), join(root, 'countries', '2'));
  expect((await fault).error?.message).toContain('row 2 (line 3): it has 1 values, the header names 2 columns');
  const answer = await fixture.post('/v1/models/countries:predict', JSON.stringify({ inputs: ['de'] }));
  expect(JSON.parse(answer.body).outputs.name).toEqual(['Germany']);
});

it('refuses keys of another type and goes on', async () => {
  const wrong = create(TensorProtoSchema, { dtype: 9, tensorShape: { dim: [{ size: 1n }] }, int64Val: [1n] });
  const request = predictBytes({ modelSpec: { name: 'countries' }, inputs: { keys: wrong } });
  const failure = await fixture.grpc.failure(PREDICT, request);
  expect(failure.details).toContain("'keys' is INT64, it must be BYTES");
  expect((await fixture.post('/v1/models/countries:predict', JSON.stringify({ instances: ['us'] }))).status).toBe(200);
});
