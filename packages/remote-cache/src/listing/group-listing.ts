import type { RemoteLocation, RemoteObject } from '../remote-store.ts';
import type { ListingGroup } from './listing-plan.ts';

/** Yields the pages of one location; each is one request. */
export type ListPages = (location: RemoteLocation, signal: AbortSignal) => AsyncIterable<readonly RemoteObject[]>;

/** After the common listing proved dearer than one for each model, so many looks go by before it is tried again. */
const LOOKS_BY_ITSELF = 100;

/**
 * Lists a group in the way that takes fewer requests: all together, unless there is so much beside the models that one listing
 * for each is cheaper. That is found out by listing, at the price of about as many requests as there are models.
 */
export class GroupListing {
  readonly #list: ListPages;
  #looksByItself = 0;

  constructor(list: ListPages) {
    this.#list = list;
  }

  /** The files below each of the group's prefixes. */
  async objects(group: ListingGroup, signal: AbortSignal): Promise<ObjectsByPrefix> {
    if (this.#looksByItself > 0) this.#looksByItself -= 1;
    else {
      const found = await this.#listTogether(group, signal);
      if (found !== undefined) return found;
      this.#looksByItself = LOOKS_BY_ITSELF;
    }
    const found = emptyLists(group);
    for (const [prefix, objects] of found) {
      for await (const page of this.#list({ container: group.container, prefix }, signal)) append(objects, page);
    }
    return found;
  }

  /** `undefined` as soon as the pages that hold nothing of these models are more than the models. */
  async #listTogether(group: ListingGroup, signal: AbortSignal): Promise<ObjectsByPrefix | undefined> {
    const { container, sharedPrefix, prefixes } = group;
    const found = emptyLists(group);
    let [pages, pageLength, kept] = [0, 1, 0];
    for await (const page of this.#list({ container, prefix: sharedPrefix }, signal)) {
      signal.throwIfAborted();
      pages += 1;
      pageLength = Math.max(pageLength, page.length);
      for (const object of page) {
        const objects = found.get(prefixes.length === 1 ? sharedPrefix : modelPrefixOf(object.name, sharedPrefix));
        objects?.push(object);
        kept += objects === undefined ? 0 : 1;
      }
      if (prefixes.length > 1 && pages - Math.ceil(kept / pageLength) > prefixes.length) return undefined;
    }
    return found;
  }
}

/** The files of each model of a group, by its prefix. */
export type ObjectsByPrefix = ReadonlyMap<string, readonly RemoteObject[]>;

function emptyLists({ prefixes }: ListingGroup): Map<string, RemoteObject[]> {
  return new Map(prefixes.map((prefix) => [prefix, []]));
}

/** All prefixes of a group are one name longer than what they share. */
function modelPrefixOf(name: string, sharedPrefix: string): string {
  return name.slice(0, name.indexOf('/', sharedPrefix.length) + 1);
}

/** `push(...)` has a limit, and a page may hold everything. */
function append(all: RemoteObject[], page: readonly RemoteObject[]): void {
  for (const object of page) all.push(object);
}
