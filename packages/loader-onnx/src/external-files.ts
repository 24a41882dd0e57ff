import { messageOf, type ServingError } from '@servable/core';
import { realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { loaderError } from './errors.ts';
import type { ExternalData } from '@servable/onnx-graph';

/** ONNX Runtime reads such a "file" from an address in its own memory; a model from outside must never name one. */
const MEMORY_LOCATION = '*/_ORT_MEM_ADDR_/*';

/**
 * Checks that all weights kept outside the model's file are there, whole, and inside its directory.
 *
 * @returns the sizes of those files together, in bytes
 * @throws ServingError `SRV_ONNX_EXTERNAL_DATA`
 */
export async function checkExternalFiles(modelPath: string, tensors: readonly ExternalData[]): Promise<number> {
  const sizes = new Map<string, number>();
  for (const tensor of tensors) {
    const fault = (reason: string): ServingError => loaderError('SRV_ONNX_EXTERNAL_DATA', [modelPath, tensor.tensor, reason]);
    const size = sizes.get(tensor.location) ?? (await sizeInside(modelPath, tensor.location, fault));
    sizes.set(tensor.location, size);
    checkReach(tensor, size, fault);
  }
  let total = 0;
  for (const size of sizes.values()) total += size;
  return total;
}

async function sizeInside(modelPath: string, location: string, fault: (reason: string) => ServingError): Promise<number> {
  const path = resolve(dirname(modelPath), location);
  if (location === '' || location === MEMORY_LOCATION || location.includes('\0') || !isInside(dirname(modelPath), path)) {
    throw fault(`'${location}' is not a path inside the model's directory. Put the file beside the model and name it there`);
  }
  const [size, real, homes] = await lookUp(modelPath, path, fault);
  if (homes.some((home) => isInside(home, real))) return size;
  throw fault(`'${location}' is a link that leads out of the model's directory, to '${real}'. Put the file itself there`);
}

/** The file's size, where it really is, and where it may be: beside the model's file or beside what that links to. */
async function lookUp(modelPath: string, path: string, fault: (reason: string) => ServingError): Promise<[number, string, string[]]> {
  try {
    const file = await stat(path);
    if (!file.isFile()) throw fault(`'${path}' is not a file`);
    const homes = [await realpath(dirname(modelPath)), dirname(await realpath(modelPath))];
    return [file.size, await realpath(path), homes];
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw fault(isMissing ? `there is no '${path}'. Copy it there, as it was exported with the model` : messageOf(error));
  }
}

function checkReach(tensor: ExternalData, size: number, fault: (reason: string) => ServingError): void {
  const { location, offset, length } = tensor;
  if (!isCount(offset) || (length !== undefined && !isCount(length))) {
    throw fault(`offset ${offset} and length ${length ?? 'unknown'} in '${location}' are not byte counts. Export the model again`);
  }
  if (offset + (length ?? 0) <= size) return;
  throw fault(`'${location}' has ${size} bytes, ${offset + (length ?? 0)} are needed (offset ${offset}, length ${length ?? 0}). Copy it again, it is cut short`);
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function isInside(directory: string, path: string): boolean {
  const way = relative(directory, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
