import type { NamedTensors } from '@servable/core';
import { expect, it, onTestFinished } from 'vitest';
import type { OnnxSession } from '../../src/index.ts';
import { createNativeEngine } from '../../src/native/native-engine.ts';
import { floats, named } from '../fixtures.ts';
import { FLOAT, INT64, type ModelParts, modelPath, value, weights } from '../onnx-builder.ts';

const never = new AbortController().signal;

async function sessionOf(model: ModelParts): Promise<OnnxSession> {
  const engine = createNativeEngine({ threads: 1, synchronousMicros: 0 });
  onTestFinished(() => engine.close());
  return engine.createSession(modelPath(model), {}, never);
}

async function answerOf(session: OnnxSession, inputs: NamedTensors): Promise<NamedTensors> {
  return session.run(inputs, [], never);
}

/** Values change from run to run, so that an answer of an earlier run would be seen. */
function vector(size: number, run: number): Float32Array {
  return Float32Array.from({ length: size }, (_, at) => run * 100 + at - 1);
}

it('gives an input back that is an output too', async () => {
  const session = await sessionOf({
    nodes: [{ op: 'Neg', inputs: ['x'], outputs: ['y'] }],
    inputs: [value('x', FLOAT, ['n'])],
    outputs: [value('x', FLOAT, ['n']), value('y', FLOAT, ['n'])],
  });
  for (let run = 0; run < 5; run++) {
    const x = vector(3, run);
    const outputs = await answerOf(session, named({ x: floats([3], [...x]) }));
    expect(outputs).toEqual(named({ x: floats([3], [...x]), y: floats([3], [...x].map((each) => -each)) }));
  }
});

it('gives an initializer as an output, whole at every run', async () => {
  const session = await sessionOf({
    nodes: [{ op: 'Neg', inputs: ['x'], outputs: ['y'] }],
    inputs: [value('x', FLOAT, ['n'])],
    outputs: [value('w', FLOAT, [2]), value('y', FLOAT, ['n'])],
    initializers: [weights('w', [2], 7)],
  });
  for (let run = 0; run < 5; run++) {
    const outputs = await answerOf(session, named({ x: floats([1], [run]) }));
    expect([...(outputs.get('w')?.data ?? [])]).toEqual([7, 7]);
    const mine = outputs.get('w');
    if (mine?.dtype === 'FP32') mine.data.fill(0);
  }
});

it('gives the same value under two names', async () => {
  const session = await sessionOf({
    nodes: [{ op: 'Neg', inputs: ['x'], outputs: ['y'] }, { op: 'Identity', inputs: ['y'], outputs: ['z'] }],
    inputs: [value('x', FLOAT, ['n'])],
    outputs: [value('y', FLOAT, ['n']), value('z', FLOAT, ['n'])],
  });
  for (let run = 0; run < 5; run++) {
    const x = vector(4, run);
    const y = floats([4], [...x].map((each) => -each));
    expect(await answerOf(session, named({ x: floats([4], [...x]) }))).toEqual(named({ y, z: y }));
  }
});

it('answers sizes that depend on the values, and follow no input', async () => {
  const session = await sessionOf({
    nodes: [{ op: 'NonZero', inputs: ['x'], outputs: ['y'] }],
    inputs: [value('x', FLOAT, ['n'])],
    outputs: [value('y', INT64, [1, 'found'])],
  });
  for (const x of [[1, 0, 1], [1, 0, 1], [0, 0, 0], [1, 1, 1], [0, 5, 0]]) {
    const y = (await answerOf(session, named({ x: floats([3], x) }))).get('y');
    const found = x.flatMap((each, at) => (each === 0 ? [] : [BigInt(at)]));
    expect([y?.shape, [...(y?.data ?? [])]]).toEqual([[1, found.length], found]);
  }
});

it('answers sizes that are not what the file says, also when they were so in earlier runs', async () => {
  // The file claims that as many are found as there are values.
  const session = await sessionOf({
    nodes: [{ op: 'NonZero', inputs: ['x'], outputs: ['y'] }],
    inputs: [value('x', FLOAT, ['n'])],
    outputs: [value('y', INT64, [1, 'n'])],
  });
  for (const x of [[1, 1, 1], [1, 1, 1], [1, 1, 1], [0, 0, 4], [1, 1, 1], [0, 0, 0]]) {
    const y = (await answerOf(session, named({ x: floats([3], x) }))).get('y');
    const found = x.flatMap((each, at) => (each === 0 ? [] : [BigInt(at)]));
    expect([y?.shape, [...(y?.data ?? [])]]).toEqual([[1, found.length], found]);
  }
});

it('answers an unknown rank', async () => {
  const session = await sessionOf({
    nodes: [{ op: 'Neg', inputs: ['x'], outputs: ['y'] }],
    inputs: [value('x', FLOAT)],
    outputs: [value('y', FLOAT)],
  });
  expect([session.inputs[0]?.shape, session.outputs[0]?.shape]).toEqual([undefined, undefined]);
  for (const shape of [[], [2], [1, 2], [2, 1, 1], []]) {
    const count = shape.reduce((product, size) => product * size, 1);
    expect((await answerOf(session, named({ x: floats(shape, Array(count).fill(3)) }))).get('y')).toEqual(floats(shape, Array(count).fill(-3)));
  }
});

it('answers other sizes at every run', async () => {
  const session = await sessionOf({
    nodes: [{ op: 'Neg', inputs: ['x'], outputs: ['y'] }],
    inputs: [value('x', FLOAT, ['n', 'm'])],
    outputs: [value('y', FLOAT, ['n', 'm'])],
  });
  for (let run = 0; run < 40; run++) {
    const [n, m] = [run % 5, 1 + (run % 3)];
    const x = vector(n * m, run);
    const y = (await answerOf(session, named({ x: floats([n, m], [...x]) }))).get('y');
    expect([y?.shape, y?.data]).toEqual([[n, m], x.map((each) => -each)]);
  }
});

it('goes on after a run that a node refuses', async () => {
  const session = await sessionOf({
    nodes: [{ op: 'Add', inputs: ['x', 'z'], outputs: ['y'] }],
    inputs: [value('x', FLOAT, ['n']), value('z', FLOAT, ['m'])],
    outputs: [value('y', FLOAT, ['n'])],
  });
  const good = named({ x: floats([3], [1, 2, 3]), z: floats([3], [1, 1, 1]) });
  const bad = named({ x: floats([3], [1, 2, 3]), z: floats([2], [1, 1]) });
  for (const inputs of [good, good, good, bad, bad, good, bad, good]) {
    const run = answerOf(session, inputs);
    if (inputs === bad) await expect(run).rejects.toMatchObject({ code: 'SRV_ONNX_RUN_REFUSED' });
    else expect(await run).toEqual(named({ y: floats([3], [2, 3, 4]) }));
  }
});
