import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServingError, Tensor } from '@servable/core';
import { testLoaderContext, testRunContext } from '@servable/plugin-testing';
import { afterAll, expect, it } from 'vitest';
import savedModel from '../../src/index.ts';
import { brokenCases, refusal } from '../fixtures.ts';

const NEVER = new AbortController().signal;
const cache = mkdtempSync(join(tmpdir(), 'servable-broken-'));
const plugin = savedModel({ engine: 'onnx', compileCache: { directory: cache } });
afterAll(async () => {
  await plugin.close?.();
  rmSync(cache, { recursive: true, force: true });
});

const X: Tensor = { dtype: 'FP32', shape: [1, 1], data: Float32Array.of(1) };
const cases = new Map(brokenCases().map((each) => [each[0], each]));

/** What a load says, else what a call does. */
function refusalOf(name: string, x: Tensor = X): Promise<ServingError> {
  const [, directory = ''] = cases.get(name) ?? [];
  return refusal(async () => {
    const servable = await plugin.create({ path: directory }, {}, testLoaderContext()).load(NEVER);
    return servable.run('serving_default', new Map([['x', x]]), testRunContext());
  });
}

it.each([
  ['unknown_op', "no NoSuchOperation ('y')", "serve it with engine 'tensorflow'"],
  ['unknown_op_in_function', "no NoSuchOperation ('StatefulPartitionedCall_1/StatefulPartitionedCall/add')", "serve it with engine 'tensorflow'"],
  ['graph_cycle', "15 nodes in a cycle, or behind one: 'y' (AddV2)", 'Export the model again'],
  ['missing_function', `Failed to find function "__inference_signature_wrapper_scaled_560" in function library: node 'StatefulPartitionedCall' (StatefulPartitionedCall)`, 'Export the model again'],
  ['missing_input_node', "Node 'y': Unknown input node 'nowhere'", 'Export the model again'],
  ['wrong_type_graph', "input 0 of node 'StatefulPartitionedCall_1/StatefulPartitionedCall/add' (AddV2) expected type INT32 != FP32", 'Export the model again'],
  ['wrong_type_graph_v1', "input 0 of node 'y' (AddV2) expected type INT32 != FP32", 'Export the model again'],
])('names node, op and cure of a broken model: %s', async (name, place, cure) => {
  const { message } = await refusalOf(name);
  expect(message).toContain(place);
  expect(message).toContain(cure);
});

it('does not compile a graph that asks for a newer TensorFlow', async () => {
  const { message } = await refusalOf('needs_newer_consumer');
  expect(message).toContain("'serving_default': its graph asks for a reader of version 999999, and ops are known here as of version 2474 (TensorFlow 2.21)");
});

const refusedRuns = [...cases.values()].filter(([, , { load, run }]) => load.code === 'OK' && run !== undefined && run.code !== 'OK');

it.each(refusedRuns)("refuses a call with TensorFlow's status: %s", async (name, _directory, { run }) => {
  const x: Tensor = name === 'signature_wrong_dtype' ? { dtype: 'INT32', shape: [1, 1], data: Int32Array.of(1) } : X;
  expect((await refusalOf(name, x)).status).toBe(run?.code);
});
