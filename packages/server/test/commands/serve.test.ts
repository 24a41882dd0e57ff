import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { temporaryProject, workingPlugins } from '../temporary-project.ts';
import { startMain, type StartedMain, type StartOptions } from './run-main.ts';

const PORTS = ['--rest-port=0', '--grpc-port=0'];

async function startServe(files: Record<string, string>, argv: readonly string[], options: StartOptions = {}): Promise<StartedMain> {
  const cwd = await temporaryProject({ ...workingPlugins(), ...files });
  const started = startMain(cwd, ['serve', ...argv, ...PORTS], options);
  onTestFinished(async () => {
    started.stop();
    await started.code;
  });
  return started;
}

const restOf = (started: StartedMain): string => /REST {2}(http:\/\/\S+)/.exec(started.out())?.[1] ?? 'no address';

const HALF = { 'models/half/3/model.acme': '{}' };

it('serves a folder without a config, says where, and ends with 0 at a signal', async () => {
  const started = await startServe(HALF, ['models']);
  await started.until('Try it');
  expect(started.out()).toMatch(/^gRPC {2}127\.0\.0\.1:\d+\nREST {2}http:\/\/127\.0\.0\.1:\d+\nReady: 1 of 1 model\nTry it:\n {2}curl /);
  const response = await fetch(`${restOf(started)}/v1/models/half:predict`, { method: 'POST', body: '{"instances":[[1,2]]}' });
  expect(await response.json()).toEqual({ predictions: [[2.5, 3]] });
  started.stop();
  expect(await started.code).toBe(0);
  await expect(fetch(restOf(started))).rejects.toThrow('fetch failed');
});

it('prints a curl line that works', async () => {
  const started = await startServe(HALF, ['models']);
  await started.until('Try it');
  const line = started.out().split('\n').find((each) => each.trim().startsWith('curl '))?.trim() ?? '';
  const { stdout } = await promisify(execFile)('/bin/sh', ['-c', line.replace('curl ', 'curl -s ')]);
  expect(JSON.parse(stdout)).toEqual({ predictions: [[2, 2]] });
});

describe('a model that does not load', () => {
  const FILES = { ...HALF, 'models/bad/7/model.acme': '{"fail":"weights are damaged"}' };
  const QUICK = ['models', '--manager-max-load-retries=0'];

  it('is told, and does not stop the others', async () => {
    const started = await startServe(FILES, QUICK);
    await started.until('Try it');
    expect(started.out()).toMatch(/\nReady: 1 of 2 models\nNot ready: bad\/7: .*weights are damaged\n/);
    const status = await fetch(`${restOf(started)}/v1/models/bad`);
    expect(await status.text()).toContain('weights are damaged');
  });

  it('ends the server with compat strict, as TensorFlow Serving says it', async () => {
    const started = await startServe(FILES, [...QUICK, '--compat=strict']);
    expect(await started.code).toBe(255);
    expect(started.out()).toMatch(
      /^Failed to start server\. Error: UNKNOWN: 1 servable\(s\) did not become available: \{\{name: bad version: 7\} due to error: [A-Z]+: .*weights are damaged\}, \}\n$/,
    );
  });
});

it('says that a model has no version yet, and serves on', async () => {
  const files = { 'models/': '', 'serving.config.json': '{"models":[{"name":"later","path":"models/later"}]}' };
  const started = await startServe(files, []);
  await started.until('Ready');
  await started.until('Not ready');
  expect(started.out()).toMatch(/\nReady: 0 of 1 model\nNot ready: later: ENOENT.*models\/later.*\. It is served as soon as a version appears\n$/);
});

it('ends at once at a second signal, but not when one signal arrives twice', async () => {
  const started = await startServe(HALF, ['models', '--drain-delay-ms=300']);
  await started.until('Try it');
  started.stop();
  started.pass(400);
  started.stop();
  expect(started.exitedNow()).toBeUndefined();
  started.pass(200);
  started.stop();
  expect(started.exitedNow()).toBe(130);
});

it('rewrites one line on a terminal while models load, with logs above it', async () => {
  const started = await startServe(HALF, ['models'], { terminalColumns: 60, isLogging: true });
  await started.until('Ready');
  const writes = started.terminal().split('\r\u001B[2K');
  expect(writes).toContain('Loading models: 0 of 1 ready');
  expect(writes).toContain('Loading models: 0 of 1 ready (half/3 loading)');
  expect(writes.at(-1)).not.toContain('Loading models');
  const logs = writes.filter((text) => text.startsWith('{')).flatMap((text) => text.split('\n').filter((line) => line.startsWith('{')));
  expect(logs.map((line) => JSON.parse(line).msg)).toContain('half/3 is ready');
});

it('keeps the terminal quiet when there is none', async () => {
  const started = await startServe(HALF, ['models'], { isLogging: true });
  await started.until('Ready');
  expect(started.terminal()).not.toContain('\u001B');
});

it('says that a port is taken', async () => {
  const first = await startServe(HALF, ['models']);
  await first.until('REST');
  const cwd = await temporaryProject({ ...workingPlugins(), ...HALF });
  const second = startMain(cwd, ['serve', 'models', `--rest-port=${new URL(restOf(first)).port}`, '--grpc-port=0']);
  expect(await second.code).toBe(1);
  expect(second.err()).toMatch(/^error: .*REST.*EADDRINUSE.*\. Stop the program that has this port, or choose another with --rest-port$/m);
});

describe('with compat strict', () => {
  const strict = (model: string): Record<string, string> => ({
    'serving.config.json': `{"models":[${model}]}`,
    'models/half/3/model.acme': '{}',
  });

  it('listens when the models are served, and says so as TensorFlow Serving does', async () => {
    const started = await startServe(strict('{"name":"half","path":"models/half"}'), ['--compat=strict']);
    await started.until('Try it');
    expect(started.out()).toMatch(/^gRPC .*\nREST .*\nRunning gRPC ModelServer at 127\.0\.0\.1:\d+ \.\.\.\nExporting HTTP\/REST API at:localhost:\d+ \.\.\.\nReady: 1 of 1 model\n/);
  });

  it('waits for a model without versions with its ports closed, until it is stopped', async () => {
    const started = await startServe(strict('{"name":"later","path":"models/later"}'), ['--compat=strict'], { isLogging: true });
    await vi.waitUntil(() => started.err().includes("Model 'later' cannot be looked at"), { timeout: 15_000 });
    started.stop();
    expect(await started.code).toBe(0);
    expect(started.out()).toBe('');
  });

  it('does not start with a label in the first config, unless labels may be early', async () => {
    const labelled = strict('{"name":"half","path":"models/half","labels":{"stable":3}}');
    const refused = await startServe(labelled, ['--compat=strict', '--allow-labels-for-unavailable-versions=false']);
    expect(await refused.code).toBe(255);
    expect(refused.out()).toBe(
      'Failed to start server. Error: FAILED_PRECONDITION: Request to assign label to version 3 of model half, which is not currently available for inference\n',
    );
    const started = await startServe(labelled, ['--compat=strict']);
    await started.until('Try it');
  });
});
