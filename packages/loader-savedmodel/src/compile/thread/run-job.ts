import { openSavedModel, type OpenSavedModel } from '../../model/open-saved-model.ts';
import { cacheKey } from '../cache/cache-key.ts';
import { CompiledCache } from '../cache/compiled-cache.ts';
import { compileModel, findCoverage } from '../compile-model.ts';
import { convertSignature } from '../convert-signature.ts';
import type { CompileJob, CompileResults } from './compile-messages.ts';

type Job<Kind extends CompileJob['kind']> = Extract<CompileJob, { kind: Kind }>;

/** Does one job, in whatever thread. */
export async function runJob(job: CompileJob, signal: AbortSignal): Promise<CompileResults[keyof CompileResults]> {
  switch (job.kind) {
    case 'find-coverage':
      return withModel(job, signal, (model) => findCoverage(model, signal));
    case 'compile':
      return compile(job, signal);
    case 'convert':
      return withModel(job, signal, (model) => convertSignature(model, job, signal));
    default:
      return job satisfies never;
  }
}

async function compile(job: Job<'compile'>, signal: AbortSignal): Promise<CompileResults['compile']> {
  const { directory, tags = ['serve'], signatures, shapes, engineVersion } = job;
  const cache = await CompiledCache.open(job.cache);
  const key = await cacheKey(directory, { tags, signatures, shapes, engineVersion }, signal);
  if (job.isAgain) await cache.remove(key);
  return cache.get(key, (folder) => withModel(job, signal, (model) => compileModel(model, folder, { names: signatures, shapes, signal })));
}

async function withModel<T>({ directory, tags }: CompileJob, signal: AbortSignal, use: (model: OpenSavedModel) => Promise<T>): Promise<T> {
  const model = await openSavedModel(directory, { signal, ...(tags === undefined ? {} : { tags }) });
  try {
    return await use(model);
  } finally {
    await model.close();
  }
}
