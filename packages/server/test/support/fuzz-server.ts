// A server in a process of its own, so that a crash is seen and its memory can be measured. Says its addresses, then its
// resident bytes whenever it is asked.
import { createTensor, METHOD_NAMES, parseModelName, type Servable, type Signature, type Tensor } from '@servable/core';
import { testingError } from '@servable/plugin-testing';
import { startReadyServer } from './server-fixture.ts';

const any = (dtype: Tensor['dtype']): { readonly dtype: Tensor['dtype']; readonly shape: undefined } => ({ dtype, shape: undefined });
const signature = (dtype: Tensor['dtype'], names: readonly string[] = ['x']): Signature => ({
  methodName: METHOD_NAMES.predict,
  inputs: new Map(names.map((name) => [name, any(dtype)])),
  outputs: new Map(names.map((name) => [`${name}_out`, any(dtype)])),
  defaults: new Map(),
  batching: 'none',
});
const FLOATS = { dtype: 'FP32', shape: ['n'] } as const;
/** A signature for examples, whose inputs are answered under the name that the task wants. */
const exampleSignature = (input: Signature['inputs'], output: string): Signature => ({ ...signature('FP32'), inputs: input, outputs: new Map([[output, any('FP32')]]) });
const signatures = new Map<string, Signature>([
  ['scores', exampleSignature(new Map([['x', FLOATS]]), 'scores')],
  ['values', exampleSignature(new Map([['x', FLOATS]]), 'outputs')],
  ['texts', { ...exampleSignature(new Map([['x', { dtype: 'BYTES', shape: ['n'] }]]), 'classes'), outputs: new Map([['classes', any('BYTES')]]) }],
  ['parsed', exampleSignature(new Map([['inputs', any('BYTES')]]), 'scores')],
  ['serving_default', signature('FP32')],
  ['ints', signature('INT64', ['a', 'b'])],
  ['strings', signature('BYTES')],
  ['bools', signature('BOOL')],
]);

/** Answers each input with itself; keeps nothing. A dtype that is not the signature's is refused, as an engine would. */
const servable: Servable = {
  signatures,
  executor: { id: 'fuzz', maxConcurrentRuns: 1 },
  run(name, inputs) {
    const outputs = new Map<string, Tensor>();
    const [first] = inputs.values();
    const rows = first?.shape[0] ?? 0;
    if (name === 'scores' || name === 'parsed') return new Map([['scores', createTensor('FP32', [rows, 1], new Float32Array(rows))]]);
    if (name === 'values') return new Map([['outputs', createTensor('FP32', [rows], new Float32Array(rows))]]);
    if (name === 'texts' && first?.dtype === 'BYTES') return new Map([['classes', createTensor('BYTES', [rows, 1], first.data)]]);
    for (const [alias, tensor] of inputs) {
      const wanted = signatures.get(name)?.inputs.get(alias)?.dtype;
      if (tensor.dtype !== wanted) throw testingError('SRV_FAKE_INPUT_INVALID', [`'${alias}' is ${tensor.dtype}`]);
      outputs.set(`${alias}_out`, createTensor(tensor.dtype, tensor.shape, tensor.data));
    }
    return outputs;
  },
};

const models = ['m', 'half plus/two'].map((name) => ({ name: parseModelName(name) }));
const fixture = await startReadyServer({ models, loader: { servable: () => servable } });
process.on('message', () => {
  globalThis.gc?.();
  process.send?.({ rssBytes: process.memoryUsage.rss() });
});
process.on('disconnect', () => process.exit(0));
process.send?.({ addresses: fixture.server.addresses });
