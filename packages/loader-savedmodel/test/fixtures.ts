import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServingError } from '@servable/core';

const ROOT = join(import.meta.dirname, '../../../fixtures');

/** A file or folder of the fixtures. */
export function fixture(...path: readonly string[]): string {
  return join(ROOT, ...path);
}

export function fixtureJson(...path: readonly string[]): unknown {
  return JSON.parse(readFileSync(fixture(...path), 'utf8'));
}

export interface GoldenTensorInfo {
  readonly dtype: string;
  readonly tensor_name: string;
  readonly shape: readonly number[] | null;
}
export interface GoldenSignature {
  readonly method_name: string;
  readonly inputs: Readonly<Record<string, GoldenTensorInfo>>;
  readonly outputs: Readonly<Record<string, GoldenTensorInfo>>;
  readonly nodes?: number;
  readonly ops?: readonly string[];
  readonly defaults?: Readonly<Record<string, unknown>>;
}
export interface GoldenVersion {
  readonly tags: readonly string[];
  readonly meta_graphs: number;
  readonly tensorflow_version: string;
  readonly signatures: Readonly<Record<string, GoldenSignature>>;
  readonly init_ops: readonly string[];
  readonly restore_ops: readonly string[];
  readonly init_targets: readonly string[];
  readonly restore_op_name: string;
  readonly filename_tensor_name: string;
  readonly asset_files: readonly { readonly tensor: string; readonly filename: string }[];
}
interface Golden {
  readonly base_path: string;
  readonly versions: Readonly<Record<string, GoldenVersion>>;
}

/** Every version of every SavedModel that is here, with what TensorFlow's own inspection says. */
export function goldenVersions(): readonly (readonly [title: string, directory: string, golden: GoldenVersion])[] {
  const files = readdirSync(fixture('goldens')).filter((name) => !['broken.json', 'tables.json'].includes(name));
  const here = new Set(readdirSync(ROOT));
  const goldens = files.map((name) => fixtureJson('goldens', name) as Golden).filter(({ base_path: basePath }) => here.has(basePath));
  return goldens.flatMap((golden) =>
    Object.entries(golden.versions).map(([version, facts]) => [`${golden.base_path}/${version}`, fixture(golden.base_path, version), facts] as const),
  );
}

export interface BrokenCase {
  readonly base_path: string;
  readonly version: string;
  readonly what: string;
  readonly load: { readonly code: string; readonly message?: string };
  readonly run?: { readonly code: string };
}

export function brokenCases(): readonly (readonly [name: string, directory: string, broken: BrokenCase])[] {
  const { cases } = fixtureJson('goldens/broken.json') as { readonly cases: readonly BrokenCase[] };
  return cases.map((broken) => [broken.base_path.replace('broken/', ''), fixture(broken.base_path, broken.version), broken] as const);
}

/** Runs with a copy of a folder that may be changed. */
export async function withCopy<T>(directory: string, use: (copy: string) => Promise<T>): Promise<T> {
  return withFolder(async (folder) => {
    cpSync(directory, folder, { recursive: true });
    return use(folder);
  });
}

/** Runs with an empty folder, and removes it. */
export async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'savedmodel-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The error that something is refused with; it must be a ServingError. */
export async function refusal(attempt: () => unknown): Promise<ServingError> {
  try {
    await attempt();
  } catch (error) {
    if (ServingError.is(error)) return error;
    throw error;
  }
  throw new Error('it was accepted');
}
