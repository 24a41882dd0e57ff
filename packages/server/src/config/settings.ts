import type { ResolvedConfig } from './resolved-config.ts';

/** The server's settings by path, as in the config file, with their types. Models and plugins are not settings. */
export interface SettingValues {
  host: string;
  'rest.enabled': boolean;
  'rest.host': string | undefined;
  'rest.port': number;
  'rest.cors': boolean;
  'rest.timeoutMs': number;
  'rest.maxBodyBytes': number;
  'rest.maxJsonDepth': number;
  'rest.tlsCertFile': string | undefined;
  'rest.tlsKeyFile': string | undefined;
  'rest.tlsClientCaFile': string | undefined;
  'grpc.enabled': boolean;
  'grpc.host': string | undefined;
  'grpc.port': number;
  'grpc.maxMessageBytes': number;
  'grpc.tensorContent': boolean;
  'grpc.tcp': boolean;
  'grpc.socketPath': string | undefined;
  'grpc.channelArguments': string | undefined;
  'grpc.tlsCertFile': string | undefined;
  'grpc.tlsKeyFile': string | undefined;
  'grpc.tlsClientCaFile': string | undefined;
  compat: ResolvedConfig['compat'];
  validation: ResolvedConfig['validation'];
  checkMethodName: boolean;
  warmup: boolean;
  warmupIterations: number;
  'batching.enabled': boolean;
  'batching.maxBatchSize': number;
  'batching.batchTimeoutMicros': number;
  'batching.maxEnqueuedBatches': number;
  'batching.padVariableLengthInputs': boolean;
  'batching.enableLargeBatchSplitting': boolean;
  'batching.leaveWhenIdle': boolean;
  'batching.fromVersionFiles': boolean;
  pollIntervalMs: number | undefined;
  'reload.pollIntervalMs': number;
  allowLabelsForUnavailableVersions: boolean;
  'manager.policy': ResolvedConfig['policy'];
  'manager.ramLimitBytes': number | undefined;
  'manager.maxConcurrentLoads': number;
  'manager.maxConcurrentInitialLoads': number | undefined;
  'manager.maxConcurrentUnloads': number | undefined;
  'manager.maxLoadRetries': number;
  'manager.loadRetryIntervalMs': number;
  'metrics.enabled': boolean;
  'metrics.tensorflowPath': string | undefined;
  'log.level': ResolvedConfig['log']['level'];
  'log.format': ResolvedConfig['log']['format'];
  'drain.timeoutMs': number;
  'drain.delayMs': number;
}

/** A setting's name, such as `rest.port`. */
export type SettingPath = keyof SettingValues;

/** What is known of one setting. Config schema, flags, environment names, defaults and documentation follow from it. */
export interface Setting<Value = unknown> {
  readonly defaultValue: Value;
  /** JSON schema of its value, with what messages say. */
  readonly schema: object;
  /** How its text in a flag or the environment is read, before the schema sees it. */
  readonly kind: 'text' | 'integer' | 'boolean';
  /** For `--help` and the documentation; no full stop. */
  readonly summary: string;
  /** Said instead of a default that is no fixed value. */
  readonly defaultText?: string;
}

/** The longest wait that timers can count. */
const MAX_TIMER_MS = 2 ** 31 - 1;
const MIB = 2 ** 20;

