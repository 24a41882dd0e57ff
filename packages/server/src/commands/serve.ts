import { type HookPlugin, type Logger, type ModelName, type ServableState, ServingError } from '@servable/core';
import { compose, type RunningServer } from '../compose.ts';
import { type ConfigRequest, loadConfig, type LoadedConfig } from '../config/load.ts';
import type { ResolvedConfig } from '../config/resolved-config.ts';
import { ConfigWatch, type ConfigWatchOptions } from '../reload/config-watch.ts';
import { type CommandIo, EXIT_CODES } from './command-io.ts';
import { LoadProgress } from './load-progress.ts';
import { curlLine, reachable } from './sample-request.ts';

/**
 * Serves until a signal: the first drains, a second ends the process at once; SIGHUP reads the config again. A model that does
 * not load is told and does not stop the others; with `compat: 'strict'` it ends the server, as TensorFlow Serving does.
 */
export async function serve(request: ConfigRequest, io: CommandIo, extras: ServeExtras = {}): Promise<number> {
  const loaded = await loadConfig(request);
  const { config, notes } = loaded;
  const { terminalColumns: columns } = io;
  const progress = columns === undefined ? undefined : new LoadProgress((text) => io.writeError(text), columns);
  const logger = io.createLogger(config.log, progress === undefined ? undefined : (text) => progress.write(text));
  for (const note of notes) logger.warn({}, note);
  // Standard error holds one log line each where no person looks on: programs read it.
  const say = (text: string): void => (columns === undefined ? logger.info({}, text) : io.printError(text));
  const stop = listenForStop(io, say);
  try {
    const plugins = extras.plugin === undefined ? config.plugins : [...config.plugins, extras.plugin(logger)];
    const server = await start({ ...config, plugins }, { io, logger, stop });
    if (typeof server === 'number') return server;
    printAddresses(server, config, io);
    const endProgress = progress?.follow(server.manager, config.models.map(({ name }) => name));
    const endReloads = followConfig({ request, loaded, server, logger }, io);
    await Promise.race([server.ready, stop.requested]);
    endProgress?.();
    if (!stop.isRequested()) tellOutcome(server, loaded, io);
    await stop.requested;
    endReloads();
    await server.close();
    return EXIT_CODES.ok;
  } finally {
    stop.dispose();
  }
}

/** What other commands add to serving. */
export interface ServeExtras {
  /** Makes a plugin beside those of the config. */
  readonly plugin?: (logger: Logger) => HookPlugin;
}

interface StartOptions {
  readonly io: CommandIo;
  readonly logger: Logger;
  readonly stop: Stop;
}

/** The server, or the code to end with: `compat: 'strict'` waits for the models, and ends without them. */
async function start(config: ResolvedConfig, { io, logger, stop }: StartOptions): Promise<RunningServer | number> {
  try {
    return await compose(config, logger, stop.signal);
  } catch (error) {
    if (stop.isRequested()) return EXIT_CODES.ok;
    if (!config.listensWhenReady || !ServingError.is(error) || !TENSORFLOW_FAILURES.has(error.code)) throw error;
    // Source: TF Serving, `model_servers/main.cc`.
    io.print(`Failed to start server. Error: ${error.status}: ${error.message}`);
    return EXIT_CODES.tensorflowFailed;
  }
}

const TENSORFLOW_FAILURES: ReadonlySet<string> = new Set(['SRV_MODELS_UNAVAILABLE', 'SRV_LABEL_VERSION_UNAVAILABLE']);

/** On a terminal SIGHUP says that it has gone, and the server goes with it. */
function followConfig(options: ConfigWatchOptions, io: CommandIo): () => void {
  const watch = new ConfigWatch(options);
  const endSignals = io.terminalColumns === undefined ? io.onReloadSignal(() => void watch.reload()) : (): void => {};
  return () => {
    endSignals();
    watch.close();
  };
}

interface Stop {
  readonly requested: Promise<void>;
  /** Aborted then. */
  readonly signal: AbortSignal;
  isRequested(): boolean;
  dispose(): void;
}

