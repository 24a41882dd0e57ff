import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OnnxModel } from '../../src/model/graph.ts';
import { readGraphFile } from '../../src/model/read-graph.ts';

/** What the loader reads of a model. */
export async function readModelOf(bytes: Uint8Array): Promise<OnnxModel> {
  const directory = mkdtempSync(join(tmpdir(), 'servable-proof-'));
  try {
    const path = join(directory, 'model.onnx');
    writeFileSync(path, bytes);
    return await readGraphFile(path, new AbortController().signal);
  } finally {
    rmSync(directory, { recursive: true });
  }
}
