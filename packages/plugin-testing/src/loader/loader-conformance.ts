import { type ConformanceCase, registerCases, type TestRunner } from '../conformance-case.ts';
import { batchingCases } from './batching-cases.ts';
import { fileCases } from './file-cases.ts';
import { lifecycleCases } from './lifecycle-cases.ts';
import { memoryCases } from './memory-cases.ts';
import type { LoaderConformanceOptions } from './options.ts';
import { refusalCases } from './refusal-cases.ts';
import { runCases } from './run-cases.ts';
import { LoaderSession } from './session.ts';

/**
 * What every loader must do, as named cases for any test runner. Nothing runs, and no plugin is made, before a case's
 * `run` is called; cases are independent of each other and of their order, but count what the process holds open, so
 * run them one after the other.
 *
 * @throws Error when there is no sample request
 */
export function loaderConformance<Platform extends string>(options: LoaderConformanceOptions<Platform>): readonly ConformanceCase[] {
  if (options.requests.length === 0) throw new Error('The loader suite needs at least one sample request');
  const session = new LoaderSession(options);
  return [
    ...lifecycleCases(session),
    ...memoryCases(session),
    ...runCases(session),
    ...batchingCases(session),
    ...refusalCases(session),
    ...fileCases(session),
  ];
}

/**
 * Registers {@link loaderConformance} with a test runner: `testLoader({ describe, it, createPlugin, artifact, requests })`.
 *
 * @throws Error when there is no sample request
 */
export function testLoader<Platform extends string>(options: LoaderConformanceOptions<Platform> & TestRunner): void {
  registerCases(options, 'a conforming loader', loaderConformance(options));
}
