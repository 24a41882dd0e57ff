import { setImmediate } from 'node:timers/promises';
import type { Tensor } from '@servable/core';
import type { HostResult } from '../../host/host-op.ts';

/** How long one host node may keep the event loop before others get a turn. */
const TURN_MS = 1;

type Steps = Exclude<HostResult, readonly Tensor[]>;

/**
 * Finishes a host node on the event loop, and lets others have a turn whenever a millisecond has passed. What ends within the first turn is
 * there when this returns.
 */
export function inTurns(result: HostResult, signal: AbortSignal): readonly Tensor[] | Promise<readonly Tensor[]> {
  if (!('next' in result)) return result;
  return oneTurn(result) ?? remainingTurns(result, signal);
}

async function remainingTurns(steps: Steps, signal: AbortSignal): Promise<readonly Tensor[]> {
  for (;;) {
    await setImmediate();
    signal.throwIfAborted();
    const tensors = oneTurn(steps);
    if (tensors !== undefined) return tensors;
  }
}

/** `undefined`: there is more to do. */
function oneTurn(steps: Steps): readonly Tensor[] | undefined {
  const endMs = performance.now() + TURN_MS;
  do {
    const step = steps.next();
    if (step.done === true) return step.value;
  } while (performance.now() < endMs);
  return undefined;
}
