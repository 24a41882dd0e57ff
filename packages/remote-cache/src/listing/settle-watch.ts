import type { RemoteVersion } from './remote-version.ts';

/** How a version shows that all its files are there. */
export interface SettleOptions {
  /** A version whose files stay the same for so long is complete. */
  readonly settleMs: number;
  /** A file that is uploaded last: a version is complete once it has it, and not before. */
  readonly completionMarker: string | undefined;
}

interface Sighting {
  readonly contentId: string;
  readonly sinceMs: number;
}

/**
 * Which versions of one model are complete. A listing shows whole files only, so what can be missing is a file.
 *
 * With a marker, a version is complete when it has that file. Without, it is when
 * - two looks `settleMs` or more apart found the same files, or
 * - it was there at the first look, and by the store's times its newest file was `settleMs` old by then.
 */
export class SettleWatch {
  readonly #options: SettleOptions;
  #sightings = new Map<string, Sighting>();
  #isFirstLook = true;

  constructor(options: SettleOptions) {
    this.#options = options;
  }

  /** Begins a look: what left the listing is seen for the first time when it comes back. */
  update(versions: readonly RemoteVersion[], nowMs: number, wallMs: number): void {
    const { settleMs } = this.#options;
    const sightings = versions.map(({ name, contentId, updatedMs }): [string, Sighting] => {
      const before = this.#sightings.get(name);
      if (before?.contentId === contentId) return [name, before];
      const isOld = this.#isFirstLook && updatedMs !== undefined && wallMs - updatedMs >= settleMs;
      return [name, { contentId, sinceMs: isOld ? -Infinity : nowMs }];
    });
    this.#sightings = new Map(sightings);
    this.#isFirstLook = false;
  }

  isComplete({ name, files }: RemoteVersion, nowMs: number): boolean {
    const { settleMs, completionMarker } = this.#options;
    if (completionMarker !== undefined) return files.some(({ path }) => path === completionMarker);
    return nowMs - (this.#sightings.get(name)?.sinceMs ?? nowMs) >= settleMs;
  }

  /** When a version that is not complete should be looked at again; `undefined`: its files have to change first. */
  nextLookMs({ name }: RemoteVersion): number | undefined {
    const { settleMs, completionMarker } = this.#options;
    const sighting = this.#sightings.get(name);
    return completionMarker !== undefined || sighting === undefined ? undefined : sighting.sinceMs + settleMs;
  }
}
