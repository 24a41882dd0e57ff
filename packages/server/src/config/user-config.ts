import type { LoaderOptionsOf, Plugin } from '@servable/core';
import type { ResolvedConfig } from './resolved-config.ts';

/** A version number as one writes it. Numbers above 2^53 - 1 need a string or a bigint. */
export type UserVersion = number | string | bigint;

/**
 * Which versions of a model are served: the highest one (`'latest'`, the default), the highest few, all, or those named.
 */
export type UserVersions =
  | 'latest'
  | 'all'
  | { readonly latest: number }
  | { readonly specific: readonly UserVersion[] };

/** The options of a platform; anything where the platform is not known. */
type OptionsOf<Platform> = Platform extends string ? LoaderOptionsOf<Platform> : Readonly<Record<string, unknown>>;

/** How requests are joined. TensorFlow Serving's names and meanings. */
export interface UserBatching {
  /** Most rows in one batch. Default: 128. */
  readonly maxBatchSize?: number | undefined;
  /** Longest wait of a batch's first request for others in microseconds, when `leaveWhenIdle` is false. Default: 0. */
  readonly batchTimeoutMicros?: number | undefined;
  /** Most batches that may wait in one queue. Default: 100. */
  readonly maxEnqueuedBatches?: number | undefined;
  /** Whether other axes than the first are padded to the longest. Default: `false`. */
  readonly padVariableLengthInputs?: boolean | undefined;
  /** Whether a request larger than a batch is spread over several. Default: `true`. */
  readonly enableLargeBatchSplitting?: boolean | undefined;
  /** Whether a batch leaves as soon as the engine is idle; `false` waits as TensorFlow Serving does. Default: `true`. */
  readonly leaveWhenIdle?: boolean | undefined;
}

/** A model's own batching. */
export interface UserModelBatching extends UserBatching {
  /** Row counts that a batch is padded up to, ascending; the last is `maxBatchSize`. Default: any. */
  readonly allowedBatchSizes?: readonly number[] | undefined;
  /** Most rows in one batch when requests are split. Default: `maxBatchSize`. */
  readonly maxExecutionBatchSize?: number | undefined;
}

/** How requests of a model are logged, those that fail too. */
export interface UserLogging {
  /** Beginning of the files' path, from the config file's folder on. */
  readonly prefix: string;
  /** `'tfrecord'`: records that are PredictionLogs; `'json'`: lines of JSON; else what a plugin knows. Default: `'tfrecord'`. */
  readonly collector?: string | undefined;
  /** Which part of the requests, from 0 to 1. Default: 1. */
  readonly samplingRate?: number | undefined;
  /** A file that has so many bytes is followed by another. Default: 256 MiB. */
  readonly maxFileBytes?: number | undefined;
}

/** One model of a config. `options` are those of the platform's loader. */
export interface UserModel<Platform = string> {
  /** As clients call it: any text but the empty one, unique. */
  readonly name: string;
  /** Folder with one numbered folder a version, from the config file's folder on; or a URI such as `gs://bucket/models/mnist`. */
  readonly path: string;
  /** Which loader. Default: the one that recognizes the files of the version. */
  readonly platform?: (Platform & string) | undefined;
  /** Default: `'latest'`. */
  readonly versions?: UserVersions | undefined;
  /** Names for versions, such as `{ stable: 3, canary: 4 }`. */
  readonly labels?: Readonly<Record<string, UserVersion>> | undefined;
  /** How its requests are joined, where the server's `batching` is not right for it; `false`: not at all. */
  readonly batching?: UserModelBatching | false | undefined;
  /** Default: not at all. */
  readonly logging?: UserLogging | undefined;
  /** The loader's own. */
  readonly options?: OptionsOf<Platform> | undefined;
}

/** A plugin, or in JSON and YAML the name of its package, alone or with its options. */
export type PluginReference = Plugin | string | readonly [name: string, options: unknown];

/** How REST is served. */
export interface UserRest {
  /** Default: `true`. */
  readonly enabled?: boolean | undefined;
  /** Default: the config's `host`. */
  readonly host?: string | undefined;
  /** 0 asks the system for a free one. Default: 8501. */
  readonly port?: number | undefined;
  /** Whether browsers of other origins may call. Default: `false`. */
  readonly cors?: boolean | undefined;
  /** Limit of one model run in milliseconds; 0 is none. Default: 30,000. */
  readonly timeoutMs?: number | undefined;
  /** Largest request body in bytes. Default: 256 MiB. */
  readonly maxBodyBytes?: number | undefined;
  /** Deepest nesting of a JSON body. Default: 64. */
  readonly maxJsonDepth?: number | undefined;
  /** PEM file with the certificate, and those between it and its root. Default: none, and no TLS. */
  readonly tlsCertFile?: string | undefined;
  /** PEM file with the certificate's private key. */
  readonly tlsKeyFile?: string | undefined;
  /** PEM file with root certificates of clients, who must show one then. Default: none is asked for. */
  readonly tlsClientCaFile?: string | undefined;
}

