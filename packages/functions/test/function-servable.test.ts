import { type LoaderHost, type NamedTensors, parseModelName, type PartRequest, type Servable, servableError, type ServableRequest } from '@servable/core';
import { FakeLoader, fakeServable, testLoaderContext, testRunContext } from '@servable/plugin-testing';
import { afterAll, describe, expect, it } from 'vitest';
import functions from '../src/index.ts';
import { FunctionFiles } from './function-files.ts';

const files = await FunctionFiles.create();
afterAll(() => files.remove());

const signal = new AbortController().signal;
const vector = (...values: number[]) => ({ dtype: 'FP32' as const, shape: [values.length], data: Float32Array.from(values) });
const x = (...values: number[]): NamedTensors => new Map([['x', vector(...values)]]);

let folders = 0;

/** Loads a definition file with this text, in a host that has these models and parts. */
async function load(text: string, host?: LoaderHost): Promise<{ servable: Servable; unload(): Promise<void> }> {
  folders += 1;
  const path = await files.write(`case-${folders}`, { 'servable.ts': text });
  const loader = functions().create({ path }, {}, testLoaderContext(host && { host }));
  await loader.estimate(signal);
  return { servable: await loader.load(signal), unload: () => loader.unload() };
}

/** Answers `y = x / 2 + 2`, and counts what is out. */
function hostWith(servable: Servable = fakeServable(), parts: Readonly<Record<string, FakeLoader>> = {}) {
  const asked: ServableRequest[] = [];
  const partsAsked: PartRequest[] = [];
  const counts = { out: 0 };
  const host: LoaderHost = {
    acquire: (request) => {
      asked.push(request);
      if (request.name !== 'half') throw servableError('SRV_MODEL_NOT_FOUND', [request.name]);
      counts.out += 1;
      const release = (): void => void (counts.out -= 1);
      return { id: { name: request.name, version: 1n as never }, servable, release, [Symbol.dispose]: release };
    },
    createPart: (part) => {
      partsAsked.push(part);
      return parts[part.name] ?? new FakeLoader();
    },
  };
  return { host, asked, partsAsked, counts };
}

const CALLS = `
import { defineServable, model, tensor } from '@servable/functions';
export default defineServable({
  uses: { half: model('half', { label: 'stable', inputs: { x: 'FP32' }, outputs: { y: 'FP32' } }) },
  inputs: { x: 'FP32' }, outputs: { y: 'FP32' },
  async run({ x }, { models }) {
    const { y } = await models.half({ x: tensor('FP32', x.data.map((value) => 10 * value), x.shape) });
    return { y };
  },
});`;

