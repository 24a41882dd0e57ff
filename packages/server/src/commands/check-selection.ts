import type { Version } from '@servable/core';
import { basename, dirname } from 'node:path';
import type { ResolvedModel } from '../config/resolved-config.ts';

/** What a model's `versions` and `labels` ask for and would not be served now. Notes, no faults: it may come later. */
export function unmetWishes({ labels, versions: selector }: ResolvedModel, served: readonly Version[]): readonly string[] {
  const wanted = selector.kind === 'specific' ? selector.versions : [];
  const isMissing = (version: Version): boolean => !served.includes(version);
  return [
    ...wanted.filter(isMissing).map((version) => `Version ${version} is asked for, and is not there`),
    ...[...labels]
      .filter(([, version]) => isMissing(version))
      .map(([label, version]) => `Label '${label}' is of version ${version}, which would not be served now: its requests would be refused`),
  ];
}

/** Why a path that can be read gives no version, and what to do. */
export function whyNoVersion({ path, versions: selector }: ResolvedModel): string {
  if (selector.kind === 'specific') return `no version of ${selector.versions.join(', ')} at ${path}: correct the model's versions, or add their folders`;
  if (/^\d+$/.test(basename(path))) return `no version at ${path}: it looks like a version itself; then its parent is the model's path, ${dirname(path)}`;
  return `no version at ${path}: name its folder as a number, such as ${path}/1`;
}

/** Why a version that is there is not served yet, and what to do. */
export function whyIncomplete(version: Version): string {
  return `version ${version} is still being written, or has no files: run this again when copying has ended`;
}
