import { expect, it } from 'vitest';
import { checkRandomGraph, emptyTally } from './soundness.ts';

const GRAPHS = 600;

/**
 * Random graphs, really run: what is proven must answer two requests joined as it answers each alone. Other seeds come with
 * `PROOF_SEED=n`, more graphs with `PROOF_GRAPHS=n`.
 */
it('proves nothing that answers otherwise when requests are joined', async () => {
  const first = Number(process.env['PROOF_SEED'] ?? 1);
  const graphs = Number(process.env['PROOF_GRAPHS'] ?? GRAPHS);
  const tally = emptyTally();
  for (let seed = first; seed < first + graphs; seed++) await checkRandomGraph(seed, tally);
  const { proven, unproven, unloadable, operators, violations } = tally;
  const counts = `seeds ${first} to ${first + graphs - 1}: ${proven} values proven and run, ${unproven} not proven, ${unloadable} graphs not loadable`;
  expect(violations, counts).toEqual([]);
  // Neither may be rare: a proof that always gives up is sound, and a test of nothing.
  expect(proven, counts).toBeGreaterThan(graphs);
  expect(unproven, counts).toBeGreaterThan(graphs);
  expect(operators.size, counts).toBeGreaterThan(Math.min(70, graphs / 10));
}, 120_000);
