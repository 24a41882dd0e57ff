import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readGraphFile } from '@servable/onnx-graph';
import { testLoaderContext, testRunContext } from '@servable/plugin-testing';
import savedModel from '../../src/index.ts';
import { differenceOf, type GoldenCase, goldenTensor, goldenTensors, type Tolerance } from './golden-cases.ts';

/** What became of a network: a line for each batch. */
export interface NetworkReport {
  readonly lines: readonly string[];
  readonly wrong: number;
  /** How often each operator stands in what was written. */
  readonly operators: Readonly<Record<string, number>>;
}

/** Sums of some thousand products in single precision, in another order. */
const TOLERANCE: Tolerance = { rtol: 1e-3, atol: 1e-5 };

/** Loads `<directory>/1` with engine `onnx`, and compares it with the answers in `<directory>/cases.json`. */
export async function checkNetwork(directory: string): Promise<NetworkReport> {
  const { cases } = JSON.parse(readFileSync(join(directory, 'cases.json'), 'utf8')) as { readonly cases: readonly GoldenCase[] };
  const cache = mkdtempSync(join(tmpdir(), 'servable-network-'));
  const plugin = savedModel({ engine: 'onnx', compileCache: { directory: cache } });
  try {
    const began = performance.now();
    const loader = plugin.create({ path: join(directory, '1') }, {}, testLoaderContext());
    const servable = await loader.load(new AbortController().signal);
    const lines = [`loaded in ${Math.round(performance.now() - began)} ms, batching ${servable.signatures.get('serving_default')?.batching ?? ''}`];
    let wrong = 0;
    for (const { name, inputs, outputs = {} } of cases) {
      const answer = await servable.run('serving_default', goldenTensors(inputs), testRunContext());
      const faults = Object.entries(outputs).flatMap(([output, tensor]) => {
        const difference = differenceOf(answer.get(output), goldenTensor(tensor), TOLERANCE);
        return difference === undefined ? [] : [`${output} ${difference}`];
      });
      wrong += faults.length === 0 ? 0 : 1;
      lines.push(`${name}: ${faults.length === 0 ? 'equal' : faults.join('; ')}`);
    }
    await loader.unload();
    return { lines, wrong, operators: await operatorsOf(cache) };
  } finally {
    await plugin.close?.();
    rmSync(cache, { recursive: true, force: true });
  }
}

/** Of the graph of the one model in a cache. */
async function operatorsOf(cache: string): Promise<Readonly<Record<string, number>>> {
  const [key = ''] = readdirSync(cache);
  const { graph } = await readGraphFile(join(cache, key, '0.onnx'), new AbortController().signal);
  const counts: Record<string, number> = {};
  for (const { operator } of graph.nodes) counts[operator] = (counts[operator] ?? 0) + 1;
  return counts;
}
