import { type Manager, type NamedTensors, parseModelName, type RequestDone, type RunContext, type Servable, servableError, ServingError, type Tensor } from '@servable/core';
import { fakeServable, fakeSignature } from '@servable/plugin-testing';
import { afterEach, expect, it } from 'vitest';
import { infer, type InferenceRequest, type InferenceResult } from '../src/inference.ts';
import { recorded } from '../src/request-record.ts';
import { managerWith } from './support/manager-with.ts';

const managers: Manager[] = [];
afterEach(async () => {
  await Promise.all(managers.splice(0).map((manager) => manager.close()));
});

async function managing(servable: Servable): Promise<Manager> {
  const manager = await managerWith({ m: servable });
  managers.push(manager);
  return manager;
}

const X: NamedTensors = new Map([['x', { dtype: 'FP32', shape: [2], data: Float32Array.of(1, 3) }]]);
const tensorOf = (...values: number[]): Tensor => ({ dtype: 'FP32', shape: [values.length], data: Float32Array.from(values) });
const ORIGIN = { protocol: 'test', method: 'predict', requestId: 'id-1', peer: '10.0.0.1:5' };
const CALL = { ...ORIGIN, headers: (): ReadonlyMap<string, string> => new Map([['traceparent', 'p']]), sendHeaders: (): void => {} };

function requestFor(overrides: Partial<InferenceRequest> & { readonly inputs?: NamedTensors; readonly outputs?: readonly string[] } = {}): InferenceRequest {
  return {
    target: { kind: 'latest', name: parseModelName('m') },
    signatureName: 'serving_default',
    clock: { signal: new AbortController().signal, deadlineMs: undefined },
    headers: () => new Map([['a', 'b']]),
    resolve: (servable) => ({
      signature: servable.signatures.get('serving_default') ?? fakeSignature(),
      inputs: overrides.inputs ?? X,
      outputs: overrides.outputs ?? [],
    }),
    ...overrides,
  };
}

interface Options {
  readonly validation?: 'engine' | 'strict';
  readonly request?: InferenceRequest;
}

function ask(manager: Manager, { validation = 'engine', request = requestFor() }: Options = {}): Promise<InferenceResult> {
  return recorded(manager.hooks, CALL, (record) => infer(request, record, { manager, validation }));
}

/** A servable whose run waits for the test, and never looks at its signal. */
interface StubbornServable {
  readonly servable: Servable;
  readonly contexts: RunContext[];
  readonly finish: (outputs: NamedTensors) => void;
  readonly fail: (error: unknown) => void;
}

function stubborn(): StubbornServable {
  const contexts: RunContext[] = [];
  let resolve: (outputs: NamedTensors) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const run: Servable['run'] = (_signature, _inputs, context) => {
    contexts.push(context);
    return new Promise((onResolve, onReject) => {
      resolve = onResolve;
      reject = onReject;
    });
  };
  return { servable: fakeServable({ run }), contexts, finish: (outputs) => resolve(outputs), fail: (error) => reject(error) };
}

it('answers with the outputs and the version that computed them', async () => {
  const manager = await managing(fakeServable());
  const result = await ask(manager);
  expect(result.outputs).toEqual(new Map([['y', { dtype: 'FP32', shape: [2], data: Float32Array.of(2.5, 3.5) }]]));
  expect(result.id).toEqual({ name: 'm', version: 1n });
});

it('gives the run all that is known of the request', async () => {
  const servable = fakeServable();
  const manager = await managing(servable);
  const signal = new AbortController().signal;
  await ask(manager, { request: requestFor({ outputs: ['y'], clock: { signal, deadlineMs: 1e9 } }) });
  const context = servable.runs[0]?.context;
  expect(context).toMatchObject({ deadlineMs: 1e9, outputs: ['y'], requestId: 'id-1', protocol: 'test', peer: '10.0.0.1:5' });
  expect(context?.signal).toBe(signal);
});

it('asks admit hooks first, refuses with what they return, and hands on what they leave', async () => {
  const servable = fakeServable();
  const manager = await managing(servable);
  manager.hooks.admit.tapPromise('quota', async (asked) => {
    expect(asked).toMatchObject({ name: 'm', signature: 'serving_default', protocol: 'test', requestId: 'id-1', peer: '10.0.0.1:5' });
    expect(asked.headers.get('a')).toBe('b');
    asked.attributes.set('user', 'ann');
    return servable.runs.length === 0 ? undefined : servableError('SRV_MANAGER_CLOSED', []);
  });
  await ask(manager);
  expect(servable.runs[0]?.context.attributes.get('user')).toBe('ann');
  await expect(ask(manager)).rejects.toMatchObject({ code: 'SRV_MANAGER_CLOSED' });
  expect(servable.runs).toHaveLength(1);
});

