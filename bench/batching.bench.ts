import { BatchingServable, BatchScheduler, resolveBatchingOptions } from '@servable/batching';
import { createHooks, parseModelName, parseVersion, type NamedTensors, type RunContext, type Servable, type Signature, type Tensor } from '@servable/core';
import { recordFigure, sized } from './runner/report.ts';

const CALLERS = 64;
const SECONDS = sized(3, 1);

const signature: Signature = {
  methodName: 'tensorflow/serving/predict',
  inputs: new Map([['x', { dtype: 'FP32', shape: [-1, 8] }]]),
  outputs: new Map([['y', { dtype: 'FP32', shape: [-1, 8] }]]),
  defaults: new Map(),
  batching: 'rows',
};
const echo: Servable = {
  signatures: new Map([['serving_default', signature]]),
  executor: { id: 'echo', maxConcurrentRuns: 1 },
  run: (_signature, inputs) => new Map([['y', inputs.get('x') as Tensor]]),
};
const id = { name: parseModelName('echo'), version: parseVersion(1) };
const hooks = createHooks();
const batching = new BatchingServable(echo, { id, scheduler: new BatchScheduler(), options: resolveBatchingOptions(), hooks });
const context: RunContext = { signal: new AbortController().signal, deadlineMs: undefined, outputs: [], requestId: '', protocol: '', peer: '', attributes: new Map() };

let done = 0;
let wrong = 0;
const endMs = performance.now() + SECONDS * 1000;

async function caller(seed: number): Promise<void> {
  const data = new Float32Array(8).fill(seed);
  const inputs: NamedTensors = new Map([['x', { dtype: 'FP32', shape: [1, 8], data }]]);
  while (performance.now() < endMs) {
    const outputs = await batching.run('serving_default', inputs, context);
    const y = outputs.get('y');
    if (y?.data[0] !== seed || y.data[7] !== seed || y.shape[0] !== 1) wrong++;
    done++;
  }
}

await Promise.all(Array.from({ length: CALLERS }, (_, index) => caller(index)));
recordFigure({ name: `batcher alone, ${CALLERS} callers, one-row float32[8]`, unit: 'answers/s', better: 'higher', values: [done / SECONDS] });
console.log(`batched one-row requests, ${CALLERS} callers: ${Math.round(done / SECONDS).toLocaleString('en')} /s, wrong: ${wrong}`);
