import { createHooks, type RequestDone } from '@servable/core';
import { collectLogger } from '@servable/plugin-testing';
import { fromBinary, toJson } from '@servable/protos';
import { PredictionLogSchema } from '@servable/protos/prediction-log';
import { readRecords } from '@servable/tfrecord';
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { RequestRecord } from '../../src/request-record.ts';
import { WarmupRecorder } from '../../src/warmup/warmup-recorder.ts';
import { CallOriginFake } from '../support/call-origin.ts';
import { temporaryProject, workingPlugins } from '../temporary-project.ts';
import { startMain, type StartedMain } from './run-main.ts';

async function start(cwd: string, argv: readonly string[]): Promise<StartedMain> {
  const started = startMain(cwd, [...argv, '--rest-port=0', '--grpc-port=0']);
  onTestFinished(async () => {
    started.stop();
    await started.code;
  });
  return started;
}

async function predict(started: StartedMain, instances: readonly unknown[]): Promise<number> {
  const url = /REST {2}(http:\/\/\S+)/.exec(started.out())?.[1] ?? 'no address';
  return (await fetch(`${url}/v1/models/half:predict`, { method: 'POST', body: JSON.stringify({ instances }) })).status;
}

async function shapesIn(file: string): Promise<unknown[]> {
  const shapes: unknown[] = [];
  for await (const { data } of readRecords([await readFile(file)])) {
    const { logType } = fromBinary(PredictionLogSchema, data);
    if (logType.case !== 'predictLog') throw new Error(`a ${String(logType.case)}`);
    expect(logType.value.response).toBeUndefined();
    shapes.push(Object.values(logType.value.request?.inputs ?? {})[0]?.tensorShape?.dim.map(({ size }) => Number(size)));
  }
  return shapes;
}

it('keeps one request of each shape that was answered, and the file warms the model up', async () => {
  const cwd = await temporaryProject({ ...workingPlugins(), 'models/half/3/model.acme': '{}' });
  const recording = await start(cwd, ['record-warmup', 'models', '--output=recorded', '--count=2']);
  await recording.until('Try it');
  for (const instances of [[[1, 2]], [[3, 4]], [['a']], [[1, 2], [3, 4]], [[1, 2], [3, 4], [5, 6]]]) await predict(recording, instances);
  recording.stop();
  expect(await recording.code).toBe(0);
  const file = join(cwd, 'recorded', 'half', 'tf_serving_warmup_requests');
  expect(await shapesIn(file)).toEqual([[1, 2], [2, 2]]);

  const extra = join(cwd, 'models', 'half', '3', 'assets.extra');
  await mkdir(extra);
  await copyFile(file, join(extra, 'tf_serving_warmup_requests'));
  const serving = await start(cwd, ['serve', 'models']);
  await serving.until('Ready: 1 of 1');
  const url = /REST {2}(http:\/\/\S+)/.exec(serving.out())?.[1] ?? '';
  expect(await (await fetch(`${url}/metrics`)).text()).toContain('\nservable_warmup_requests_total 2\n');
});

it.each([
  ['--count=0', "--count is '0'"],
  ['--count=1001', 'from 1 to 1000'],
  ['--count=x', "--count is 'x'"],
  ['--sampling=0', 'must be above 0'],
  ['--sampling=2', "--sampling is '2'"],
])('refuses %s', async (flag, text) => {
  const cwd = await temporaryProject({ ...workingPlugins(), 'models/half/3/model.acme': '{}' });
  const started = await start(cwd, ['record-warmup', 'models', flag]);
  expect(await started.code).toBe(2);
  expect(started.err()).toContain(text);
});

it('looks at the part of the requests that is asked for, and names folders safely', async () => {
  const folder = await temporaryProject({});
  const numbers = [0.4, 0.6];
  const recorder = new WarmupRecorder({ folder, count: 10, samplingRate: 0.5, logger: collectLogger(), random: () => numbers.shift() ?? 1 });
  const hooks = createHooks();
  recorder.plugin.apply(hooks);
  const request = (signature: string): RequestDone => Object.assign(new RequestRecord(new CallOriginFake()), { model: '../up', signature, inputs: new Map() }).done(undefined);
  for (const signature of ['first', 'second']) hooks.requestDone.call(request(signature));
  await hooks.close.promise();
  const logs: unknown[] = [];
  for await (const { data } of readRecords([await readFile(join(folder, '..%2Fup', 'tf_serving_warmup_requests'))])) logs.push(toJson(PredictionLogSchema, fromBinary(PredictionLogSchema, data)));
  expect(logs).toMatchObject([{ predictLog: { request: { modelSpec: { signatureName: 'first' } } } }]);
});