it('tells requestDone of a good answer and of a bad one', async () => {
  const manager = await managing(fakeServable());
  const done: RequestDone[] = [];
  manager.hooks.requestDone.tap('test', (each) => void done.push(each));
  await ask(manager);
  const unknown = requestFor({ target: { kind: 'latest', name: parseModelName('nobody') } });
  await expect(ask(manager, { request: unknown })).rejects.toMatchObject({ code: 'SRV_MODEL_NOT_FOUND' });
  expect(done[0]).toMatchObject({ ...ORIGIN, model: 'm', version: 1n, signature: 'serving_default', status: 'OK', error: undefined });
  expect(done[1]).toMatchObject({ model: 'nobody', version: undefined, status: 'NOT_FOUND', runMs: 0 });
  expect(done[0]?.runMs).toBeGreaterThan(0);
  expect(done[0]?.totalMs).toBeGreaterThanOrEqual(done[0]?.runMs ?? Infinity);
});

it('tells requestDone what the model was given and answered, and what it was given when it failed', async () => {
  const manager = await managing(fakeServable({ run: (_signature, inputs) => (inputs.get('x')?.data[0] === 2 ? Promise.reject(new Error('boom')) : new Map([['y', tensorOf(1.5)]])) }));
  const done: RequestDone[] = [];
  manager.hooks.requestDone.tap('test', (each) => void done.push(each));
  await ask(manager);
  await expect(ask(manager, { request: requestFor({ inputs: new Map([['x', tensorOf(2)]]) }) })).rejects.toThrow('boom');
  expect(done[0]).toMatchObject({ wantedOutputs: [], queueMs: 0, computeMs: undefined });
  expect([...(done[0]?.outputs?.get('y')?.data ?? [])]).toEqual([1.5]);
  expect([...(done[1]?.inputs?.get('x')?.data ?? [])]).toEqual([2]);
  expect(done[1]?.outputs).toBeUndefined();
});

it('tells requestStarted before admit, and hands its attributes on to all that follow', async () => {
  const servable = fakeServable();
  const manager = await managing(servable);
  const seen: string[] = [];
  const sent: ReadonlyMap<string, string>[] = [];
  manager.hooks.requestStarted.tap('test', (started) => {
    seen.push(`started ${started.protocol} ${started.method} ${started.requestId} ${String(started.headers().get('traceparent'))}`);
    started.attributes.set('span', 7);
    started.responseHeaders.set('traceparent', 'mine');
  });
  manager.hooks.admit.tapPromise('test', async ({ attributes }) => void seen.push(`admit ${String(attributes.get('span'))}`));
  manager.hooks.requestDone.tap('test', ({ attributes }) => void seen.push(`done ${String(attributes.get('span'))}`));
  const origin = { ...CALL, sendHeaders: (headers: ReadonlyMap<string, string>): void => void sent.push(headers) };
  await recorded(manager.hooks, origin, (record) => infer(requestFor(), record, { manager, validation: 'engine' }));
  expect(seen).toEqual(['started test predict id-1 p', 'admit 7', 'done 7']);
  expect(servable.runs[0]?.context.attributes.get('span')).toBe(7);
  expect(sent).toEqual([new Map([['traceparent', 'mine']])]);
});

it.each([
  ['an Error', new Error('boom'), 'Internal error: boom'],
  ['a string', 'boom', 'Internal error: boom'],
  ['nothing', undefined, 'Internal error: undefined'],
])('turns %s that a servable throws into SRV_INTERNAL', async (_what, thrown, message) => {
  const manager = await managing(
    fakeServable({
      run: () => {
        throw thrown;
      },
    }),
  );
  await expect(ask(manager)).rejects.toMatchObject({ code: 'SRV_INTERNAL', message });
});

it.each([
  ['undefined', undefined],
  ['an object', {}],
  ['a number', 7],
])('turns %s that a servable returns into SRV_INTERNAL', async (_what, returned) => {
  const manager = await managing(fakeServable({ run: () => returned as unknown as NamedTensors }));
  await expect(ask(manager)).rejects.toMatchObject({ code: 'SRV_INTERNAL' });
});

it('names the output that a servable left out', async () => {
  const manager = await managing(fakeServable({ run: () => new Map() }));
  const error = await ask(manager).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'SRV_OUTPUT_MISSING', status: 'INTERNAL', args: ['m', 'serving_default', 'y'] });
});