/** How gRPC is served. */
export interface UserGrpc {
  /** Default: `true`. */
  readonly enabled?: boolean | undefined;
  /** Default: the config's `host`. */
  readonly host?: string | undefined;
  /** 0 asks the system for a free one. Default: 8500. */
  readonly port?: number | undefined;
  /** Largest request message in bytes. Default: 256 MiB. */
  readonly maxMessageBytes?: number | undefined;
  /** Whether tensors of answers are written as `tensor_content`. Default: `false`. */
  readonly tensorContent?: boolean | undefined;
  /** Whether it listens on its port; `false` where `socketPath` is enough. Default: `true`. */
  readonly tcp?: boolean | undefined;
  /** UNIX socket to listen on too. Default: none. */
  readonly socketPath?: string | undefined;
  /** Arguments of the gRPC library: `'grpc.max_connection_age_ms=2000'`. Default: none. */
  readonly channelArguments?: string | undefined;
  /** PEM file with the certificate, and those between it and its root. Default: none, and no TLS. */
  readonly tlsCertFile?: string | undefined;
  /** PEM file with the certificate's private key. */
  readonly tlsKeyFile?: string | undefined;
  /** PEM file with root certificates of clients, who must show one then. Default: none is asked for. */
  readonly tlsClientCaFile?: string | undefined;
}

/** How versions are loaded and unloaded. */
export interface UserManager {
  /** Default: `'availability-preserving'`: a new version is loaded before the old one goes. */
  readonly policy?: ResolvedConfig['policy'] | undefined;
  /** Bytes that all loaded models together may take by their estimates. Default: no limit. */
  readonly ramLimitBytes?: number | undefined;
  /** Loads that go on at once. Default: 4. */
  readonly maxConcurrentLoads?: number | undefined;
  /** The same until every model was loaded once. Default: `maxConcurrentLoads`. */
  readonly maxConcurrentInitialLoads?: number | undefined;
  /** Unloads that go on at once. Default: no limit. */
  readonly maxConcurrentUnloads?: number | undefined;
  /** Further tries after a load failed. Default: 2. */
  readonly maxLoadRetries?: number | undefined;
  /** Wait between tries in milliseconds. Default: 1000. */
  readonly loadRetryIntervalMs?: number | undefined;
}

/** What a config file says. Everything has a default; paths are relative to the file. */
export interface UserConfig {
  /** Default: those among the dependencies in the nearest `package.json`, by the keyword `servable-plugin`. */
  readonly plugins?: readonly PluginReference[] | undefined;
  readonly models?: readonly UserModel[] | undefined;
  /** Address that REST and gRPC listen on. Default: `'127.0.0.1'`. */
  readonly host?: string | undefined;
  readonly rest?: UserRest | undefined;
  readonly grpc?: UserGrpc | undefined;
  /** `'strict'`: TensorFlow Serving's behaviour to the letter. Default: `'default'`. */
  readonly compat?: ResolvedConfig['compat'] | undefined;
  /** `'strict'`: inputs are checked against the signature's shapes. Default: `'engine'`: the engine refuses what it cannot run. */
  readonly validation?: ResolvedConfig['validation'] | undefined;
  /** Whether a signature's method name must be that of the method that is called. Default: `false`. */
  readonly checkMethodName?: boolean | undefined;
  /** Whether the warm-up requests beside a model run before it is served. Default: `true`. */
  readonly warmup?: boolean | undefined;
  /** How often each warm-up request runs. Default: 1. */
  readonly warmupIterations?: number | undefined;
  readonly batching?: (UserBatching & {
    /** Whether requests are joined where that cannot change an answer. Default: `true`. */
    readonly enabled?: boolean | undefined;
    /** Whether `batching_params.pbtxt` in a version says how its requests are joined, and those without are not. Default: `false`. */
    readonly fromVersionFiles?: boolean | undefined;
  }) | undefined;
  /** How often sources look for new versions, in milliseconds; 0 is once. Default: each source's own. */
  readonly pollIntervalMs?: number | undefined;
  readonly reload?: {
    /** How often changed config files are looked for, in milliseconds; 0 is only at SIGHUP. Default: 0. */
    readonly pollIntervalMs?: number | undefined;
  } | undefined;
  /** Whether a new label may name a version that is not served yet. One that moves may not. Default: `true`. */
  readonly allowLabelsForUnavailableVersions?: boolean | undefined;
  readonly manager?: UserManager | undefined;
  readonly metrics?: {
    /** Whether the REST port answers `/metrics`. Default: `true`. */
    readonly enabled?: boolean | undefined;
    /** Where the REST port answers with TensorFlow Serving's metrics, such as `/monitoring/prometheus/metrics`. Default: nowhere. */
    readonly tensorflowPath?: string | undefined;
  } | undefined;
  readonly log?: {
    /** Default: `'info'`. */
    readonly level?: ResolvedConfig['log']['level'] | undefined;
    /** Default: `'auto'`: pretty on a terminal, else JSON. */
    readonly format?: ResolvedConfig['log']['format'] | undefined;
  } | undefined;
  readonly drain?: {
    /** Longest wait for requests in flight after SIGTERM, in milliseconds. Default: 30,000. */
    readonly timeoutMs?: number | undefined;
    /** How long `/readyz` says 503 before listeners close, in milliseconds. Default: 0. */
    readonly delayMs?: number | undefined;
  } | undefined;
}
