import { createHash } from 'node:crypto';
import { type Logger, messageOf, type Plugin } from '@servable/core';
import { type ConfigReport, type ConfigRequest, loadConfig, type LoadedConfig } from '../config/load.ts';
import { readBounded } from '../config/read-bounded.ts';
import type { ResolvedConfig } from '../config/resolved-config.ts';
import { describeDiff, diffConfigs } from './diff-configs.ts';
import type { AppliedReload } from './reloader.ts';

/** The server whose config is kept up to date. */
export interface Reloadable {
  readonly config: ResolvedConfig;
  reload(config: ResolvedConfig): AppliedReload;
}

export interface ConfigWatchOptions {
  /** As the config was put together at the start. */
  readonly request: ConfigRequest;
  readonly loaded: LoadedConfig;
  readonly server: Reloadable;
  readonly logger: Logger;
}

/**
 * Reads the config again: when told to, and every `reload.pollIntervalMs` when one of its files has changed since it was read, or
 * could not be taken over the last time. What is wrong with it is told once, and the running config stays.
 */
export class ConfigWatch {
  readonly #options: ConfigWatchOptions;
  readonly #closing = new AbortController();
  #inputs: readonly string[];
  /** Of the files that were taken over last; `undefined`: look at them whatever they are. */
  #fingerprint: string | undefined;
  #generation = 0;
  /** What was told last, so that it is told once. */
  #told: string | undefined;
  #turn: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ConfigWatchOptions) {
    this.#options = options;
    this.#inputs = options.loaded.inputs;
    this.#schedule();
  }

  /** Reads everything again and takes it over. Never rejects. */
  reload(): Promise<void> {
    this.#told = undefined;
    return this.#takeTurn(() => this.#reload(false));
  }

  /** Ends polling. What is under way ends by itself. */
  close(): void {
    this.#closing.abort();
    clearTimeout(this.#timer);
  }

  /** One reload after the other, in the order in which they were asked for. */
  #takeTurn(work: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(() => (this.#closing.signal.aborted ? undefined : work()));
    return this.#turn;
  }

  #schedule(): void {
    const { reloadPollIntervalMs } = this.#options.server.config;
    clearTimeout(this.#timer);
    if (reloadPollIntervalMs <= 0 || this.#closing.signal.aborted) return;
    this.#timer = setTimeout(() => void this.#takeTurn(() => this.#poll()).then(() => this.#schedule()), reloadPollIntervalMs);
    this.#timer.unref();
  }

  async #poll(): Promise<void> {
    // TensorFlow Serving applies the file at each poll, whatever else changed the models in between.
    const isForced = this.#options.server.config.compat === 'strict';
    if (isForced || this.#fingerprint === undefined || (await fingerprintOf(this.#inputs)) !== this.#fingerprint) await this.#reload(!isForced);
  }

  /** `mayPass`: nothing is done when the files still say what the server was started with. */
  async #reload(mayPass: boolean): Promise<void> {
    const { request, server } = this.#options;
    const fingerprint = await fingerprintOf(this.#inputs);
    let report: ConfigReport | undefined;
    try {
      this.#generation += 1;
      const loaded = await loadConfig({ ...request, generation: this.#generation });
      report = loaded;
      const isAsStarted = mayPass && this.#generation === 1 && isSame(this.#options.loaded.config, loaded.config);
      const applied = isAsStarted ? undefined : server.reload(loaded.config);
      this.#fingerprint = sameFiles(loaded.inputs, this.#inputs) ? fingerprint : undefined;
      this.#inputs = loaded.inputs;
      if (applied !== undefined) this.#tellApplied(applied);
    } catch (error) {
      this.#fingerprint = undefined;
      this.#tell('error', `The config was not taken over, the running one stays: ${messageOf(error)}`);
    } finally {
      await closeUnused(report?.plugins ?? [], server.config.plugins);
      this.#schedule();
    }
  }

  #tellApplied(applied: AppliedReload): void {
    const changes = describeDiff(applied.diff);
    const { fixed } = applied.diff;
    if (changes !== '') this.#tell('info', `The config was taken over: ${changes}`);
    else if (fixed.length === 0) this.#told = undefined;
    if (fixed.length > 0) this.#tell('warn', `Restart the server to change ${fixed.join(', ')}: this cannot change while it runs`);
    applied.whenReady(this.#closing.signal).catch((error: unknown) => {
      if (!this.#closing.signal.aborted) this.#options.logger.error({}, `Of the models that were added, ${messageOf(error)}`);
    });
  }

  #tell(level: 'info' | 'warn' | 'error', text: string): void {
    if (text === this.#told) return;
    this.#told = text;
    this.#options.logger[level]({}, text);
  }
}

function isSame(before: ResolvedConfig, after: ResolvedConfig): boolean {
  const diff = diffConfigs(before, after);
  return describeDiff(diff) === '' && diff.fixed.length === 0;
}

/** What the files hold now, in short; a file that cannot be read counts as one that holds nothing. */
async function fingerprintOf(files: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const file of files) {
    const content = await readBounded(file).catch(() => Buffer.alloc(0));
    hash.update(`${file} ${content.length} `).update(content);
  }
  return hash.digest('hex');
}

function sameFiles(a: readonly string[], b: readonly string[]): boolean {
  return a.join('\0') === b.join('\0');
}

/** A config that is read again makes its plugins again; those that serve are the first ones. */
async function closeUnused(made: readonly Plugin[], running: readonly Plugin[]): Promise<void> {
  for (const plugin of made) {
    if (plugin.kind === 'loader' && !running.includes(plugin)) await plugin.close?.().catch(() => {});
  }
}