export const SETTINGS: { readonly [Path in SettingPath]: Setting<SettingValues[Path]> } = {
  host: address('127.0.0.1', 'Address that REST and gRPC listen on; 0.0.0.0 or :: is any'),
  'rest.enabled': boolean(true, 'Whether REST is served'),
  'rest.host': { ...address(undefined, 'Address of REST'), defaultText: 'host' },
  'rest.port': port(8501, 'Port of REST; 0 asks the system for a free one'),
  'rest.cors': boolean(false, 'Whether browsers of other origins may call'),
  'rest.timeoutMs': milliseconds(30_000, 'Limit of one model run; 0 is none'),
  'rest.maxBodyBytes': integer(256 * MIB, { minimum: 1, unit: 'bytes', summary: 'Largest request body' }),
  'rest.maxJsonDepth': integer(64, { minimum: 1, maximum: 1000, unit: 'levels', summary: 'Deepest nesting of a JSON body' }),
  'rest.tlsCertFile': pemFile('Certificate of REST, and those between it and its root; REST is https then'),
  'rest.tlsKeyFile': pemFile('Private key of that certificate'),
  'rest.tlsClientCaFile': pemFile('Root certificates of clients, who must show a certificate then'),
  'grpc.enabled': boolean(true, 'Whether gRPC is served'),
  'grpc.host': { ...address(undefined, 'Address of gRPC'), defaultText: 'host' },
  'grpc.port': port(8500, 'Port of gRPC; 0 asks the system for a free one'),
  'grpc.maxMessageBytes': integer(256 * MIB, { minimum: 1, maximum: 2 ** 31 - 1, unit: 'bytes', summary: 'Largest request message' }),
  'grpc.tensorContent': boolean(false, 'Whether tensors of answers are written as tensor_content, which is faster to read'),
  'grpc.tcp': boolean(true, 'Whether gRPC listens on its port; false where socketPath is enough'),
  'grpc.socketPath': {
    defaultValue: undefined,
    defaultText: 'none',
    summary: 'UNIX socket that gRPC listens on too',
    kind: 'text',
    schema: { type: 'string', minLength: 1, expects: 'a path', example: "'/run/servable.sock'" },
  },
  'grpc.channelArguments': {
    defaultValue: undefined,
    defaultText: 'none',
    summary: 'Arguments of the gRPC library, such as grpc.max_connection_age_ms=2000, with commas between them',
    kind: 'text',
    schema: { type: 'string', pattern: String.raw`^\s*[^=,]+=[^=,]*(,[^=,]+=[^=,]*)*$`, expects: 'name=value pairs with commas between them', example: "'grpc.max_connection_age_ms=2000'" },
  },
  'grpc.tlsCertFile': pemFile('Certificate of gRPC, and those between it and its root; gRPC takes TLS alone then'),
  'grpc.tlsKeyFile': pemFile('Private key of that certificate'),
  'grpc.tlsClientCaFile': pemFile('Root certificates of clients, who must show a certificate then'),
  compat: choice('default', ['default', 'strict'], 'strict answers as TensorFlow Serving does, quirks included'),
  validation: choice('engine', ['engine', 'strict'], "strict checks inputs against the signature's shapes"),
  checkMethodName: boolean(false, "Whether a signature's method name must be that of the method that is called"),
  warmup: boolean(true, 'Whether the warm-up requests beside a model run before it is served'),
  warmupIterations: integer(1, { minimum: 1, unit: 'runs', summary: 'How often each warm-up request runs' }),
  'batching.enabled': boolean(true, 'Whether requests are joined where that cannot change an answer'),
  'batching.maxBatchSize': integer(128, { minimum: 1, unit: 'rows', summary: 'Most rows in one batch' }),
  'batching.batchTimeoutMicros': integer(0, { minimum: 0, unit: 'microseconds', summary: 'Longest wait for others, when leaveWhenIdle is false' }),
  'batching.maxEnqueuedBatches': integer(100, { minimum: 1, unit: 'batches', summary: 'Most batches that may wait in one queue' }),
  'batching.padVariableLengthInputs': boolean(false, 'Whether other axes than the first are padded to the longest'),
  'batching.enableLargeBatchSplitting': boolean(true, 'Whether a request larger than a batch is spread over several'),
  'batching.leaveWhenIdle': boolean(true, 'Whether a batch leaves as soon as the engine is idle'),
  'batching.fromVersionFiles': boolean(false, 'Whether batching_params.pbtxt in a version says how its requests are joined, and those without are not'),
  pollIntervalMs: {
    ...integer(undefined, { minimum: 0, maximum: MAX_TIMER_MS, unit: 'milliseconds', summary: 'How often sources look for versions; 0 is once' }),
    defaultText: "each source's own",
  },
  'reload.pollIntervalMs': milliseconds(0, 'How often changed config files are looked for; 0 is only at SIGHUP'),
  allowLabelsForUnavailableVersions: boolean(true, 'Whether a new label may name a version that is not served yet'),
  'manager.policy': choice(
    'availability-preserving',
    ['availability-preserving', 'resource-preserving'],
    'Whether a new version is loaded before the old one goes, or after',
  ),
  'manager.ramLimitBytes': {
    ...integer(undefined, { minimum: 1, unit: 'bytes', summary: 'What all loaded models may take by their estimates' }),
    defaultText: 'no limit',
  },
  'manager.maxConcurrentLoads': integer(4, { minimum: 1, maximum: 1024, unit: 'loads', summary: 'Loads that go on at once' }),
  'manager.maxConcurrentInitialLoads': {
    ...integer(undefined, { minimum: 1, maximum: 1024, unit: 'loads', summary: 'The same until every model was loaded once' }),
    defaultText: 'manager.maxConcurrentLoads',
  },
  'manager.maxConcurrentUnloads': {
    ...integer(undefined, { minimum: 1, maximum: 1024, unit: 'unloads', summary: 'Unloads that go on at once' }),
    defaultText: 'no limit',
  },
  'manager.maxLoadRetries': integer(2, { minimum: 0, unit: 'retries', summary: 'Further tries after a load failed' }),
  'manager.loadRetryIntervalMs': milliseconds(1000, 'Wait between tries'),
  'metrics.enabled': boolean(true, 'Whether the REST port answers /metrics with metrics of this server'),
  'metrics.tensorflowPath': {
    defaultValue: undefined,
    defaultText: 'nowhere',
    kind: 'text',
    summary: "Where the REST port answers with TensorFlow Serving's metrics",
    schema: { type: 'string', pattern: String.raw`^/[^\s?#]*$`, expects: 'a path that begins with /', example: "'/monitoring/prometheus/metrics'" },
  },
  'log.level': choice('info', ['debug', 'info', 'warn', 'error', 'silent'], 'Least serious message that is logged'),
  'log.format': choice('auto', ['auto', 'pretty', 'json'], 'auto is pretty on a terminal, else json'),
  'drain.timeoutMs': milliseconds(30_000, 'Longest wait for requests in flight after SIGTERM'),
  'drain.delayMs': milliseconds(0, 'How long /readyz says 503 before listeners close'),
};

