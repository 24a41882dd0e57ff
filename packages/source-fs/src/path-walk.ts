import type { BigIntStats } from 'node:fs';
import { lstat, readlink } from 'node:fs/promises';
import path from 'node:path';

/** An entry of a directory whose coming, going or replacement changes what a path leads to. */
export interface WatchPoint {
  readonly directory: string;
  /** Tells this directory from another that comes to stand at the same path; `undefined` for a root. */
  readonly identity: string | undefined;
  /** Changes of this entry only; `undefined`: of any. */
  readonly name: string | undefined;
}

/** Tells a file or directory from all others; the number of one that was deleted is soon given to another. */
export function identityOf(stats: BigIntStats): string {
  return `${stats.dev}:${stats.ino}:${stats.birthtimeNs}`;
}

/** As many links as Linux follows. */
const MAX_LINKS = 40;

/**
 * The places to watch so that no change of what `target` leads to, and of what is in it, is missed: every link on the way,
 * and at the end the directory itself, or the first entry that is not there. Directories above are not watched: when one of
 * them is moved away, only the next poll tells.
 */
export async function watchPointsOf(target: string): Promise<readonly WatchPoint[]> {
  const points: WatchPoint[] = [];
  const { root } = path.parse(target);
  let directory = root;
  let identity: string | undefined;
  const ahead = splitPath(target.slice(root.length));
  for (let name = ahead.shift(); name !== undefined; name = ahead.shift()) {
    if (name === '..') {
      directory = path.dirname(directory);
      identity = undefined;
      continue;
    }
    const entry = path.join(directory, name);
    const step = await stepInto(entry);
    if (step.kind === 'missing') return [...points, { directory, identity, name }];
    if (step.kind === 'link') {
      points.push({ directory, identity, name });
      if (points.length > MAX_LINKS) return points;
      ahead.unshift(...splitPath(path.isAbsolute(step.to) ? step.to.slice(path.parse(step.to).root.length) : step.to));
      if (path.isAbsolute(step.to)) directory = path.parse(step.to).root;
    } else {
      directory = entry;
    }
    identity = step.kind === 'entry' ? step.identity : identity;
  }
  return [...points, { directory, identity: identity ?? (await identityAt(directory)), name: undefined }];
}

type Step =
  | { readonly kind: 'missing' }
  | { readonly kind: 'link'; readonly to: string }
  | { readonly kind: 'entry'; readonly identity: string };

async function stepInto(entry: string): Promise<Step> {
  try {
    const stats = await lstat(entry, { bigint: true });
    if (stats.isSymbolicLink()) return { kind: 'link', to: await readlink(entry) };
    return { kind: 'entry', identity: identityOf(stats) };
  } catch {
    // Gone, or not for us to see: either way this is where something has to change.
    return { kind: 'missing' };
  }
}

async function identityAt(directory: string): Promise<string | undefined> {
  const step = await stepInto(directory);
  return step.kind === 'entry' ? step.identity : undefined;
}

/** The names of a path, in order; a backslash separates on Windows only, where it cannot be part of a name. */
export function splitPath(text: string, platform: NodeJS.Platform = process.platform): string[] {
  const separator = platform === 'win32' ? /[/\\]+/ : /\/+/;
  return text.split(separator).filter((part) => part !== '' && part !== '.');
}
