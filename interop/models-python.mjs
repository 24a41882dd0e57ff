import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../scripts/workspace.mjs';
import { mustRun, pythonEnvironment } from './python-environment.mjs';

/**
 * The Python of a virtual environment with Keras 2 and ONNX, which sees the TensorFlow of another; made in `.interop/`.
 *
 * @param {string} python - with TensorFlow
 */
export async function modelsPython(python) {
  const sites = await sitesOf(python);
  return pythonEnvironment({
    python,
    folder: join(root, '.interop', 'models-venv'),
    requirements: join(import.meta.dirname, 'compile_models', 'requirements.txt'),
    // TensorFlow's own requirements are those of the other environment.
    flags: ['--no-deps'],
    key: JSON.stringify(sites),
    finish: async (program) => {
      const [own] = await sitesOf(program);
      writeFileSync(join(own, 'tensorflow.pth'), `${sites.join('\n')}\n`);
      await mustRun(program, ['-c', 'import tf_keras, onnx, onnxruntime']);
    },
  });
}

/** Where a Python's packages are. */
async function sitesOf(python) {
  const output = await mustRun(python, ['-c', 'import json, site; print(json.dumps(site.getsitepackages()))']);
  return JSON.parse(output.trim().split('\n').at(-1));
}
