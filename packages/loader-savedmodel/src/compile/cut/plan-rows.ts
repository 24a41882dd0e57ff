import type { RowOutput } from '@servable/onnx-graph';
import type { EmittedHost, EmittedPlan } from './emitted-plan.ts';

/** What of a plan is proven to keep the rows of joined requests apart: step after step. */
export class PlanRows {
  readonly #plan: EmittedPlan;
  readonly #rows: Set<string>;
  /** Lists of numbers of which some are how many rows there are. */
  readonly #numbers = new Map<string, readonly (number | 'rows')[]>();

  constructor(plan: EmittedPlan) {
    this.#plan = plan;
    this.#rows = new Set([...plan.inputs.values()].flatMap(({ name, isRows }) => (isRows ? [name] : [])));
  }

  /** Whether all of these have a row for each row of the inputs. */
  areRows(names: readonly string[]): boolean {
    return names.every((name) => this.#rows.has(name));
  }

  /** What a segment is proven to give, when all that it is given are rows. */
  addOutputs(outputs: ReadonlyMap<string, RowOutput>): void {
    for (const [name, output] of outputs) {
      if (output === 'rows') this.#rows.add(name);
      else this.#numbers.set(name, output);
    }
  }

  /** A node that keeps rows, when what it is given are rows, or the same in all calls; or that repeats a constant once for each row. */
  addHost({ keepsRows, repeatsRows, inputs, outputs }: EmittedHost): void {
    const { constants } = this.#plan;
    const isKept = keepsRows && inputs.some((name) => this.#rows.has(name)) && inputs.every((name) => name === '' || this.#rows.has(name) || constants.has(name));
    const [first, ...others] = this.#numbers.get(inputs[1] ?? '') ?? [];
    const isRepeated = repeatsRows && first === 'rows' && !others.includes('rows');
    if (isKept || isRepeated) for (const name of outputs) this.#rows.add(name);
  }

  /** Whether requests may be joined. What every call asserts would be asserted of all together. */
  isProven(): boolean {
    const { inputs, outputs, guards } = this.#plan;
    return guards.length === 0 && inputs.size > 0 && [...inputs.values()].every(({ isRows }) => isRows) && this.areRows([...outputs.values()]);
  }
}
