import { type ConformanceCase, registerCases, type TestRunner } from '../conformance-case.ts';
import { lifecycleCases } from './lifecycle-cases.ts';
import { modelCases } from './model-cases.ts';
import type { SourceConformanceOptions } from './options.ts';
import { versionCases } from './version-cases.ts';

/**
 * What every source must do, as named cases for any test runner. Nothing runs before a case's `run` is called; each case
 * makes a store and a source of its own. Cases wait for what the sink is told, so they take as long as the source needs
 * to see a change.
 */
export function sourceConformance(options: SourceConformanceOptions): readonly ConformanceCase[] {
  return [...versionCases(options), ...modelCases(options), ...lifecycleCases(options)];
}

/** Registers {@link sourceConformance} with a test runner: `testSource({ describe, it, createPlugin, createStore })`. */
export function testSource(options: SourceConformanceOptions & TestRunner): void {
  registerCases(options, 'a conforming source', sourceConformance(options));
}
