export { type AspiredDiff, type AspiredVersion, type AspiredVersions, diffAspired } from './aspired.ts';
export { createRunContext, type ResolvedCall, resolveCall } from './servable-call.ts';
export { type ErrorArguments, servableError } from './errors.ts';
export { asStreaming, type GrpcCall, type GrpcMetadata, type GrpcMethod } from './grpc-handler.ts';
export type { TapTimer } from './hook-guard.ts';
export {
  type AdmitRequest,
  type BatchClosed,
  type BatchDone,
  type BatchedRequest,
  createHooks,
  type Hooks,
  type LoadContext,
  type RequestDone,
  type RequestLogged,
  type RequestStarted,
} from './hooks.ts';
export type { LifecycleState, ServableState } from './lifecycle-state.ts';
export type { Loader, LoaderContext, LoaderFactory, LoaderHost, PartRequest, ResourceEstimate } from './loader.ts';
export { type Logger, silentLogger } from './logger.ts';
export type { Loadable } from './manager/harness.ts';
export { serveModels, type ServedModels, type ServedModelOptions, type ServeModelsOptions } from './manager/serve-models.ts';
export { createManager, Manager, type ManagerOptions, type ManagerPace } from './manager/manager.ts';
export {
  type PolicyAction,
  preserveAvailability,
  preserveResources,
  type TransitionPolicy,
  type VersionSnapshot,
} from './manager/policies.ts';
export { StateMonitor } from './manager/state-monitor.ts';
export {
  assertPluginApi,
  defineLoader,
  definePlugin,
  defineSource,
  type Diagnosis,
  type HookPlugin,
  type Inspection,
  type LoaderOptionsByPlatform,
  type LoaderOptionsOf,
  type LoaderPlugin,
  type Plugin,
  PLUGIN_API_VERSION,
  type PluginCommand,
  pluginName,
  type SourcePlugin,
} from './plugin.ts';
export type { ServableHandle } from './servable-handle.ts';
export {
  formatServableId,
  type ModelName,
  parseModelName,
  parseVersion,
  type ServableId,
  type ServableRequest,
  type Version,
} from './servable-id.ts';
export type { Executor, RunContext, RunTiming, Servable, SignatureCall } from './servable.ts';
export { defineErrors, type ErrorFactory, messageOf, ServingError, type Status } from './serving-error.ts';
export { type Batching, DEFAULT_SIGNATURE_NAME, type Dimension, METHOD_NAMES, type Signature, type TensorSpec } from './signature.ts';
export type {
  Artifact,
  AspiredSink,
  DownloadProgress,
  MonitoredModel,
  Source,
  SourceContext,
  SourceObserver,
  SourceRequest,
} from './source.ts';
export {
  allocateData,
  bytesPerElement,
  createTensor,
  type DType,
  type DTypeStorage,
  elementCount,
  type NamedTensors,
  type NumericData,
  storageOf,
  type Tensor,
  tensorByteLength,
  type TensorData,
} from './tensor.ts';
export { type DuplicateName, parseVersionName, pickVersionNames, type VersionNames } from './version-name.ts';
export { LATEST_ONE, type Selection, selectVersions, type VersionSelector } from './version-selector.ts';
