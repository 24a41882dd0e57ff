import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { loaderError } from './errors.ts';

const MODEL_FILE = 'model.onnx';

/**
 * The model of a version: `model.onnx`, or the only file whose name ends in `.onnx`. A path of a file is that file.
 *
 * @throws ServingError `SRV_ONNX_NO_MODEL_FILE`, `SRV_ONNX_SEVERAL_MODEL_FILES`
 */
export async function findModelFile(path: string): Promise<string> {
  if (await isFile(path)) return path;
  const names = await onnxNames(path);
  if (names.includes(MODEL_FILE)) return join(path, MODEL_FILE);
  const [name, another] = names;
  if (name === undefined) throw loaderError('SRV_ONNX_NO_MODEL_FILE', [path]);
  if (another !== undefined) throw loaderError('SRV_ONNX_SEVERAL_MODEL_FILES', [path, names.join(', ')]);
  return join(path, name);
}

/** Names in a directory that end in `.onnx`, sorted; none when it cannot be read. */
export async function onnxNames(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).filter((name) => name.endsWith('.onnx') && !name.startsWith('.')).sort();
  } catch {
    return []; // Missing, not a directory or not readable: there is no model in it, and the caller says so.
  }
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false; // What is wrong with it is said when its directory is read.
  }
}