/** Every setting's path, in the order of documentation. */
export const SETTING_PATHS: readonly SettingPath[] = Object.keys(SETTINGS) as SettingPath[];

/** Settings of batching that a model can have for itself too. */
export const BATCHING_SETTINGS = [
  'maxBatchSize',
  'batchTimeoutMicros',
  'maxEnqueuedBatches',
  'padVariableLengthInputs',
  'enableLargeBatchSplitting',
  'leaveWhenIdle',
] as const;

/** `rest.maxBodyBytes` → `rest-max-body-bytes` (without the dashes in front). */
export function flagOf(path: SettingPath): string {
  return words(path).join('-');
}

/** `rest.maxBodyBytes` → `SERVABLE_REST_MAX_BODY_BYTES`. */
export function environmentNameOf(path: SettingPath): string {
  return `SERVABLE_${words(path).join('_').toUpperCase()}`;
}

/** A default as people read it. */
export function defaultTextOf(path: SettingPath): string {
  const setting = SETTINGS[path];
  return setting.defaultText ?? String(setting.defaultValue);
}

function words(path: string): readonly string[] {
  return path
    .replaceAll(/[A-Z]/g, (letter) => `.${letter.toLowerCase()}`)
    .split('.');
}

function address<Value extends string | undefined>(defaultValue: Value, summary: string): Setting<Value> {
  const schema = { type: 'string', pattern: String.raw`^[^\s/[\]]+$`, expects: 'an IP address or a host name', example: "'127.0.0.1'" };
  return { defaultValue, summary, kind: 'text', schema };
}

function pemFile(summary: string): Setting<string | undefined> {
  const schema = { type: 'string', minLength: 1, expects: 'the path of a PEM file', example: "'./server.pem'" };
  return { defaultValue: undefined, defaultText: 'none', summary, kind: 'text', schema };
}

function boolean(defaultValue: boolean, summary: string): Setting<boolean> {
  return { defaultValue, summary, kind: 'boolean', schema: { type: 'boolean', expects: 'true or false', example: String(!defaultValue) } };
}

function port(defaultValue: number, summary: string): Setting<number> {
  const expects = 'a port: a whole number from 0 to 65535';
  return { defaultValue, summary, kind: 'integer', schema: { type: 'integer', minimum: 0, maximum: 65_535, expects, example: String(defaultValue) } };
}

function milliseconds(defaultValue: number, summary: string): Setting<number> {
  return integer(defaultValue, { minimum: 0, maximum: MAX_TIMER_MS, unit: 'milliseconds', summary });
}

interface IntegerRules {
  readonly minimum: number;
  readonly maximum?: number;
  readonly unit: string;
  readonly summary: string;
}

function integer<Value extends number | undefined>(defaultValue: Value, rules: IntegerRules): Setting<Value> {
  const { minimum, maximum = Number.MAX_SAFE_INTEGER, unit, summary } = rules;
  const upTo = rules.maximum === undefined ? 'up' : `to ${rules.maximum}`;
  const expects = `a whole number of ${unit} from ${minimum} ${upTo}`;
  const example = String(defaultValue ?? Math.max(minimum, 1000));
  return { defaultValue, summary, kind: 'integer', schema: { type: 'integer', minimum, maximum, expects, example } };
}

function choice<Value extends string>(defaultValue: Value, values: readonly Value[], summary: string): Setting<Value> {
  return { defaultValue, summary: `${summary}: one of ${values.join(', ')}`, kind: 'text', schema: { enum: values } };
}
