import { readdir, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** What {@link pruneRuntime} did. */
export interface PrunedRuntime {
  /** Of ONNX Runtime's libraries that were removed, such as `darwin/arm64`. */
  readonly removed: readonly string[];
  readonly freedBytes: number;
  /** The one that stays. */
  readonly kept: string;
}

/**
 * Removes ONNX Runtime's libraries for other machines from an installed `onnxruntime-node`: the package has those of every platform,
 * 288 MB in all. The next installation brings them back. Doing it twice is doing it once.
 *
 * @param folder - of the package. Default: the one that this package uses
 * @param target - whose library stays. Default: this machine's
 * @throws Error when there is none for the target: nothing is removed then
 */
export async function pruneRuntime(
  folder: string = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json')),
  target = `${process.platform}/${process.arch}`,
): Promise<PrunedRuntime> {
  const libraries = await librariesIn(join(folder, 'bin', 'napi-v6'));
  if (!libraries.has(target)) throw new Error(`'${folder}' has no library for ${target}`);
  const others = [...libraries].filter(([platform]) => platform !== target);
  let freedBytes = 0;
  for (const [, path] of others) {
    freedBytes += await bytesOf(path);
    await rm(path, { recursive: true });
  }
  return { removed: others.map(([platform]) => platform), freedBytes, kept: target };
}

/** Folders by platform, such as `linux/x64`. */
async function librariesIn(folder: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const platform of await readdir(folder)) {
    for (const architecture of await readdir(join(folder, platform))) found.set(`${platform}/${architecture}`, join(folder, platform, architecture));
  }
  return found;
}

async function bytesOf(folder: string): Promise<number> {
  const sizes = (await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
