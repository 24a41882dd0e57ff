import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DType } from '@servable/core';
import { createNativeEngine } from '@servable/engine-onnxruntime';
import { writeModelFile } from '@servable/onnx-graph';
import { afterAll, describe, expect, it } from 'vitest';
import { KERNEL_TYPES } from '../../src/compile/build/kernel-types.ts';
import { oneNodeModel } from './one-node-models.ts';

const engine = createNativeEngine({ threads: 1, synchronousMicros: 0 });
const folder = mkdtempSync(join(tmpdir(), 'servable-kernels-'));
afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Half precision is left out: ONNX Runtime computes it in single where it has no kernel, and so does the compiler. */
const TYPES: readonly DType[] = ['FP32', 'FP64', 'INT8', 'INT16', 'INT32', 'INT64', 'UINT8', 'UINT16', 'UINT32', 'UINT64', 'BOOL', 'BYTES'];

/** The types of which ONNX Runtime loads a node. */
async function typesThatLoad(operator: string): Promise<readonly DType[]> {
  const loaded: DType[] = [];
  for (const dtype of TYPES) {
    const path = join(folder, `${operator}-${dtype}.onnx`);
    await writeModelFile(path, oneNodeModel(operator, dtype));
    const session = await engine.createSession(path, {}, new AbortController().signal).catch(() => undefined);
    if (session === undefined) continue;
    loaded.push(dtype);
    await session.close();
  }
  return loaded;
}

function inOrder(types: readonly string[]): readonly string[] {
  return TYPES.filter((type) => types.includes(type));
}

describe('ONNX Runtime has kernels for the types that the compiler computes in, and for no others', () => {
  it.each(Object.entries(KERNEL_TYPES))('%s', async (operator, types) => {
    expect(await typesThatLoad(operator)).toEqual(inOrder(types.split(' ')));
  });
});

/** Operators that move elements, and do not look at them. */
const MOVING = ['Compress', 'Concat', 'Expand', 'Gather', 'GatherND', 'Identity', 'Reshape', 'ScatterElements', 'ScatterND', 'Shape', 'Size', 'Slice', 'Split', 'Squeeze', 'Transpose', 'Unsqueeze'];

describe('ONNX Runtime moves elements of every type', () => {
  it.each(MOVING)('%s', async (operator) => {
    expect(await typesThatLoad(operator)).toEqual(TYPES);
  });
});
