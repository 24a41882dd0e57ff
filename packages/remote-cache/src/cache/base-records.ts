import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseVersion, type Version } from '@servable/core';
import type { RemoteLocation } from '../remote-store.ts';
import type { CacheLayout } from './cache-layout.ts';
import { replaceFile } from './entries.ts';

/** What a model's last listing said, for a start while it cannot be listed. */
export interface BaseRecord {
  readonly listedAt: string;
  /** The content of every complete version. */
  readonly versions: ReadonlyMap<Version, string>;
}

/** Remembers what was listed last at each location. */
export class BaseRecords {
  readonly #layout: CacheLayout;

  constructor(layout: CacheLayout) {
    this.#layout = layout;
  }

  async write(location: RemoteLocation, versions: ReadonlyMap<Version, string>): Promise<void> {
    const { container, prefix } = location;
    const text = JSON.stringify({
      container,
      prefix,
      listedAt: new Date().toISOString(),
      versions: Object.fromEntries([...versions].map(([version, contentId]) => [String(version), contentId])),
    });
    await replaceFile(this.#pathOf(location), text);
  }

  /** `undefined` when the location was never listed, or what was written is damaged. */
  async read(location: RemoteLocation): Promise<BaseRecord | undefined> {
    try {
      const { listedAt, versions } = JSON.parse(await readFile(this.#pathOf(location), 'utf8')) as { listedAt: string; versions: Record<string, string> };
      return { listedAt, versions: new Map(Object.entries(versions).map(([version, contentId]) => [parseVersion(version), contentId])) };
    } catch {
      return undefined;
    }
  }

  #pathOf({ container, prefix }: RemoteLocation): string {
    const hash = createHash('sha256').update(JSON.stringify([container, prefix])).digest('hex');
    return join(this.#layout.bases, `${hash.slice(0, 32)}.json`);
  }
}
