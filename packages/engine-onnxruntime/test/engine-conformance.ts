import type { NamedTensors } from '@servable/core';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { OnnxEngine, OnnxSession, SessionOptions } from '../src/index.ts';
import { floats, loopInputs, MLP_ANSWER, MLP_INPUTS, modelFile, named, strings } from './fixtures.ts';

const never = new AbortController().signal;

/** Where engines differ. */
export interface EngineAbilities {
  /** Every element type, strings of any bytes, sequences and maps; else they are refused by name. */
  readonly passesEverything: boolean;
  /** A run that is aborted ends; else it computes to its end, and nobody is told. */
  readonly stopsRuns: boolean;
}

/** What every engine must do, however it runs its graphs. */
export function testEngine(name: string, createEngine: () => OnnxEngine, abilities: EngineAbilities): void {
  describe(`${name} conforms`, () => {
    const engine = createEngine();
    afterAll(() => engine.close());

    async function withSession<T>(model: string, use: (session: OnnxSession) => Promise<T>, options: SessionOptions = {}): Promise<T> {
      const session = await engine.createSession(modelFile(model), options, never);
      try {
        return await use(session);
      } finally {
        await session.close();
      }
    }

    async function answerOf(session: OnnxSession, inputs: NamedTensors, outputs: readonly string[] = [], signal = never) {
      return session.run(inputs, outputs, signal);
    }

    it('describes inputs and outputs in the order of the graph', () =>
      withSession('mlp/2', async (session) => {
        const plain = { kind: 'tensor', unservable: undefined };
        expect(session.inputs).toEqual([{ ...plain, name: 'features', dtype: 'FP32', shape: ['batch', 4] }]);
        expect(session.outputs).toEqual([
          { ...plain, name: 'probabilities', dtype: 'FP32', shape: ['batch', 3] },
          { ...plain, name: 'label', dtype: 'INT64', shape: ['batch'] },
        ]);
      }));

    it('describes scalars, fixed sizes and sizes without a name', () =>
      withSession('dynamic_shapes/1', async (session) => {
        expect(session.inputs.map(({ shape }) => shape)).toEqual([['rows', 'inner'], ['inner', 'cols'], [], [-1]]);
      }));

    it('answers what ONNX Runtime answers elsewhere', () =>
      withSession('mlp/1', async (session) => {
        const outputs = await answerOf(session, MLP_INPUTS);
        const tensor = outputs.get('probabilities');
        expect(tensor).toMatchObject({ dtype: 'FP32', shape: [1, 3] });
        for (const [at, value] of MLP_ANSWER.entries()) expect(tensor?.data[at]).toBeCloseTo(value, 6);
      }));

    it('gives back every dtype unchanged', () =>
      withSession('dtypes/1', async (session) => {
        const inputs = everyDtype();
        const outputs = await answerOf(session, inputs);
        for (const [input, tensor] of inputs) expect(outputs.get(input.replace('in_', 'out_'))).toEqual(tensor);
      }));

    it('takes views into larger buffers, and only reads them', () =>
      withSession('mlp/1', async (session) => {
        const buffer = Float32Array.from([9, 9, 1.52, -0.44, -0.4, 0.37, 9]);
        const view = { dtype: 'FP32', shape: [1, 4], data: buffer.subarray(2, 6) } as const;
        const outputs = await answerOf(session, named({ features: view }));
        expect(outputs.get('probabilities')?.data[0]).toBeCloseTo(MLP_ANSWER[0] ?? 0, 6);
        expect(Array.from(buffer, (value) => Math.fround(value))).toEqual([9, 9, 1.52, -0.44, -0.4, 0.37, 9].map(Math.fround));
      }));

    it('gives outputs that share no memory with inputs or each other', () =>
      withSession('dtypes/1', async (session) => {
        const inputs = everyDtype();
        const outputs = await answerOf(session, inputs);
        for (const [output, tensor] of outputs) {
          if (tensor.dtype === 'BYTES' || tensor.dtype === 'INT64' || tensor.dtype === 'UINT64') continue;
          tensor.data.fill(7);
          expect(inputs.get(output.replace('out_', 'in_'))?.data[1]).not.toBe(7);
        }
        const again = await answerOf(session, inputs);
        for (const [input, tensor] of everyDtype()) expect(again.get(input.replace('in_', 'out_'))).toEqual(tensor);
      }));

    it('answers empty tensors', () =>
      withSession('mlp/1', async (session) => {
        const outputs = await answerOf(session, named({ features: floats([0, 4], []) }));
        expect(outputs.get('probabilities')).toEqual(floats([0, 3], []));
      }));

    it('computes the outputs that are named, in that order', () =>
      withSession('mlp/2', async (session) => {
        const both = await answerOf(session, MLP_INPUTS, ['label', 'probabilities']);
        expect([...both.keys()]).toEqual(['label', 'probabilities']);
        expect([...(await answerOf(session, MLP_INPUTS, ['label'])).keys()]).toEqual(['label']);
      }));

    it.each([
      ['a missing input', named({}), 'SRV_ONNX_INPUT_MISSING', /features/],
      ['an unknown input', named({ ...Object.fromEntries(MLP_INPUTS), extra: floats([1], [1]) }), 'SRV_ONNX_INPUT_UNKNOWN', /'extra'/],
      ['an unknown input named __proto__', new Map([...MLP_INPUTS, ['__proto__', floats([1], [1])]]), 'SRV_ONNX_INPUT_UNKNOWN', /'__proto__'/],
      ['another dtype', named({ features: { dtype: 'FP64', shape: [1, 4], data: new Float64Array(4) } }), 'SRV_ONNX_INPUT_DTYPE', /features.*FP64.*FP32/],
      ['another rank', named({ features: floats([4], [1, 1, 1, 1]) }), 'SRV_ONNX_INPUT_INVALID', /features.*rank 1.*rank 2/],
      ['another fixed size', named({ features: floats([2, 5], Array(10).fill(1)) }), 'SRV_ONNX_INPUT_INVALID', /features.*axis 1 has size 5.*4/],
      ['data that does not fill its shape', named({ features: floats([2, 4], [1, 1, 1, 1]) }), 'SRV_ONNX_INPUT_INVALID', /needs 8 values, got 4/],
    ])('refuses %s by name, and goes on', (_, inputs, code, words) =>
      withSession('mlp/1', async (session) => {
        const run = answerOf(session, inputs);
        await expect(run).rejects.toMatchObject({ code, status: 'INVALID_ARGUMENT' });
        await expect(run).rejects.toThrow(words);
        expect((await answerOf(session, MLP_INPUTS)).size).toBe(1);
      }));

    it('refuses sizes that only a node of the graph finds wrong', () =>
      withSession('dynamic_shapes/1', async (session) => {
        const scalars = { scale: floats([], [0]), values: floats([1], [0]) };
        const inputs = named({ a: floats([2, 3], Array(6).fill(0)), b: floats([4, 2], Array(8).fill(0)), ...scalars });
        await expect(answerOf(session, inputs)).rejects.toMatchObject({ status: 'INVALID_ARGUMENT' });
      }));

    it('refuses an output that is not there', () =>
      withSession('mlp/1', async (session) => {
        await expect(answerOf(session, MLP_INPUTS, ['nope'])).rejects.toMatchObject({ code: 'SRV_ONNX_OUTPUT_UNKNOWN', args: ['nope', "'probabilities'"] });
      }));

    it('passes text of every script, and empty text', () =>
      withSession('strings/1', async (session) => {
        const texts = ['', 'grün 世界', '😀', 'a\u0301', '\ufeffx'];
        const outputs = await answerOf(session, named({ text: strings(...texts), other: strings('x', 'x', 'x', 'x', 'x') }), ['same', 'joined']);
        expect(outputs.get('same')).toEqual(strings(...texts));
        expect(outputs.get('joined')).toEqual(strings(...texts.map((text) => `${text}x`)));
      }));

    it.each([
      ['bytes that are not UTF-8', Uint8Array.of(0xff, 0xfe), /'in_string'.*element 1 is not UTF-8/],
      ['half a character', Uint8Array.of(0xc3), /'in_string'.*element 1 is not UTF-8/],
      ['a NUL', 'a\0b', /'in_string'.*element 1 has a NUL/],
    ])(`${abilities.passesEverything ? 'passes' : 'refuses by input and element'} %s`, (_, odd, words) =>
      withSession('dtypes/1', async (session) => {
        const text = strings('fine', odd, '');
        const run = answerOf(session, new Map([...everyDtype(), ['in_string', text]]), ['out_string']);
        if (abilities.passesEverything) return expect((await run).get('out_string')).toEqual(text);
        await expect(run).rejects.toMatchObject({ code: 'SRV_ONNX_INPUT_INVALID', status: 'INVALID_ARGUMENT' });
        await expect(run).rejects.toThrow(words);
      }));

    it(abilities.passesEverything ? 'stacks a sequence of tensors' : 'leaves a sequence out, and computes the other outputs', () =>
      withSession('control_flow/1', async (session) => {
        const pair = session.outputs.find((output) => output.name === 'pair');
        const outputs = await answerOf(session, loopInputs(3), []);
        if (abilities.passesEverything) {
          expect(pair).toEqual({ name: 'pair', kind: 'sequence', dtype: 'FP32', shape: undefined, unservable: undefined });
          // From ONNX Runtime's Python package: fixtures/onnx/goldens/control_flow.json, case "positive".
          return expect(outputs.get('pair')).toEqual(floats([2, 2], [2, 4, 15, 23]));
        }
        expect(pair).toMatchObject({ dtype: undefined, unservable: expect.stringMatching(/native engine/) });
        expect([...outputs.keys()]).toEqual(['branch', 'final', 'history']);
        await expect(answerOf(session, loopInputs(1), ['pair'])).rejects.toMatchObject({ code: 'SRV_ONNX_OUTPUT_UNSERVABLE', status: 'UNIMPLEMENTED' });
      }));

    it('describes a loaded graph as it would describe the graph alone', () =>
      withSession('sklearn_zipmap/1', async (session) => {
        expect(engine.describeInputs(session.graph.inputs)).toEqual(session.inputs);
        expect(engine.describeOutputs(session.graph.outputs)).toEqual(session.outputs);
      }));

    it.runIf(abilities.stopsRuns)('ends a run that is aborted under way', () =>
      withSession('control_flow/1', async (session) => {
        const controller = new AbortController();
        // Minutes, were they not stopped; closing waits for what computes.
        const runs = [1, 2, 3].map(() => answerOf(session, loopInputs(100_000_000), ['final'], controller.signal).catch(() => 'stopped'));
        await answerOf(session, loopInputs(1), ['final'], AbortSignal.timeout(100)).catch(() => undefined);
        controller.abort();
        expect(await Promise.all(runs)).toEqual(['stopped', 'stopped', 'stopped']);
        await session.close();
      }));

    it('answers many runs at once, each with its own values', () =>
      withSession('mlp/1', async (session) => {
        const alone = await Promise.all(Array.from({ length: 20 }, (_, row) => rowAnswer(session, row)));
        const together = await Promise.all(Array.from({ length: 200 }, (_, at) => rowAnswer(session, at % 20)));
        for (const [at, answer] of together.entries()) expect(answer).toEqual(alone[at % 20]);
      }));

    it('keeps the event loop free while a run takes its time', () =>
      withSession('control_flow/1', async (session) => {
        const run = answerOf(session, loopInputs(100_000), ['branch', 'final']);
        let turns = 0;
        const isDone = (): Promise<boolean> =>
          Promise.race([run.then(() => true), new Promise<false>((resolve) => setImmediate(resolve, false))]);
        while (!(await isDone())) turns += 1;
        expect(turns).toBeGreaterThan(20);
      }));

    it('rejects at once, with the reason, a run whose signal is aborted already', () =>
      withSession('mlp/1', async (session) => {
        const reason = new Error('gone');
        await expect(answerOf(session, MLP_INPUTS, [], AbortSignal.abort(reason))).rejects.toBe(reason);
      }));

    it('rejects at once a run that is aborted under way, and goes on', () =>
      withSession('control_flow/1', async (session) => {
        const controller = new AbortController();
        let isLongDone = false;
        const reason = new Error('client left');
        const aborted = answerOf(session, loopInputs(200_000), ['final'], controller.signal);
        const behind = answerOf(session, loopInputs(1), ['final']).then(() => (isLongDone = true));
        controller.abort(reason);
        await expect(aborted).rejects.toBe(reason);
        expect(isLongDone).toBe(false);
        await behind;
      }));

    it('drops a waiting run that is aborted', () =>
      withSession('control_flow/1', async (session) => {
        const running = [1, 2].map(() => answerOf(session, loopInputs(100_000), ['final']));
        const controller = new AbortController();
        const waiting = Array.from({ length: 50 }, () => answerOf(session, loopInputs(10_000_000), ['final'], controller.signal));
        const reason = new Error('client left');
        controller.abort(reason);
        for (const run of waiting) await expect(run).rejects.toBe(reason);
        // Had the others not been dropped, this would take minutes.
        await Promise.all([...running, answerOf(session, loopInputs(1), ['final'])]);
      }));

    it('refuses runs after close, and closes twice as once', () =>
      withSession('mlp/1', async (session) => {
        await Promise.all([session.close(), session.close()]);
        await expect(answerOf(session, MLP_INPUTS)).rejects.toMatchObject({ code: 'SRV_ONNX_CLOSED', status: 'UNAVAILABLE' });
      }));

    it('finishes what computes before a close ends', () =>
      withSession('control_flow/1', async (session) => {
        const run = answerOf(session, loopInputs(50_000), ['final']);
        await session.close();
        expect((await run).has('final')).toBe(true);
      }));

    it.each([
      ['a path where nothing is', '/nowhere/model.onnx', 'SRV_ONNX_FILE_NOT_FOUND', 'NOT_FOUND'],
      ['a truncated file', modelFile('broken/truncated/1'), 'SRV_ONNX_MODEL_INVALID', 'INVALID_ARGUMENT'],
      ['an unknown operator', modelFile('broken/unknown_op/1'), 'SRV_ONNX_MODEL_UNSUPPORTED', 'UNIMPLEMENTED'],
      ['an operator of a custom domain', modelFile('broken/custom_domain/1'), 'SRV_ONNX_MODEL_UNSUPPORTED', 'UNIMPLEMENTED'],
      ['an opset from the future', modelFile('broken/opset_from_the_future/1'), 'SRV_ONNX_MODEL_UNSUPPORTED', 'UNIMPLEMENTED'],
      ['an IR version from the future', modelFile('broken/ir_from_the_future/1'), 'SRV_ONNX_MODEL_UNSUPPORTED', 'UNIMPLEMENTED'],
    ])('refuses %s with its path', async (_, path, code, status) => {
      const load = engine.createSession(path, {}, never);
      await expect(load).rejects.toMatchObject({ code, status });
      await expect(load).rejects.toThrow(path);
    });

    it('loads a path with spaces, quotes and letters of any script', async () => {
      const directory = await mkdtemp(join(tmpdir(), "servable 'ö世' "));
      try {
        const path = join(directory, 'model.onnx');
        await writeFile(path, await readFile(modelFile('mlp/1')));
        const session = await engine.createSession(path, {}, never);
        expect((await answerOf(session, MLP_INPUTS)).size).toBe(1);
        await session.close();
      } finally {
        await rm(directory, { recursive: true });
      }
    });

    it('rejects a load that is aborted, before and under way, with the reason', async () => {
      const reason = new Error('not wanted');
      await expect(engine.createSession(modelFile('mlp/1'), {}, AbortSignal.abort(reason))).rejects.toBe(reason);
      const controller = new AbortController();
      const load = engine.createSession(modelFile('mlp/1'), {}, controller.signal);
      controller.abort(reason);
      await expect(load).rejects.toBe(reason);
    });

    it.each([{ replicas: 0 }, { intraOpThreads: 1.5 }, { runsPerReplica: -1 }, { device: [] }, { device: 'tpu' as 'cpu' }])('refuses the options %j', async (options) => {
      await expect(engine.createSession(modelFile('mlp/1'), options, never)).rejects.toMatchObject({ code: 'SRV_ONNX_OPTION_INVALID' });
    });

    it('takes the CPU where the devices before it are missing, and says why', () =>
      withSession(
        'mlp/1',
        async (session) => {
          expect(session.device).toBe('cpu');
          expect(session.deviceFaults).toEqual([expect.stringMatching(/^'cuda': .*libonnxruntime_providers_cuda\.so/)]);
          expect((await answerOf(session, MLP_INPUTS)).get('probabilities')?.data[0]).toBeCloseTo(MLP_ANSWER[0] ?? 0, 6);
        },
        { device: ['cuda', 'cpu'] },
      ));

    it('refuses devices of which none is there, with what to install', async () => {
      const load = engine.createSession(modelFile('mlp/1'), { device: ['cuda', 'webgpu'] }, never);
      await expect(load).rejects.toMatchObject({ code: 'SRV_ONNX_DEVICE_MISSING', status: 'FAILED_PRECONDITION' });
      await expect(load).rejects.toThrow(/'cuda': .*cuDNN.*'webgpu': .*Vulkan.*add 'cpu' to device/s);
    });

    it('tells a bad model from a missing device', async () => {
      const load = engine.createSession(modelFile('broken/truncated/1'), { device: ['cuda', 'cpu'] }, never);
      await expect(load).rejects.toMatchObject({ code: 'SRV_ONNX_MODEL_INVALID' });
    });

    it('answers the same with more threads, another optimization and session config', () =>
      withSession(
        'mlp/1',
        async (session) => {
          const outputs = await answerOf(session, MLP_INPUTS);
          expect(outputs.get('probabilities')?.data[0]).toBeCloseTo(MLP_ANSWER[0] ?? 0, 6);
        },
        { intraOpThreads: 2, interOpThreads: 2, graphOptimization: 'disabled', memoryArena: false, config: { 'session.set_denormal_as_zero': '1' } },
      ));

    it('refuses sessions after close', async () => {
      const other = createEngine();
      await Promise.all([other.close(), other.close()]);
      await expect(other.createSession(modelFile('mlp/1'), {}, never)).rejects.toMatchObject({ code: 'SRV_ONNX_CLOSED' });
    });

    it('closes the sessions that are open when it closes', async () => {
      const other = createEngine();
      const session = await other.createSession(modelFile('mlp/1'), {}, never);
      await other.close();
      await expect(answerOf(session, MLP_INPUTS)).rejects.toMatchObject({ code: 'SRV_ONNX_CLOSED' });
    });
  });
}

