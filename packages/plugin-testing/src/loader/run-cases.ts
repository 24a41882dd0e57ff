import type { Servable } from '@servable/core';
import { check, checkNone, type ConformanceCase, rejectionOf, show } from '../conformance-case.ts';
import { areIdentical, cloneTensors, differenceOf } from '../tensor-agreement.ts';
import { callRun, type LoaderSession, runRequest, signatureOf } from './session.ts';
import { checkAnswer, checkServable } from './signature-check.ts';
import type { SampleRequest } from './options.ts';

/** How often each request runs at once, beside all others. */
const CONCURRENT_COPIES = 4;

/** What a loaded version says and answers. */
export function runCases<Platform extends string>(session: LoaderSession<Platform>): ConformanceCase[] {
  const { requests } = session.options;
  const answers = requests.map((request, index) => ({
    title: `answers sample request ${titleOf(request, index)} as expected`,
    run: () => session.withServable((servable) => answersAsExpected(session, servable, request)),
  }));
  return [
    {
      title: 'a load gives valid signatures and an executor',
      run: () => session.withServable((servable) => Promise.resolve(checkServable(servable))),
    },
    ...answers,
    { title: 'a run only reads its inputs', run: () => session.withServable((servable) => inputsAreOnlyRead(session, servable)) },
    { title: 'an answer shares no memory with the next', run: () => session.withServable((servable) => answersAreTheCallers(session, servable)) },
    { title: 'concurrent runs answer as one after the other', run: () => session.withServable((servable) => concurrentAgrees(session, servable)) },
    { title: 'a run computes the outputs that are asked for, no others', run: () => session.withServable((servable) => outputsAreFiltered(session, servable)) },
    { title: 'a run whose signal is aborted rejects with its reason', run: () => session.withServable((servable) => abortedRunRejects(session, servable)) },
    { title: 'a run aborted under way disturbs no other', run: () => session.withServable((servable) => abortDisturbsNothing(session, servable)) },
  ];
}

export function titleOf(request: SampleRequest, index: number): string {
  return request.title === undefined ? String(index + 1) : `'${request.title}'`;
}

async function answersAsExpected<P extends string>(session: LoaderSession<P>, servable: Servable, request: SampleRequest): Promise<void> {
  const answer = await runRequest(servable, request);
  const difference = differenceOf(answer, request.outputs, session.tolerance);
  checkNone(difference, (found) => `output ${found}`);
  checkAnswer(answer, signatureOf(servable, request), []);
}

async function inputsAreOnlyRead<P extends string>(session: LoaderSession<P>, servable: Servable): Promise<void> {
  for (const request of session.options.requests) {
    const inputs = cloneTensors(request.inputs);
    const reference = cloneTensors(inputs);
    await callRun(servable, { ...request, inputs });
    check(areIdentical(inputs, reference), 'run() changed its inputs: they belong to the caller');
  }
}

async function answersAreTheCallers<P extends string>(session: LoaderSession<P>, servable: Servable): Promise<void> {
  for (const request of session.options.requests) {
    const first = await callRun(servable, { ...request, inputs: cloneTensors(request.inputs) });
    const reference = cloneTensors(first);
    for (const other of session.options.requests) await runRequest(servable, other);
    check(areIdentical(first, reference), 'a later run changed the answer of an earlier one: outputs belong to the caller');
  }
}

async function concurrentAgrees<P extends string>(session: LoaderSession<P>, servable: Servable): Promise<void> {
  const { requests } = session.options;
  const expected = [];
  for (const request of requests) expected.push(await runRequest(servable, request));
  const jobs = Array.from({ length: CONCURRENT_COPIES }, () => requests).flat();
  const answers = await Promise.all(jobs.map((request) => runRequest(servable, request)));
  for (const [index, answer] of answers.entries()) {
    const alone = expected[index % requests.length] ?? new Map();
    const difference = differenceOf(answer, alone, session.tolerance);
    checkNone(difference, (found) => `run beside ${jobs.length - 1} others, output ${found}`);
  }
}

async function outputsAreFiltered<P extends string>(session: LoaderSession<P>, servable: Servable): Promise<void> {
  for (const request of session.options.requests) {
    const signature = signatureOf(servable, request);
    const all = await runRequest(servable, request);
    for (const name of signature.outputs.keys()) {
      const answer = await runRequest(servable, request, { outputs: [name] });
      checkAnswer(answer, signature, [name]);
      const difference = differenceOf(answer, new Map([...all].filter(([alias]) => alias === name)), session.tolerance);
      checkNone(difference, (found) => `asked for alone, output ${found}`);
    }
  }
}

async function abortedRunRejects<P extends string>(session: LoaderSession<P>, servable: Servable): Promise<void> {
  const reason = new Error('the client went away');
  for (const request of session.options.requests) {
    const error = await rejectionOf(() => runRequest(servable, request, { signal: AbortSignal.abort(reason) }), 'an aborted run must reject');
    check(error === reason, `an aborted run must reject with signal.reason itself, got ${show(error)}`);
  }
}

async function abortDisturbsNothing<P extends string>(session: LoaderSession<P>, servable: Servable): Promise<void> {
  for (const request of session.options.requests) {
    const alone = await runRequest(servable, request);
    const controller = new AbortController();
    const reason = new Error('the client went away');
    const aborted = runRequest(servable, request, { signal: controller.signal }).then(() => reason, (error: unknown) => error);
    const beside = runRequest(servable, request);
    controller.abort(reason);
    const ended = await aborted;
    check(ended === reason, `a run aborted under way must end well or with its reason, got ${show(ended)}`);
    for (const answer of [await beside, await runRequest(servable, request)]) {
      const difference = differenceOf(answer, alone, session.tolerance);
      checkNone(difference, (found) => `after another run was aborted, output ${found}`);
    }
  }
}
