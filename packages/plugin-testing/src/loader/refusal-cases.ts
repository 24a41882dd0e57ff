import { allocateData, createTensor, elementCount, type NamedTensors, type Servable, ServingError, type Tensor } from '@servable/core';
import { check, checkNone, type ConformanceCase, rejectionOf, show } from '../conformance-case.ts';
import { differenceOf } from '../tensor-agreement.ts';
import type { BadRequest, BrokenArtifact } from './options.ts';
import { type LoaderSession, neverAborted, runRequest, signatureOf } from './session.ts';

/** Bad inputs and bad files: a clear error each, and nothing else disturbed. */
export function refusalCases<Platform extends string>(session: LoaderSession<Platform>): ConformanceCase[] {
  const { artifact, badRequests = [], broken = [], refusesWrongRank = true } = session.options;
  const missing: BrokenArtifact = { title: 'a path where nothing is', artifact: { path: `${artifact.path}-missing` } };
  const withServable = (run: (servable: Servable) => Promise<void>) => () => session.withServable(run);
  return [
    { title: 'an input of another dtype is refused', run: withServable((servable) => refusesAll(session, servable, withWrongDtype)) },
    ...(refusesWrongRank
      ? [{ title: 'an input of another rank is refused', run: withServable((servable) => refusesAll(session, servable, withWrongRank)) }]
      : []),
    ...badRequests.map((bad) => ({ title: `${bad.title} is refused`, run: withServable((servable) => refuses(session, servable, bad)) })),
    ...[missing, ...broken].map((each) => ({
      title: `${each.title} is refused with its path`,
      run: () => refusesFiles(session, each),
    })),
  ];
}

type Spoil = (tensor: Tensor) => Tensor;

/** Spoils one input after the other of every sample request. */
async function refusesAll<P extends string>(session: LoaderSession<P>, servable: Servable, spoil: Spoil): Promise<void> {
  for (const request of session.options.requests) {
    const { inputs } = signatureOf(servable, request);
    for (const [name, tensor] of request.inputs) {
      if (inputs.get(name)?.shape === undefined && spoil === withWrongRank) continue;
      const bad: NamedTensors = new Map([...request.inputs, [name, spoil(tensor)]]);
      await refuses(session, servable, { ...request, title: `'${name}'`, inputs: bad });
    }
  }
}

async function refuses<P extends string>(session: LoaderSession<P>, servable: Servable, bad: BadRequest): Promise<void> {
  const good = await goodRunOf(session, servable);
  const error = await rejectionOf(() => runRequest(servable, bad), `${bad.title} must be refused`);
  check(ServingError.is(error), `${bad.title} must be refused with a ServingError, got ${show(error)}`);
  check(error.status === 'INVALID_ARGUMENT', `${bad.title} must be refused with INVALID_ARGUMENT, got ${error.status} (${error.message})`);
  checkNone(differenceOf(await good.again(), good.answer, session.tolerance), (found) => `after a refused run, output ${found}`);
}

/** A good request's answer, and the way to ask again. */
async function goodRunOf<P extends string>(session: LoaderSession<P>, servable: Servable): Promise<{ answer: NamedTensors; again(): Promise<NamedTensors> }> {
  const [request] = session.options.requests;
  check(request !== undefined, 'the suite needs at least one sample request');
  const again = (): Promise<NamedTensors> => runRequest(servable, request);
  return { answer: await again(), again };
}

/** The same shape, another dtype: `BYTES` for numbers, `FP32` for strings. */
function withWrongDtype(tensor: Tensor): Tensor {
  const dtype = tensor.dtype === 'BYTES' ? 'FP32' : 'BYTES';
  return createTensor(dtype, tensor.shape, allocateData(dtype, elementCount(tensor.shape)));
}

/** Two more axes of size 1 in front: the same values, a rank that is wrong and no engine's broadcast. */
function withWrongRank(tensor: Tensor): Tensor {
  return createTensor(tensor.dtype, [1, 1, ...tensor.shape], tensor.data);
}

function refusesFiles<P extends string>(session: LoaderSession<P>, broken: BrokenArtifact): Promise<void> {
  return session.withPlugin(async (plugin) => {
    const { path } = broken.artifact;
    const loader = session.createLoader(plugin, broken.artifact);
    const load = async (): Promise<void> => {
      await loader.estimate(neverAborted());
      await loader.load(neverAborted());
    };
    try {
      const error = await rejectionOf(load, `files at '${path}' must be refused`);
      check(ServingError.is(error), `files at '${path}' must be refused with a ServingError, got ${show(error)}`);
      check(error.message.includes(path), `the error must name the path '${path}', got '${error.message}'`);
    } finally {
      await loader.unload();
    }
  });
}
