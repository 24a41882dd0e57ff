import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { LATEST_ONE, messageOf, parseModelName, parseVersion, ServingError, type Version } from '@servable/core';
import type { LoaderResolver } from '../loader-resolver.ts';
import { loaderPackageFor } from '../plugin-hints.ts';
import type { ConfigFault } from './config-fault.ts';
import type { ResolvedModel } from './resolved-config.ts';

/** What was found under a folder that `servable serve` was given. */
export interface Discovery {
  readonly models: readonly ResolvedModel[];
  readonly faults: readonly ConfigFault[];
  /** What was passed over, and why: one sentence each. */
  readonly notes: readonly string[];
}

/**
 * Finds the models under a folder: the folder itself when it holds numbered version folders, else each child that does.
 * The newest version's files must be claimed by a loader; a child that no plugin of anyone could serve is passed over.
 */
export async function discoverModels(folder: string, loaders: LoaderResolver): Promise<Discovery> {
  const entries = await listFolder(folder);
  if (typeof entries === 'string') return refuse(folder, entries, 'Give a folder that holds models: servable serve ./models');
  if (newestVersion(entries) !== undefined) return inspectCandidates([{ path: folder, entries }], loaders);
  const candidates = await listChildren(folder, entries);
  const models = candidates.filter((each) => newestVersion(each.entries) !== undefined);
  if (models.length === 0) return refuse(folder, 'holds no model', await layoutCure(folder, entries, loaders));
  const found = await inspectCandidates(models, loaders);
  const skipped = candidates.filter((each) => !models.includes(each));
  return { ...found, notes: [...found.notes, ...skipped.map((each) => `${each.path} is passed over: it holds no numbered version folder`)] };
}

/** The highest numbered entry of a model's folder. */
export function newestVersion(entries: readonly { readonly name: string }[]): { readonly name: string; readonly version: Version } | undefined {
  let newest: { readonly name: string; readonly version: Version } | undefined;
  for (const { name } of entries) {
    const version = toVersion(name);
    if (version !== undefined && (newest === undefined || version > newest.version)) newest = { name, version };
  }
  return newest;
}

interface Candidate {
  readonly path: string;
  readonly entries: readonly Dirent[];
}

async function inspectCandidates(candidates: readonly Candidate[], loaders: LoaderResolver): Promise<Discovery> {
  const models: ResolvedModel[] = [];
  const faults: ConfigFault[] = [];
  const notes: string[] = [];
  for (const candidate of candidates) {
    const directory = join(candidate.path, newestVersion(candidate.entries)?.name ?? '');
    const error = await loaders.detect(directory).then(() => undefined, (reason: unknown) => reason);
    if (error === undefined) models.push(asModel(candidate.path));
    else if (await isForeign(error, directory)) notes.push(`${candidate.path} is passed over: ${messageOf(error)}`);
    else faults.push({ layer: 'flag', path: candidate.path, found: undefined, problem: `cannot be served: ${messageOf(error)}`, cure: '' });
  }
  if (models.length === 0 && faults.length === 0) return { ...refuse(candidates[0]?.path ?? '', 'holds no model', notes.join('; ')), notes };
  return { models, faults, notes };
}

/** Whether nothing hints at a model: a folder `reports/2024` beside the models must not keep them from being served. */
async function isForeign(refusal: unknown, directory: string): Promise<boolean> {
  if (!ServingError.is(refusal) || refusal.code !== 'SRV_PLATFORM_UNDETECTED') return false;
  return loaderPackageFor(await readdir(directory).catch(() => [])) === undefined;
}

function asModel(path: string): ResolvedModel {
  return { name: parseModelName(basename(path)), path, platform: undefined, versions: LATEST_ONE, labels: new Map(), batching: {}, options: {}, logging: undefined };
}

/** What to do with a folder that holds no model but something near it: one version, a file, or nothing. */
async function layoutCure(folder: string, entries: readonly Dirent[], loaders: LoaderResolver): Promise<string> {
  const isVersion = (await loaders.detect(folder).then(() => true, () => false)) || loaderPackageFor(entries.map(({ name }) => name)) !== undefined;
  if (!isVersion) return `Expected is ${join(folder, '<model>', '<version>')}, such as ${join(folder, 'mnist', '1')}`;
  if (toVersion(basename(folder)) !== undefined) return `It is one version of a model: servable serve ${dirname(folder)}`;
  return `It is one version of a model: move its files to ${join(folder, '1')}, and servable serve ${folder}`;
}

async function listChildren(folder: string, entries: readonly Dirent[]): Promise<readonly Candidate[]> {
  const names = entries.map(({ name }) => name).filter((name) => !name.startsWith('.') && name !== 'node_modules');
  const children = await Promise.all(
    names.sort().map(async (name) => {
      const path = join(folder, name);
      const content = await listFolder(path);
      return typeof content === 'string' ? undefined : { path, entries: content };
    }),
  );
  return children.filter((child) => child !== undefined);
}

/** A folder's entries, symbolic links followed; a text says why there are none. */
async function listFolder(folder: string): Promise<readonly Dirent[] | string> {
  try {
    if ((await stat(folder)).isDirectory()) return await readdir(folder, { withFileTypes: true });
    const isModel = loaderPackageFor([basename(folder)]) !== undefined;
    return isModel ? `is a file, and models are served from <model>/<version>/${basename(folder)}` : `is a file (${extname(folder)})`;
  } catch (error) {
    return `cannot be read: ${messageOf(error)}`;
  }
}

function refuse(folder: string, problem: string, cure: string): Discovery {
  return { models: [], notes: [], faults: [{ layer: 'flag', path: folder, found: undefined, problem, cure }] };
}

function toVersion(name: string): Version | undefined {
  try {
    return parseVersion(name);
  } catch {
    return undefined;
  }
}
