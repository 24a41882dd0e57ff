import type { BatchingOptions } from '@servable/batching';
import type { ResolvedLogging } from '../request-log/request-log.ts';
import type { ModelName, Plugin, Version, VersionSelector } from '@servable/core';
import type { ResolvedTls } from './read-tls.ts';

/** A model as the server serves it: all defaults filled in, all values proven. */
export interface ResolvedModel {
  readonly name: ModelName;
  /** An absolute path, or a URI. */
  readonly path: string;
  /** `undefined`: found from the files of each version. */
  readonly platform: string | undefined;
  readonly versions: VersionSelector;
  readonly labels: ReadonlyMap<string, Version>;
  /** Where the server's is not right for it: only what differs; `false`: not at all. */
  readonly batching: BatchingOptions | false;
  /** The loader's own, checked against its schema. */
  readonly options: Readonly<Record<string, unknown>>;
  /** How its requests are logged; `undefined`: not at all. */
  readonly logging: ResolvedLogging | undefined;
}

/** How the server listens to one protocol. */
export interface ResolvedListener {
  readonly enabled: boolean;
  readonly host: string;
  /** 0 asks the system for a free one. */
  readonly port: number;
  readonly maxBodyBytes: number;
  /** `undefined`: without. */
  readonly tls: ResolvedTls | undefined;
}

/** How REST is served. */
export interface ResolvedRest extends ResolvedListener {
  /** Limit of one model run; 0 means none. */
  readonly timeoutMs: number;
  readonly cors: boolean;
  readonly maxJsonDepth: number;
}

/** How gRPC is served. */
export interface ResolvedGrpc extends ResolvedListener {
  /** Whether tensors of answers are `tensor_content`. */
  readonly tensorContent: boolean;
  /** Whether it listens on its port. */
  readonly tcp: boolean;
  /** A UNIX socket that it listens on. */
  readonly socketPath: string | undefined;
  /** Arguments of the gRPC library. */
  readonly channelArguments: Readonly<Record<string, string | number>>;
}

/** What `compose` makes a server of: every value is there and proven. */
export interface ResolvedConfig {
  readonly plugins: readonly Plugin[];
  readonly models: readonly ResolvedModel[];
  readonly rest: ResolvedRest;
  readonly grpc: ResolvedGrpc;
  /** `strict`: TensorFlow Serving's behaviour to the letter; see docs/tensorflow-serving.md. */
  readonly compat: 'default' | 'strict';
  /** Whether listeners open only when every model is served, and the server ends when one cannot be; else at once. */
  readonly listensWhenReady: boolean;
  /** `strict`: inputs are checked against the signature's declared shapes. */
  readonly validation: 'engine' | 'strict';
  /** Whether a signature's method name must be that of the method that is called. */
  readonly checkMethodName: boolean;
  readonly policy: 'availability-preserving' | 'resource-preserving';
  /** Bytes that all loaded models together may take by their estimates; `undefined`: no limit. */
  readonly ramLimitBytes: number | undefined;
  readonly maxConcurrentLoads: number;
  /** Until every model was loaded once. */
  readonly maxConcurrentInitialLoads: number;
  /** `undefined`: no limit. */
  readonly maxConcurrentUnloads: number | undefined;
  readonly maxLoadRetries: number;
  readonly loadRetryIntervalMs: number;
  /** How often sources look for versions; 0 is once; `undefined`: each source's own. */
  readonly pollIntervalMs: number | undefined;
  /** How requests are joined; `false`: not at all, unless a model says otherwise. */
  readonly batching: BatchingOptions | false;
  /** Whether a file beside a version says how its requests are joined; a version without it is not batched then. */
  readonly batchingFromVersionFiles: boolean;
  /** How often changed config files are looked for; 0: never. */
  readonly reloadPollIntervalMs: number;
  /** Whether a label may name a version that is not served (yet), unless it moves there from another one. */
  readonly allowLabelsForUnavailableVersions: boolean;
  /** Whether warm-up requests beside a model are run before it is served. */
  readonly warmup: boolean;
  /** How often each of them is run. */
  readonly warmupIterations: number;
  /** `tensorflowPath`: where TensorFlow Serving's metrics are; `undefined`: nowhere. */
  readonly metrics: { readonly enabled: boolean; readonly tensorflowPath: string | undefined };
  readonly log: { readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent'; readonly format: 'auto' | 'pretty' | 'json' };
  /** Longest wait for requests in flight after SIGTERM. */
  readonly drainTimeoutMs: number;
  /** How long `/readyz` says 503 before listeners close, so that load balancers notice. */
  readonly drainDelayMs: number;
}
