import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { create, toBinary } from '@servable/protos';
import { SavedModelSchema } from '@servable/protos/saved-model';
import { DataType } from '@servable/protos/tensorflow';
import { expect, it } from 'vitest';
import { CompileThread } from '../../src/compile/thread/compile-thread.ts';
import { withFolder } from '../fixtures.ts';

const NODES = 2000;

/** A model whose graph alone takes a while: a chain of nodes, none of which is like another. */
function writeLongModel(folder: string): void {
  const float = { value: { case: 'type' as const, value: DataType.DT_FLOAT } };
  const shape = { dim: [{ size: -1n }, { size: 4n }] };
  const placeholder = { name: 'x', op: 'Placeholder', attr: { dtype: float, shape: { value: { case: 'shape' as const, value: shape } } } };
  const operations = ['Add', 'Mul', 'Sub', 'Maximum'];
  const chain = Array.from({ length: NODES }, (_, at) => {
    const tensor = { dtype: DataType.DT_FLOAT, tensorShape: { dim: [] }, floatVal: [1 + at / NODES] };
    const constant = { name: `c${at}`, op: 'Const', attr: { dtype: float, value: { value: { case: 'tensor' as const, value: tensor } } } };
    return [constant, { name: `n${at}`, op: operations[at % operations.length] ?? 'Add', input: [at === 0 ? 'x' : `n${at - 1}`, `c${at}`], attr: { T: float } }];
  });
  const info = (name: string) => ({ encoding: { case: 'name' as const, value: name }, dtype: DataType.DT_FLOAT, tensorShape: shape });
  const signatureDef = { serving_default: { methodName: 'tensorflow/serving/predict', inputs: { x: info('x:0') }, outputs: { y: info(`n${NODES - 1}:0`) } } };
  const metaGraph = { metaInfoDef: { tags: ['serve'] }, graphDef: { node: [placeholder, ...chain.flat()] }, signatureDef };
  writeFileSync(join(folder, 'saved_model.pb'), toBinary(SavedModelSchema, create(SavedModelSchema, { metaGraphs: [metaGraph] })));
}

it('leaves the event loop free while it compiles', { timeout: 60_000 }, async () => {
  await withFolder(async (directory) => {
    writeLongModel(directory);
    const thread = new CompileThread();
    const compile = (cache: string) =>
      thread.run<'compile'>({ kind: 'compile', directory, tags: undefined, signatures: ['serving_default'], shapes: undefined, cache: { directory: join(directory, cache) }, engineVersion: '', isAgain: false }, new AbortController().signal);
    const { longestMs, ownShare, tookMs, result } = await watched(() => compile('cache'));
    await thread.close();
    expect(result.compiled['serving_default']).toMatchObject({ kind: 'graph' });
    // Of work that a busy machine stretches as much as it stretches the waits.
    expect(longestMs).toBeLessThan(tookMs / 2);
    expect(ownShare).toBeLessThan(0.25);
  });
});

interface Watched<T> {
  readonly result: T;
  readonly tookMs: number;
  /** Between two turns of the event loop. */
  readonly longestMs: number;
  /** Of the process's CPU time, this thread's. */
  readonly ownShare: number;
}

async function watched<T>(work: () => Promise<T>): Promise<Watched<T>> {
  let last = performance.now();
  let longestMs = 0;
  const turn = (): void => {
    const now = performance.now();
    longestMs = Math.max(longestMs, now - last);
    last = now;
  };
  const timer = setInterval(turn, 2);
  const [began, all, own] = [performance.now(), process.cpuUsage(), process.threadCpuUsage()];
  try {
    const result = await work();
    const [{ user, system }, mine] = [process.cpuUsage(all), process.threadCpuUsage(own)];
    turn();
    return { result, tookMs: performance.now() - began, longestMs, ownShare: (mine.user + mine.system) / (user + system) };
  } finally {
    clearInterval(timer);
  }
}
