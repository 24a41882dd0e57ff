import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
/** Making them takes longer than measuring them: they are kept for the next run. */
const FOLDER = join(ROOT, '.interop/networks');

/** Networks as SavedModels, and as files of tf2onnx where that is installed. */
export interface Networks {
  /** Of a network's SavedModel, with answers of TensorFlow in `cases.json` beside it. */
  savedModelOf(name: string): string;
  /** Of the version folder with tf2onnx's `model.onnx`; `undefined`: there is none. */
  convertedOf(name: string): string | undefined;
}

/** The Python that makes them: one with TensorFlow, Keras, and best also tf2onnx. `undefined`: there is none. */
export function pythonOfBench(): string | undefined {
  const python = process.env['BENCH_PYTHON'] ?? join(ROOT, '.interop/venv/bin/python');
  return has(python, 'keras') ? python : undefined;
}

/** Whether a Python has a package; without importing it, which takes seconds. */
function has(python: string, name: string): boolean {
  return spawnSync(python, ['-c', `import importlib.util as u, sys; sys.exit(u.find_spec('${name}') is None)`]).status === 0;
}

/** Makes what is not there yet: Keras with random weights and a fixed seed. */
export function makeNetworks(python: string, names: readonly string[]): Networks {
  const missing = names.filter((name) => !existsSync(join(FOLDER, name, '1')));
  if (missing.length > 0) {
    const unfinished = join(FOLDER, `unfinished-${process.pid}`);
    mkdirSync(unfinished, { recursive: true });
    runPython(python, [join(ROOT, 'interop/compile_ops/real_networks.py'), unfinished, '--nets', missing.join(',')]);
    for (const name of missing) renameSync(join(unfinished, name), join(FOLDER, name));
  }
  const fileOf = (name: string): string => join(FOLDER, name, 'tf2onnx/1/model.onnx');
  const unconverted = names.filter((name) => !existsSync(fileOf(name)));
  if (unconverted.length > 0 && has(python, 'tf2onnx')) runPython(python, [join(import.meta.dirname, 'tf2onnx_files.py'), FOLDER, ...unconverted]);
  return {
    savedModelOf: (name) => join(FOLDER, name, '1'),
    convertedOf: (name) => (existsSync(fileOf(name)) ? join(FOLDER, name, 'tf2onnx/1') : undefined),
  };
}

function runPython(python: string, args: readonly string[]): void {
  execFileSync(python, args, { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', TF_CPP_MIN_LOG_LEVEL: '3' } });
}
