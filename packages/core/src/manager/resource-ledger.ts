import type { ResourceEstimate } from '../loader.ts';

/** Bytes by resource: main memory, and each device. */
type Amounts = ReadonlyMap<string, number>;

const RAM = 'RAM';

/** Decisions tried out on a ledger without changing it. */
export interface LedgerDraft<Owner> {
  fits(owner: Owner, need: ResourceEstimate): boolean;
  take(owner: Owner, need: ResourceEstimate): void;
}

/** What is reserved for which version, and what all together may take. A resource without a limit is unlimited. */
export class ResourceLedger<Owner> {
  readonly #limits: Amounts;
  readonly #held = new Map<Owner, Amounts>();
  readonly #used = new Map<string, number>();

  constructor(limits: Partial<ResourceEstimate> = {}) {
    this.#limits = amountsOf(limits);
  }

  /** Sums of all reservations; resources that were never asked for are missing. */
  get used(): Amounts {
    return this.#used;
  }

  /** Whether it would fit if nothing else were reserved. */
  canEverFit(need: ResourceEstimate): boolean {
    return [...amountsOf(need)].every(([resource, bytes]) => bytes <= this.#limitOf(resource));
  }

  /** Whether it fits now, in place of what this owner already holds. */
  fits(owner: Owner, need: ResourceEstimate): boolean {
    return this.#fits(owner, need, new Map());
  }

  /** Reserves it for this owner, in place of what the owner already holds. Ask {@link fits} first. */
  reserve(owner: Owner, need: ResourceEstimate): void {
    this.release(owner);
    const amounts = amountsOf(need);
    this.#held.set(owner, amounts);
    addTo(this.#used, amounts, 1);
  }

  /** Gives back what this owner holds; nothing is fine. */
  release(owner: Owner): void {
    const amounts = this.#held.get(owner);
    if (amounts === undefined) return;
    this.#held.delete(owner);
    addTo(this.#used, amounts, -1);
  }

  draft(): LedgerDraft<Owner> {
    const taken = new Map<string, number>();
    return {
      fits: (owner, need) => this.#fits(owner, need, taken),
      take: (owner, need) => {
        addTo(taken, amountsOf(need), 1);
        addTo(taken, this.#held.get(owner) ?? new Map(), -1);
      },
    };
  }

  /** The limited resources of a need, and their limits, for a message: `300 bytes of RAM`. */
  describe(need: ResourceEstimate): { readonly needed: string; readonly limit: string } {
    const limited = [...amountsOf(need)].filter(([resource]) => this.#limits.has(resource));
    return {
      needed: limited.map(([resource, bytes]) => `${bytes} bytes of ${resource}`).join(' and '),
      limit: limited.map(([resource]) => `${this.#limitOf(resource)} bytes of ${resource}`).join(' and '),
    };
  }

  #fits(owner: Owner, need: ResourceEstimate, alsoTaken: Amounts): boolean {
    const held = this.#held.get(owner);
    return [...amountsOf(need)].every(([resource, bytes]) => {
      const used = (this.#used.get(resource) ?? 0) + (alsoTaken.get(resource) ?? 0) - (held?.get(resource) ?? 0);
      return used + bytes <= this.#limitOf(resource);
    });
  }

  #limitOf(resource: string): number {
    return this.#limits.get(resource) ?? Number.POSITIVE_INFINITY;
  }
}

function amountsOf(estimate: Partial<ResourceEstimate>): Amounts {
  const amounts = new Map<string, number>();
  if (estimate.ramBytes !== undefined) amounts.set(RAM, estimate.ramBytes);
  for (const [device, bytes] of Object.entries(estimate.deviceBytes ?? {})) amounts.set(`device ${device}`, bytes);
  return amounts;
}

function addTo(totals: Map<string, number>, amounts: Amounts, sign: 1 | -1): void {
  for (const [resource, bytes] of amounts) totals.set(resource, (totals.get(resource) ?? 0) + sign * bytes);
}
