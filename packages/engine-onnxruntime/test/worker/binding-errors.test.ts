import { expect, it } from 'vitest';
import { loadErrorOf, runErrorOf } from '../../src/worker/binding-errors.ts';
import { ThreadError } from '../../src/worker/engine-thread.ts';

/** Texts that ONNX Runtime 1.30 wrote. What it writes for models of the broken set is tested with those. */
const PLACE = '/onnxruntime_src/onnxruntime/core/framework/bfc_arena.cc:358 void* onnxruntime::BFCArena::AllocateRawInternal(size_t, onnxruntime::Stream*)';

it.each([
  [`Load model from /m/model.onnx failed:${PLACE} Failed to allocate memory for requested buffer of size 4096`, 'SRV_ONNX_OUT_OF_MEMORY', 'out of memory: Failed to allocate memory for requested buffer of size 4096.'],
  ['std::bad_alloc', 'SRV_ONNX_OUT_OF_MEMORY', 'std::bad_alloc'],
  ['Unsupported data type: 16', 'SRV_ONNX_MODEL_UNSUPPORTED', 'bfloat16'],
  ["Could not find an implementation for Foo(1) node with name 'n'", 'SRV_ONNX_MODEL_UNSUPPORTED', "Foo(1) node with name 'n'"],
  ['The model path is a directory. Loading a model package from a directory path is not supported.', 'SRV_ONNX_MODEL_INVALID', 'is a directory'],
  ['something else', 'SRV_ONNX_LOAD_FAILED', "cannot load '/m/model.onnx': something else"],
])('reads a load that failed with %j', (message, code, words) => {
  const error = loadErrorOf('/m/model.onnx', new ThreadError({ kind: 'runtime', message }));
  expect(error.code).toBe(code);
  expect(error.message).toContain(words);
  expect(error.message).not.toContain('/onnxruntime_src');
});

it('says that the library is missing, and what to do', () => {
  const error = loadErrorOf('/m', new ThreadError({ kind: 'library', message: 'Cannot find module onnxruntime_binding.node' }));
  expect([error.code, error.status]).toEqual(['SRV_ONNX_RUNTIME_MISSING', 'FAILED_PRECONDITION']);
});

it.each([
  ['Invalid rank for input: a b Got: 1 Expected: 2 Please fix either the inputs/outputs or the model.', 'SRV_ONNX_INPUT_INVALID', "Input 'a b' is not valid: it has rank 1, the model takes rank 2"],
  [
    'Got invalid dimensions for input: x for the following indices\n index: 0 Got: 3 Expected: 1\n index: 2 Got: 5 Expected: 4\n Please fix either the inputs/outputs or the model.',
    'SRV_ONNX_INPUT_INVALID',
    'axis 0 has size 3, the model takes 1; axis 2 has size 5, the model takes 4',
  ],
  ["Non-zero status code returned while running Gather node. Name:'n8' Status Message: indices element out of data bounds", 'SRV_ONNX_RUN_REFUSED', "Gather node. Name:'n8'"],
  [`Non-zero status code returned while running Expand node. Name:'e' Status Message: ${PLACE} Failed to allocate memory for requested buffer of size 99`, 'SRV_ONNX_OUT_OF_MEMORY', 'size 99'],
  ['anything else', 'SRV_ONNX_RUN_FAILED', 'anything else'],
])('reads a run that failed with %j', (message, code, words) => {
  const error = runErrorOf(new ThreadError({ kind: 'runtime', message }));
  expect(error.code).toBe(code);
  expect(error.message).toContain(words);
  expect(error.message).not.toContain('/onnxruntime_src');
});