it('drops outputs that nobody asked for and keeps the order that was asked for', async () => {
  const one = { dtype: 'FP32', shape: [], data: Float32Array.of(1) } as const;
  const spec = { dtype: 'FP32', shape: [] } as const;
  const signature = fakeSignature({ outputs: new Map([['a', spec], ['b', spec]]) });
  const run: Servable['run'] = () => new Map([['extra', one], ['b', one], ['a', one]]);
  const manager = await managing(fakeServable({ signatures: new Map([['serving_default', signature]]), run }));
  expect([...(await ask(manager)).outputs.keys()]).toEqual(['a', 'b']);
  expect([...(await ask(manager, { request: requestFor({ outputs: ['b', 'a'] }) })).outputs.keys()]).toEqual(['b', 'a']);
  expect([...(await ask(manager, { request: requestFor({ outputs: ['b'] }) })).outputs.keys()]).toEqual(['b']);
});

it('checks declared shapes only when that is asked for', async () => {
  const servable = fakeServable({
    signatures: new Map([['serving_default', fakeSignature({ inputs: new Map([['x', { dtype: 'FP32', shape: [-1, 3] }]]) })]]),
    run: () => new Map(X).set('y', { dtype: 'FP32', shape: [], data: Float32Array.of(0) }),
  });
  const manager = await managing(servable);
  await ask(manager);
  await expect(ask(manager, { validation: 'strict' })).rejects.toMatchObject({ code: 'SRV_INPUT_SHAPE_MISMATCH' });
  expect(servable.runs).toHaveLength(1);
});

it.each([
  ['AbortError', 'SRV_REQUEST_CANCELLED', 'CANCELLED'],
  ['TimeoutError', 'SRV_DEADLINE_EXCEEDED', 'DEADLINE_EXCEEDED'],
])('answers %s at once although the servable goes on, and keeps the handle until it ends', async (name, code, status) => {
  const { servable, contexts, finish } = stubborn();
  const manager = await managing(servable);
  const controller = new AbortController();
  const answer = ask(manager, { request: requestFor({ clock: { signal: controller.signal, deadlineMs: undefined } }) });
  await expect.poll(() => contexts.length).toBe(1);
  controller.abort(new DOMException('over', name));
  await expect(answer).rejects.toMatchObject({ code, status, args: ['m'] });

  manager.aspire({ name: parseModelName('m'), versions: [] });
  expect(manager.states.versions(parseModelName('m'))[0]?.state).toBe('draining');
  finish(new Map());
  await manager.states.waitFor(parseModelName('m'), manager.states.versions(parseModelName('m'))[0]?.id.version ?? (0n as never), (each) => each.state === 'ended');
});

it('says that the time is over whatever the servable rejects with after the abort', async () => {
  const { servable, contexts, fail } = stubborn();
  const manager = await managing(servable);
  const controller = new AbortController();
  const answer = ask(manager, { request: requestFor({ clock: { signal: controller.signal, deadlineMs: undefined } }) });
  await expect.poll(() => contexts.length).toBe(1);
  controller.abort(new DOMException('late', 'TimeoutError'));
  fail(new Error('interrupted'));
  await expect(answer).rejects.toMatchObject({ code: 'SRV_DEADLINE_EXCEEDED' });
});

it('does not run a request whose time was over before', async () => {
  const servable = fakeServable();
  const manager = await managing(servable);
  const signal = AbortSignal.abort(new DOMException('late', 'TimeoutError'));
  await expect(ask(manager, { request: requestFor({ clock: { signal, deadlineMs: 0 } }) })).rejects.toMatchObject({ code: 'SRV_DEADLINE_EXCEEDED' });
  expect(servable.runs).toHaveLength(0);
});

it.each(['resolve', 'run', 'answer'])('gives the handle back when it fails in %s', async (where) => {
  const fault = servableError('SRV_TENSOR_INVALID', ['x']);
  const run: Servable['run'] = () => {
    if (where === 'run') throw fault;
    return Promise.reject(fault);
  };
  const manager = await managing(fakeServable({ run }));
  const request = where === 'resolve' ? requestFor({ resolve: () => { throw fault; } }) : requestFor();
  const error = await ask(manager, { request }).catch((thrown: unknown) => thrown);
  expect(ServingError.is(error) && error.code).toBe('SRV_TENSOR_INVALID');
  manager.aspire({ name: parseModelName('m'), versions: [] });
  await expect.poll(() => manager.states.versions(parseModelName('m'))[0]?.state).toBe('ended');
});

it('leaves no listener on a signal that outlives the request', async () => {
  const { signal } = new AbortController();
  let listeners = 0;
  const counting: AbortSignal = Object.assign(signal, {
    addEventListener: () => (listeners += 1),
    removeEventListener: () => (listeners -= 1),
  });
  const manager = await managing(fakeServable());
  await ask(manager, { request: requestFor({ clock: { signal: counting, deadlineMs: undefined } }) });
  expect(listeners).toBe(0);
});
