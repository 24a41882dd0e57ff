import type { LoadedTable } from './loaded-table.ts';

/** Tables that are in memory, so that a delta is laid over the one that serves instead of a copy of it. */
export class LoadedTables {
  readonly #tables = new Map<string, { readonly loaded: LoadedTable; users: number }>();

  get(directory: string): LoadedTable | undefined {
    return this.#tables.get(directory)?.loaded;
  }

  add(directory: string, loaded: LoadedTable): void {
    const known = this.#tables.get(directory);
    if (known === undefined) this.#tables.set(directory, { loaded, users: 1 });
    else known.users += 1;
  }

  remove(directory: string): void {
    const known = this.#tables.get(directory);
    if (known === undefined) return;
    known.users -= 1;
    if (known.users === 0) this.#tables.delete(directory);
  }
}