/**
 * One press of Ctrl-C arrives twice under npm, npx and timeout: the terminal (or timeout) signals the whole group, and the
 * parent passes its own signal on. That is no wish to end at once.
 */
const SAME_SIGNAL_MS = 500;

function listenForStop(io: CommandIo, say: (text: string) => void): Stop {
  let requestedAt: number | undefined;
  const controller = new AbortController();
  const requested = new Promise<void>((resolve) => {
    controller.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  const dispose = io.onStopSignal(() => {
    if (requestedAt !== undefined) {
      if (io.now() - requestedAt > SAME_SIGNAL_MS) io.exitNow(EXIT_CODES.interrupted);
      return;
    }
    requestedAt = io.now();
    say('Stopping: requests under way are answered. A second signal ends at once');
    controller.abort();
  });
  return { requested, signal: controller.signal, isRequested: () => requestedAt !== undefined, dispose };
}

function printAddresses({ addresses }: RunningServer, { rest, grpc }: ResolvedConfig, io: CommandIo): void {
  if (addresses.grpc !== undefined) io.print(`gRPC  ${addresses.grpc}${grpc.tls === undefined ? '' : ' with TLS'}`);
  if (addresses.rest !== undefined) io.print(`REST  ${rest.tls === undefined ? 'http' : 'https'}://${addresses.rest}`);
}

/** Says what can be called now and what cannot. */
function tellOutcome(server: RunningServer, { config, isTensorflow }: LoadedConfig, io: CommandIo): void {
  const failures = config.models.flatMap(({ name }) => failureOf(name, server));
  if (isTensorflow || config.compat === 'strict') printTensorflowLines(server, io);
  const ready = config.models.length - failures.length;
  io.print(`Ready: ${ready} of ${config.models.length} ${config.models.length === 1 ? 'model' : 'models'}`);
  const reasons = new Map(server.notReady().map(({ model, reason }) => [model, reason]));
  for (const { name, state } of failures) {
    const reason = state?.error?.message ?? `${reasons.get(name) ?? ''}. It is served as soon as a version appears`;
    io.print(`Not ready: ${name}${state === undefined ? '' : `/${state.id.version}`}: ${reason}`);
  }
  const example = exampleOf(server, config);
  if (example !== undefined) io.print(`Try it:\n  ${example}`);
}

/** Lines that tools around TensorFlow Serving wait for. Source: TF Serving, `model_servers/server.cc`. */
function printTensorflowLines({ addresses }: RunningServer, io: CommandIo): void {
  if (addresses.grpc !== undefined) io.print(`Running gRPC ModelServer at ${addresses.grpc} ...`);
  if (addresses.rest !== undefined) io.print(`Exporting HTTP/REST API at:localhost:${addresses.rest.split(':').at(-1) ?? ''} ...`);
}

interface Failure {
  readonly name: ModelName;
  /** The newest version that ended; `undefined` when there is no version. */
  readonly state: ServableState | undefined;
}

function failureOf(name: ModelName, { manager }: RunningServer): readonly Failure[] {
  if (manager.readyVersions(name).length > 0) return [];
  return [{ name, state: manager.states.versions(name).find(({ error }) => error !== undefined) }];
}

/** A line for the first model that one can be said for; else the question that every model answers. */
function exampleOf({ addresses, manager }: RunningServer, config: ResolvedConfig): string | undefined {
  // With TLS the line depends on the client's certificates.
  if (addresses.rest === undefined || config.rest.tls !== undefined) return undefined;
  const ready = config.models.filter(({ name }) => manager.readyVersions(name).length > 0);
  for (const { name } of ready) {
    const handle = manager.acquire({ kind: 'latest', name });
    try {
      const line = curlLine(addresses.rest, name, handle.servable.signatures);
      if (line !== undefined) return line;
    } finally {
      handle.release();
    }
  }
  const [first] = ready;
  return first === undefined ? undefined : `curl http://${reachable(addresses.rest)}/v1/models/${encodeURIComponent(first.name)}/metadata`;
}
