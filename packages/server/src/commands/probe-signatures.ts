import { probeRowIndependence } from '@servable/batching';
import type { Servable } from '@servable/core';

/** What joining made-up requests said of a servable's signatures. */
export interface ProbedSignatures {
  /** The first signature that is batched by rows and answers otherwise when it is; `undefined`: none was found. */
  readonly fault: string | undefined;
  readonly notes: readonly string[];
}

/** Tries whether the signatures that are batched by rows answer joined requests as they answer each alone. */
export async function probeSignatures(servable: Servable, signal: AbortSignal): Promise<ProbedSignatures> {
  const notes: string[] = [];
  for (const [name, { batching }] of servable.signatures) {
    if (batching !== 'rows') continue;
    const { outcome, detail } = await probeRowIndependence(servable, name, { signal });
    if (outcome === 'mixed') return { fault: faultOf(name, detail), notes };
    if (outcome === 'refused') notes.push(`Signature '${name}' is batched by rows; whether that changes answers was not tried, because made-up requests are refused: ${detail}`);
  }
  return { fault: undefined, notes };
}

function faultOf(name: string, detail: string): string {
  return `signature '${name}' is batched by rows, and answers joined requests otherwise than each alone: ${detail}. Set its batching to none`;
}
