import * as fc from 'fast-check';
import { afterEach, beforeEach, it, vi } from 'vitest';
import { preserveAvailability, preserveResources } from '../../src/index.ts';
import { type Operation, type Outcome, Simulation, VERSIONS, type Wanted, type World } from './simulation.ts';

const outcome = fc.oneof(
  { arbitrary: fc.constant<Outcome>('succeeds'), weight: 4 },
  { arbitrary: fc.constant<Outcome>('fails for now'), weight: 1 },
  { arbitrary: fc.constant<Outcome>('fails for good'), weight: 1 },
);
const wanted = fc.array(
  fc.oneof(
    { arbitrary: fc.constant<Wanted>('value'), weight: 4 },
    { arbitrary: fc.constant<Wanted>('absent'), weight: 4 },
    { arbitrary: fc.constant<Wanted>('error'), weight: 1 },
  ),
  { minLength: VERSIONS.length, maxLength: VERSIONS.length },
);
const model = fc.nat(1);
const pick = fc.nat(7);
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { arbitrary: fc.record({ kind: fc.constant('aspire' as const), model, wanted }), weight: 4 },
  { arbitrary: fc.record({ kind: fc.constant('aspire in a hook' as const), model, wanted }), weight: 1 },
  { arbitrary: fc.record({ kind: fc.constant('finish' as const), pick, outcome, ramBytes: fc.integer({ min: 0, max: 3 }) }), weight: 10 },
  { arbitrary: fc.record({ kind: fc.constant('acquire' as const), model, request: fc.constantFrom('latest' as const, 'earliest' as const) }), weight: 2 },
  { arbitrary: fc.record({ kind: fc.constantFrom('run' as const, 'release' as const), pick }), weight: 2 },
  { arbitrary: fc.record({ kind: fc.constant('let time pass' as const) }), weight: 1 },
);
const world: fc.Arbitrary<World> = fc.record({
  policy: fc.constantFrom(preserveAvailability, preserveResources),
  ramBytes: fc.constantFrom(undefined, 2, 3, 5),
  maxConcurrentLoads: fc.integer({ min: 1, max: 3 }),
  maxConcurrentUnloads: fc.constantFrom(1, 2, Infinity),
  maxLoadRetries: fc.nat(2),
  loadRetryIntervalMs: fc.constantFrom(0, 10),
});

const RUNS = Number(process.env['SERVABLE_PROPERTY_RUNS'] ?? 1000);

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

function simulate(options: World): Simulation {
  vi.clearAllTimers();
  return new Simulation(options, { pass: () => void vi.advanceTimersByTime(10), pendingTimers: () => vi.getTimerCount() });
}

const operations = fc.array(operation, { minLength: 1, maxLength: 40, size: 'max' });

it('keeps its rules at every step, and meets every wish once things come to rest', { timeout: 600_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(world, operations, async (options, steps) => {
      const simulation = simulate(options);
      for (const step of steps) await simulation.do(step);
      await simulation.settle();
      await simulation.close('succeeds');
    }),
    { numRuns: RUNS },
  );
});

it('leaves nothing behind when closed in the middle of anything', { timeout: 600_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(world, operations, outcome, async (options, steps, end) => {
      const simulation = simulate(options);
      for (const step of steps) await simulation.do(step);
      await simulation.close(end);
    }),
    { numRuns: RUNS },
  );
});
