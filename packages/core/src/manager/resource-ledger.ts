import type { ResourceEstimate } from '../loader.ts';

/** Bytes by resource: main memory, and each device. */
type Amounts = ReadonlyMap<string, number>;

const RAM = 'RAM';

/** Decisions tried out on a ledger without changing it. */
export interface LedgerDraft {
  /** Takes it when it fits; whether it did. */
  take(need: ResourceEstimate): boolean;
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

  /** Reserves it for this owner, who holds nothing yet. Whether it fits, a {@link draft} has said before. */
  reserve(owner: Owner, need: ResourceEstimate): void {
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

  draft(): LedgerDraft {
    const used = new Map(this.#used);
    return {
      take: (need) => {
        const amounts = amountsOf(need);
        const fits = [...amounts].every(([resource, bytes]) => (used.get(resource) ?? 0) + bytes <= this.#limitOf(resource));
        if (fits) addTo(used, amounts, 1);
        return fits;
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
