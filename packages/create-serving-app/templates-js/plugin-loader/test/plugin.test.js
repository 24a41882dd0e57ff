import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createTensor } from '@servable/core';
import { testLoader } from '@servable/plugin-testing';
import linear from '../src/index.js';

const broken = mkdtempSync(join(tmpdir(), 'linear-'));
writeFileSync(join(broken, 'linear.json'), '{ "weights": [1, "2"], "bias": 0 }');

/** `y` worked out by hand. */
const sample = (rows, y) => ({
  inputs: new Map([['x', createTensor('FP32', [rows.length, 2], Float32Array.from(rows.flat()))]]),
  outputs: new Map([['y', createTensor('FP32', [y.length], Float32Array.from(y))]]),
});

testLoader({
  describe,
  it,
  createPlugin: () => linear(),
  artifact: { path: fileURLToPath(new URL('../example/models/price/1', import.meta.url)) },
  requests: [sample([[2, 4]], [18]), sample([[0, 0], [1, 8]], [10, 15.5])],
  broken: [{ title: 'weights that are no numbers', artifact: { path: broken } }],
});