async function rowAnswer(session: OnnxSession, row: number): Promise<number[]> {
  const outputs = await session.run(named({ features: floats([1, 4], [row, -row, row / 2, 1]) }), [], never);
  const data = outputs.get('probabilities')?.data ?? [];
  return Array.from(data, Number);
}

/** Extremes of every dtype that ONNX Runtime's binding has. */
function everyDtype(): NamedTensors {
  return named({
    in_float: { dtype: 'FP32', shape: [3], data: Float32Array.of(0.1, -0, 3.4e38) },
    in_double: { dtype: 'FP64', shape: [3], data: Float64Array.of(0.1, -1e300, 5e-324) },
    in_int8: { dtype: 'INT8', shape: [3], data: Int8Array.of(0, 127, -128) },
    in_int16: { dtype: 'INT16', shape: [3], data: Int16Array.of(0, 32767, -32768) },
    in_int32: { dtype: 'INT32', shape: [3], data: Int32Array.of(0, 2 ** 31 - 1, -(2 ** 31)) },
    in_int64: { dtype: 'INT64', shape: [3], data: BigInt64Array.of(2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n)) },
    in_uint8: { dtype: 'UINT8', shape: [3], data: Uint8Array.of(0, 1, 255) },
    in_uint16: { dtype: 'UINT16', shape: [3], data: Uint16Array.of(0, 1, 65535) },
    in_uint32: { dtype: 'UINT32', shape: [3], data: Uint32Array.of(0, 1, 2 ** 32 - 1) },
    in_uint64: { dtype: 'UINT64', shape: [3], data: BigUint64Array.of(0n, 2n ** 53n + 1n, 2n ** 64n - 1n) },
    in_bool: { dtype: 'BOOL', shape: [3], data: Uint8Array.of(1, 0, 1) },
    in_string: strings('', 'a', 'grün'),
    in_float16: { dtype: 'FP16', shape: [3], data: Uint16Array.of(0x3800, 0xfbff, 0x0001) },
  });
}
