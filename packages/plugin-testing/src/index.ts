export { type CollectingLogger, collectLogger, type LogEntry, type LogLevel } from './collect-logger.ts';
export { type TestingErrorArguments, testingError } from './errors.ts';
export {
  FakeLoader,
  fakeLoader,
  type FakeLoaderOptions,
  type FakeLoaderPlugin,
  type FakeLoaderPluginOptions,
  type LoaderStep,
} from './fake-loader.ts';
export { type FakeRun, type FakeServable, fakeServable, type FakeServableOptions, fakeSignature } from './fake-servable.ts';
export { RecordingSink, type SinkEvent, type WaitOptions } from './recording-sink.ts';
export { testLoaderContext, testRunContext, testServableId } from './test-context.ts';
export type { ConformanceCase, TestRunner } from './conformance-case.ts';
export { loaderConformance, testLoader } from './loader/loader-conformance.ts';
export type { BadRequest, BrokenArtifact, LoaderConformanceOptions, SampleRequest } from './loader/options.ts';
export type { Tolerance } from './tensor-agreement.ts';
export type { SourceConformanceOptions, SourceStore } from './source/options.ts';
export { sourceConformance, testSource } from './source/source-conformance.ts';
