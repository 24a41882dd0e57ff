import type { NamedTensors, Servable } from '@servable/core';
import { check, checkNone, type ConformanceCase } from '../conformance-case.ts';
import { areIdentical, differenceOf } from '../tensor-agreement.ts';
import { canJoin, joinRows, rowsOf, sliceRows } from '../tensor-rows.ts';
import { type LoaderSession, runRequest, signatureOf } from './session.ts';

/** A signature that says `rows` must answer the same however requests are joined. */
export function batchingCases<Platform extends string>(session: LoaderSession<Platform>): ConformanceCase[] {
  const run = () => session.withServable((servable) => joinedAgree(session, servable));
  return [{ title: 'signatures batched by rows answer the same joined and alone', run }];
}

interface Pair {
  readonly signature: string | undefined;
  readonly left: NamedTensors;
  readonly right: NamedTensors;
}

async function joinedAgree<P extends string>(session: LoaderSession<P>, servable: Servable): Promise<void> {
  const pairs = pairsOf(session, servable);
  checkEverySignatureIsProbed(session, servable, pairs);
  for (const pair of pairs) {
    await joinedAgrees(session, servable, pair);
    await joinedAgrees(session, servable, { ...pair, left: pair.right, right: pair.left });
  }
}

/** Different requests of one `rows` signature that can be joined, and the halves of each request. */
function pairsOf<P extends string>(session: LoaderSession<P>, servable: Servable): readonly Pair[] {
  const requests = session.options.requests.filter((request) => signatureOf(servable, request).batching === 'rows');
  const candidates = requests.flatMap(({ signature, inputs }, index) => [
    ...halvesOf(inputs).map(([left, right]) => ({ signature, left, right })),
    ...requests.slice(index + 1).flatMap((other) => (other.signature === signature ? [{ signature, left: inputs, right: other.inputs }] : [])),
  ]);
  return candidates.filter(({ left, right }) => canJoin(left, right) && !areIdentical(left, right));
}

function halvesOf(inputs: NamedTensors): readonly (readonly [NamedTensors, NamedTensors])[] {
  const rows = rowsOf(inputs) ?? 0;
  if (rows < 2 || !canJoin(inputs, inputs)) return [];
  return [[sliceRows(inputs, 0, 1), sliceRows(inputs, 1, rows)]];
}

function checkEverySignatureIsProbed<P extends string>(session: LoaderSession<P>, servable: Servable, pairs: readonly Pair[]): void {
  for (const request of session.options.requests) {
    if (signatureOf(servable, request).batching !== 'rows') continue;
    const name = request.signature ?? 'serving_default';
    const isProbed = pairs.some((pair) => (pair.signature ?? 'serving_default') === name);
    check(isProbed, `signature '${name}' is batched by rows: give two different sample requests of it, or one with several rows`);
  }
}

async function joinedAgrees<P extends string>(session: LoaderSession<P>, servable: Servable, pair: Pair): Promise<void> {
  const { left, right, signature } = pair;
  const named = signature === undefined ? {} : { signature };
  const run = (inputs: NamedTensors): Promise<NamedTensors> => runRequest(servable, { ...named, inputs });
  const rows = rowsOf(left) ?? 0;
  const joined = await run(joinRows(left, right));
  const total = rows + (rowsOf(right) ?? 0);
  for (const [name, tensor] of joined) {
    check(tensor.shape[0] === total, `${total} rows went in, output '${name}' has shape [${tensor.shape.join(', ')}]: it is not batched by rows`);
  }
  const parts = [
    [sliceRows(joined, 0, rows), await run(left)],
    [sliceRows(joined, rows, total), await run(right)],
  ] as const;
  for (const [part, alone] of parts) {
    const difference = differenceOf(part, alone, session.tolerance);
    checkNone(difference, (found) => `joined with another request, output ${found}: rows are mixed, so this signature is not 'rows'`);
  }
}
