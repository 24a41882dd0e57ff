/**
 * Items in line, each of an owner. Owners take turns, so that one with thousands of items delays another's only one by one;
 * within an owner first come is first served.
 */
export class FairQueue<Owner, Item> {
  /** Owners with items, the next one first. Sets, so that an item leaves from the middle at no cost. */
  readonly #lines = new Map<Owner, Set<Item>>();

  /** Items of one owner. */
  sizeOf(owner: Owner): number {
    return this.#lines.get(owner)?.size ?? 0;
  }

  add(owner: Owner, item: Item): void {
    const line = this.#lines.get(owner);
    if (line === undefined) this.#lines.set(owner, new Set([item]));
    else line.add(item);
  }

  /** Whether it was there. */
  delete(owner: Owner, item: Item): boolean {
    const line = this.#lines.get(owner);
    if (line?.delete(item) !== true) return false;
    if (line.size === 0) this.#lines.delete(owner);
    return true;
  }

  /** Takes out the next owner's first item; that owner is the last then. */
  take(): Item | undefined {
    for (const [owner, line] of this.#lines) {
      for (const item of line) {
        line.delete(item);
        this.#lines.delete(owner);
        if (line.size > 0) this.#lines.set(owner, line);
        return item;
      }
    }
    return undefined;
  }

  /** Takes out all items of one owner. */
  takeAll(owner: Owner): readonly Item[] {
    const line = this.#lines.get(owner);
    this.#lines.delete(owner);
    return [...(line ?? [])];
  }

  get isEmpty(): boolean {
    return this.#lines.size === 0;
  }
}
