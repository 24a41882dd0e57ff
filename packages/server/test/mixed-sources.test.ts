import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { toBinary } from '@bufbuild/protobuf';
import { type DownloadProgress, parseModelName, type SourceRequest } from '@servable/core';
import onnx from '@servable/loader-onnx';
import { decodeTensor } from '@servable/protocol';
import { TensorProtoSchema } from '@servable/protos/tensorflow';
import fs from '@servable/source-fs';
import http, { createHttpIndex } from '@servable/source-http';
import { expect, it, onTestFinished } from 'vitest';
import { differenceOf, type Golden, goldenTensor, isTensor, readGoldens } from '../../loader-onnx/test/golden.ts';
import { FileServer } from '../../source-http/test/file-server.ts';
import { goldenModel, goldenRequest, untilGoldensReady } from './support/golden-messages.ts';
import { PREDICT, predictResponse } from './support/predict-messages.ts';
import { type ServerFixture, startServer } from './support/server-fixture.ts';
import { temporaryProject } from './temporary-project.ts';

/** Puts a directory of versions onto a web server, as its owner would. */
async function publish(server: FileServer, directory: string, at: string): Promise<void> {
  for (const entry of await readdir(directory, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    server.put(`${at}/${relative(directory, path)}`, await readFile(path));
  }
  server.put(`${at}/index.json`, JSON.stringify(await createHttpIndex(directory)));
}

async function expectGoldens(fixture: ServerFixture, golden: Golden): Promise<number> {
  let compared = 0;
  for (const each of golden.cases.filter(({ error }) => error === undefined)) {
    const { outputs } = predictResponse(await fixture.grpc.unary(PREDICT, goldenRequest(golden, each)));
    for (const [name, expected] of Object.entries(each.outputs ?? {})) {
      const proto = outputs[name];
      if (!isTensor(expected) || proto === undefined) continue;
      const actual = decodeTensor(toBinary(TensorProtoSchema, proto));
      expect(differenceOf(actual, goldenTensor(expected), each.tolerance ?? golden.tolerance), `${each.name} ${name}`).toBeUndefined();
      compared += 1;
    }
  }
  return compared;
}

it('serves models of three sources and two loaders side by side, each found by the scheme of its path', async () => {
  const web = await FileServer.start();
  onTestFinished(() => web.close());
  const cacheDirectory = join(await temporaryProject({}), 'cache');
  const goldens = readGoldens().filter(({ model }) => model === 'mlp' || model === 'external_data');
  const [far, near] = [goldens.find(({ model }) => model === 'external_data'), goldens.find(({ model }) => model === 'mlp')];
  if (far === undefined || near === undefined) throw new Error('the fixtures have no mlp and external_data');
  const farModel = goldenModel(far);
  await publish(web, farModel.path ?? '', '/far');
  const fixture = await startServer({
    models: ['m', goldenModel(near), { ...farModel, path: `${web.url}/far/` }],
    plugins: [fs(), onnx(), http({ cacheDirectory, pollIntervalMs: 0 })],
  });
  onTestFinished(() => fixture.close());
  const requests: SourceRequest[] = [];
  const downloads: DownloadProgress[] = [];
  fixture.server.manager.hooks.sourceRequest.tap('test', (request) => void requests.push(request));
  fixture.server.manager.hooks.downloadChanged.tap('test', (progress) => void downloads.push(progress));
  fixture.source.aspire('m', [1]);
  await untilGoldensReady(fixture, goldens);
  await fixture.server.manager.states.waitUntilReady([parseModelName('m')]);

  expect((await fixture.post('/v1/models/m:predict', '{"instances": [1.0, 2.0, 5.0]}')).body).toContain('2.5, 3.0, 4.5');
  expect(await expectGoldens(fixture, near)).toBeGreaterThan(0);
  expect(await expectGoldens(fixture, far)).toBeGreaterThan(0);

  const { body } = await fixture.get('/metrics');
  const metric = (name: string): number => Number(body.split('\n').find((line) => line.startsWith(name))?.split(' ').at(-1));
  const ofSource = 'source="@servable/source-http"';
  expect(metric(`servable_source_requests_total{${ofSource},operation="list",outcome="ok"}`)).toBe(1);
  expect(metric(`servable_source_bytes_total{${ofSource}}`)).toBe(requests.reduce((sum, { bytes }) => sum + bytes, 0));

  const reads = requests.filter(({ operation }) => operation === 'read');
  const read = reads.reduce((sum, { bytes }) => sum + bytes, 0);
  expect(requests.map(({ source }) => source)).toEqual(requests.map(() => '@servable/source-http'));
  expect(requests.filter(({ operation }) => operation === 'list')).toHaveLength(1);
  expect(reads.every(({ isOk }) => isOk)).toBe(true);
  const done = downloads.filter(({ phase }) => phase === 'done');
  expect(done.map(({ id }) => id.name)).toEqual(Object.keys(far.versions).map(() => far.model));
  expect(done.reduce((sum, { totalBytes }) => sum + totalBytes, 0)).toBe(read);
});

it('says which package finds versions under a scheme that no plugin watches', async () => {
  await expect(startServer({ models: [{ path: 'gs://bucket/models/m' }], plugins: [fs(), onnx()] })).rejects.toMatchObject({
    code: 'SRV_SCHEME_UNKNOWN',
    message: "No plugin finds versions at 'gs://bucket/models/m' (scheme 'gs'): install @servable/source-gcs and list it in plugins",
  });
});