describe('a function that calls a model', () => {
  it('gets its answer, at the version it asks for, and gives it back', async () => {
    const { host, asked, counts } = hostWith();
    const { servable } = await load(CALLS, host);
    const outputs = await servable.run('serving_default', x(1, 2), testRunContext());
    expect(outputs.get('y')).toEqual(vector(7, 12));
    expect(asked).toEqual([{ kind: 'label', name: parseModelName('half'), label: 'stable' }]);
    expect(counts.out).toBe(0);
  });

  it('gives the model back when that fails, and passes its error on', async () => {
    const failing = fakeServable({ run: () => { throw servableError('SRV_INTERNAL', ['broken']); } });
    const { host, counts } = hostWith(failing);
    const { servable } = await load(CALLS, host);
    await expect(servable.run('serving_default', x(1), testRunContext())).rejects.toMatchObject({ code: 'SRV_INTERNAL' });
    expect(counts.out).toBe(0);
  });

  it('hands its signal, deadline and request on', async () => {
    const inner = fakeServable();
    const { host } = hostWith(inner);
    const { servable } = await load(CALLS, host);
    const context = testRunContext({ deadlineMs: 123_456, requestId: 'r-1', peer: 'p-1', protocol: 'rest-v1' });
    await servable.run('serving_default', x(1), context);
    expect(inner.runs[0]?.context).toMatchObject({ signal: context.signal, deadlineMs: 123_456, requestId: 'r-1', peer: 'p-1', protocol: 'rest-v1', outputs: ['y'] });
  });

  it('is refused when it calls itself without end', async () => {
    const circle: { servable?: Servable } = {};
    const host: LoaderHost = { ...hostWith().host, acquire: ({ name }) => ({ id: { name, version: 1n as never }, servable: circle.servable ?? fakeServable(), release: () => {}, [Symbol.dispose]: () => {} }) };
    const { servable } = await load(CALLS, host);
    circle.servable = servable;
    await expect(servable.run('serving_default', x(1), testRunContext())).rejects.toMatchObject({ code: 'SRV_FUNCTION_CALL_TOO_DEEP' });
  });

  it.each([
    ['a model that is not there', CALLS.replace("model('half'", "model('nobody'"), 'SRV_MODEL_NOT_FOUND', /'nobody'/],
    ['a signature that is not there', CALLS.replace("label: 'stable'", "signature: 'embed'"), 'SRV_FUNCTION_CALL_INVALID', /'half'.*no signature 'embed'.*serving_default/],
    ['an input that is not there', CALLS.replace('models.half({ x:', 'models.half({ z:'), 'SRV_FUNCTION_CALL_INVALID', /no input 'z'; its inputs are x/],
    ['an input that is missing', CALLS.replace(/models\.half\(.*\);/, 'models.half({});'), 'SRV_FUNCTION_CALL_INVALID', /input 'x' is missing/],
    ['an output that is not there', CALLS.replace("outputs: { y: 'FP32' } })", "outputs: { q: 'FP32' } })"), 'SRV_FUNCTION_CALL_INVALID', /no output 'q'; its outputs are y/],
    ['an output of another dtype', CALLS.replace("outputs: { y: 'FP32' } })", "outputs: { y: 'INT64' } })"), 'SRV_FUNCTION_CALL_INVALID', /'y' is FP32, declared is INT64/],
  ])('is told of %s', async (_what, text, code, message) => {
    const { host, counts } = hostWith();
    const { servable } = await load(text, host);
    const error: unknown = await Promise.resolve(servable.run('serving_default', x(1), testRunContext())).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(counts.out).toBe(0);
  });

  it('needs a host', async () => {
    await expect(load(CALLS)).rejects.toMatchObject({ code: 'SRV_FUNCTION_NO_HOST', message: expect.stringContaining("'half'") });
  });
});

const COMPOSITE = `
import { defineServable, part } from '@servable/functions';
export default defineServable({
  uses: { first: part('./first', { platform: 'fake', options: { a: 1 } }), second: part('/elsewhere') },
  inputs: { x: 'FP32' }, outputs: { y: 'FP32' }, ramBytes: 1000,
  load() { if (globalThis.compositeFails) throw new Error('no tokenizer'); },
  async run({ x }, { models }) {
    const { y } = await models.first({ x });
    return models.second({ x: y });
  },
});`;

describe('a composite', () => {
  it('loads its parts with it, calls them, and unloads them with it', async () => {
    const parts = { first: new FakeLoader({ estimate: { ramBytes: 10, deviceBytes: { 'cuda:0': 5 } } }), second: new FakeLoader({ estimate: { ramBytes: 20, deviceBytes: { 'cuda:0': 6 } } }) };
    const { host, partsAsked } = hostWith(undefined, parts);
    const path = await files.write('composite', { 'servable.ts': COMPOSITE });
    const loader = functions().create({ path }, {}, testLoaderContext({ host }));
    expect(await loader.estimate(signal)).toEqual({ ramBytes: 1030, deviceBytes: { 'cuda:0': 11 } });
    const servable = await loader.load(signal);
    expect(partsAsked).toEqual([{ name: 'first', artifact: { path: `${path}/first` }, platform: 'fake', options: { a: 1 } }, { name: 'second', artifact: { path: '/elsewhere' } }]);
    expect((await servable.run('serving_default', x(4), testRunContext())).get('y')).toEqual(vector(4));
    await loader.unload();
    expect([parts.first.calls('unload'), parts.second.calls('unload')]).toEqual([1, 1]);
    await expect(servable.run('serving_default', x(4), testRunContext())).rejects.toMatchObject({ code: 'SRV_FUNCTION_UNLOADED' });
  });

  it('unloads the parts that it had loaded when it fails itself', async () => {
    const parts = { first: new FakeLoader(), second: new FakeLoader() };
    const path = await files.write('failing', { 'servable.ts': COMPOSITE.replace('globalThis.compositeFails', 'true') });
    const loader = functions().create({ path }, {}, testLoaderContext({ host: hostWith(undefined, parts).host }));
    await loader.estimate(signal);
    await expect(loader.load(signal)).rejects.toThrow('no tokenizer');
    await loader.unload();
    expect([parts.first.calls('unload'), parts.second.calls('unload')]).toEqual([1, 1]);
  });
});

