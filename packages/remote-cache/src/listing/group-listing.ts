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

  /** Every file below the group's prefixes, and perhaps others. */
  async objects(group: ListingGroup, signal: AbortSignal): Promise<readonly RemoteObject[]> {
    if (this.#looksByItself > 0) this.#looksByItself -= 1;
    else {
      const objects = await this.#listTogether(group, signal);
      if (objects !== undefined) return objects;
      this.#looksByItself = LOOKS_BY_ITSELF;
    }
    const all: RemoteObject[] = [];
    for (const prefix of group.prefixes) {
      for await (const page of this.#list({ container: group.container, prefix }, signal)) append(all, page);
    }
    return all;
  }

  /** `undefined` as soon as the pages that hold nothing of these models are more than the models. */
  async #listTogether({ container, sharedPrefix, prefixes }: ListingGroup, signal: AbortSignal): Promise<readonly RemoteObject[] | undefined> {
    const wanted = new Set(prefixes);
    const objects: RemoteObject[] = [];
    let pages = 0;
    let pageLength = 1;
    for await (const page of this.#list({ container, prefix: sharedPrefix }, signal)) {
      signal.throwIfAborted();
      pages += 1;
      pageLength = Math.max(pageLength, page.length);
      append(objects, prefixes.length === 1 ? page : page.filter((object) => wanted.has(modelPrefixOf(object.name, sharedPrefix))));
      if (prefixes.length > 1 && pages - Math.ceil(objects.length / pageLength) > prefixes.length) return undefined;
    }
    return objects;
  }
}

/** All prefixes of a group are one name longer than what they share. */
function modelPrefixOf(name: string, sharedPrefix: string): string {
  return name.slice(0, name.indexOf('/', sharedPrefix.length) + 1);
}

/** `push(...)` has a limit, and a page may hold everything. */
function append(all: RemoteObject[], page: readonly RemoteObject[]): void {
  for (const object of page) all.push(object);
}