const MANY = `
import { defineSignatures, tensor } from '@servable/functions';
const copy = ({ x }) => ({ y: x });
export default defineSignatures({
  signatures: (signature) => ({
    copy: signature({ inputs: { x: { dtype: 'FP32', shape: ['n'] } }, outputs: { y: { dtype: 'FP32', shape: ['n'] } }, run: copy }),
    pair: signature({ inputs: { a: { dtype: 'FP32', shape: ['n'] }, b: { dtype: 'FP32', shape: ['n'] } }, outputs: { y: 'FP32' }, run: ({ a }) => ({ y: a }) }),
    count: signature({ inputs: { x: 'FP32' }, outputs: { y: 'FP32' }, async *stream({ x }) { for (const value of x.data) yield { y: tensor('FP32', Float32Array.of(value)) }; } }),
    throws: signature({ inputs: { x: 'FP32' }, outputs: { y: 'FP32' }, run() { throw new TypeError('not a number'); } }),
    forgets: signature({ inputs: { x: 'FP32' }, outputs: { y: 'FP32' }, run: () => ({}) }),
    mistypes: signature({ inputs: { x: 'FP32' }, outputs: { y: 'FP32' }, run: () => ({ y: { dtype: 'INT32', shape: [1], data: new Int32Array(1) } }) }),
    miscounts: signature({ inputs: { x: 'FP32' }, outputs: { y: 'FP32' }, run: () => ({ y: { dtype: 'FP32', shape: [3], data: new Float32Array(1) } }) }),
    scalars: signature({ inputs: { x: 'FP32' }, outputs: { y: { dtype: 'FP32', shape: [] } }, run: copy }),
  }),
});`;

describe('a servable of several functions', () => {
  it.each([
    ['copy', new Map([['x', { dtype: 'INT32', shape: [1], data: new Int32Array(1) }]]), 'SRV_FUNCTION_INPUT_INVALID', /'x' must be a FP32 tensor of shape \[n\], got a INT32/],
    ['copy', new Map([['x', { dtype: 'FP32', shape: [1, 1], data: new Float32Array(1) }]]), 'SRV_FUNCTION_INPUT_INVALID', /of shape \[1, 1\]/],
    ['pair', new Map([['a', vector(1)], ['b', vector(1, 2)]]), 'SRV_FUNCTION_INPUT_INVALID', /'b'.*shape \[2\] \(n is 1\)/],
    ['nobody', x(1), 'SRV_FUNCTION_SIGNATURE_UNKNOWN', /copy, pair/],
    ['count', x(1), 'SRV_FUNCTION_STREAMS_ONLY', /'count'/],
    ['throws', x(1), 'SRV_FUNCTION_FAILED', /'throws', failed: not a number/],
    ['forgets', x(1), 'SRV_FUNCTION_OUTPUT_INVALID', /'y': it is missing/],
    ['mistypes', x(1), 'SRV_FUNCTION_OUTPUT_INVALID', /must be a FP32 tensor, got a INT32/],
    ['miscounts', x(1), 'SRV_FUNCTION_OUTPUT_INVALID', /needs 3 values, got 1/],
    ['scalars', x(1), 'SRV_FUNCTION_OUTPUT_INVALID', /shape \[\], got a FP32 tensor of shape \[1\]/],
  ])('says what is wrong with a call of %s', async (signature, inputs, code, message) => {
    const { servable } = await load(MANY);
    const call = (async () => servable.run(signature, inputs as NamedTensors, testRunContext()))();
    await expect(call).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('streams answers one by one, and one answer of a function that does not stream', async () => {
    const { servable } = await load(MANY);
    const collect = async (signature: string): Promise<unknown[]> => {
      const seen: unknown[] = [];
      for await (const outputs of servable.stream?.(signature, x(5, 6), testRunContext()) ?? []) seen.push(outputs.get('y')?.data);
      return seen;
    };
    expect(await collect('count')).toEqual([Float32Array.of(5), Float32Array.of(6)]);
    expect(await collect('copy')).toEqual([Float32Array.of(5, 6)]);
  });

  it('ends a stream when its client goes away', async () => {
    const { servable } = await load(MANY);
    const leaving = new AbortController();
    const stream = servable.stream?.('count', x(1, 2, 3), testRunContext({ signal: leaving.signal }))[Symbol.asyncIterator]();
    await stream?.next();
    leaving.abort(new Error('gone'));
    await expect(stream?.next()).rejects.toThrow('gone');
  });
});

it.each([
  ['export default 5;', /its default export is 5/],
  ['export default {};', /signatures is undefined/],
  ['export default { signatures: {} };', /signatures is empty/],
  ['export default { signatures: { a: { inputs: {}, outputs: {} } } };', /signatures\.a has neither a run nor a stream/],
  ["export default { signatures: { a: { inputs: { x: 'float' }, outputs: {}, run() {} } } };", /signatures\.a\.inputs\.x has the dtype 'float'/],
  ["export default { signatures: { a: { inputs: { x: { dtype: 'FP32', shape: [-2] } }, outputs: {}, run() {} } } };", /inputs\.x\.shape is \[-2\]/],
  ["export default { uses: { m: { kind: 'model', name: '' } }, signatures: { a: { inputs: {}, outputs: {}, run() {} } } };", /uses\.m\.name is ''/],
  ["export default { uses: { m: 'half' }, signatures: { a: { inputs: {}, outputs: {}, run() {} } } };", /uses\.m is 'half'/],
  ["export default { ramBytes: -1, signatures: { a: { inputs: {}, outputs: {}, run() {} } } };", /ramBytes is -1/],
  ["export default { signatures: { a: { batching: 'row', inputs: {}, outputs: {}, run() {} } } };", /signatures\.a\.batching is 'row'/],
])('refuses %s', async (text, message) => {
  await expect(load(text)).rejects.toMatchObject({ code: 'SRV_FUNCTION_DEFINITION_INVALID', message: expect.stringMatching(message) });
});

it('shows signatures and what is used without loading anything', async () => {
  const path = await files.write('inspected', { 'servable.ts': COMPOSITE });
  const inspection = await functions().inspect?.({ path }, {}, testLoaderContext());
  expect(inspection?.facts).toEqual([{ label: 'uses first', value: 'part ./first (fake)' }, { label: 'uses second', value: 'part /elsewhere' }]);
  expect([...(inspection?.signatures.keys() ?? [])]).toEqual(['serving_default']);
});

it('runs a definition anew after it was changed in place', async () => {
  const text = (factor: number) => `
    import { defineServable, tensor } from '@servable/functions';
    export default defineServable({ inputs: { x: 'FP32' }, outputs: { y: 'FP32' }, run: ({ x }) => ({ y: tensor('FP32', x.data.map((value) => value * ${factor})) }) });`;
  for (const factor of [2, 3]) {
    const path = await files.write('changing', { 'servable.ts': text(factor) });
    const loader = functions().create({ path }, {}, testLoaderContext());
    await loader.estimate(signal);
    const outputs = await (await loader.load(signal)).run('serving_default', x(1), testRunContext());
    expect(outputs.get('y')).toEqual(vector(factor));
    await loader.unload();
  }
});
