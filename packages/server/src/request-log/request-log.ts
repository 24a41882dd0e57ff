import type { Hooks, Logger, RequestDone } from '@servable/core';
import { encodeRecord } from '@servable/tfrecord';
import { serverError } from '../errors.ts';
import { encodeJsonLine, encodeRequestLog, isLoggable, type LogFacts } from './encode-log.ts';
import { FileSink, type SinkOutcome } from './file-sink.ts';

/** How the requests of one model are logged. */
export interface ResolvedLogging {
  /** `tfrecord`, `json`, or what a plugin that taps `requestLogged` knows. TensorFlow Serving's `type`. */
  readonly collector: string;
  /** Beginning of the files' absolute path. */
  readonly prefix: string;
  /** From 0 (none) to 1 (all). */
  readonly samplingRate: number;
  /** A file that has so many bytes is followed by another. */
  readonly maxFileBytes: number;
}

/** A model and how its requests are logged. */
export interface LoggedModel {
  readonly name: string;
  readonly logging: ResolvedLogging | undefined;
}

/** What is logged, and whether that is allowed. */
export interface LoggingRules {
  readonly models: readonly LoggedModel[];
  /** `strict`: TensorFlow Serving's stock server logs nothing. */
  readonly compat: 'default' | 'strict';
}

export interface RequestLogOptions {
  readonly logger: Logger;
  /** Told what became of each request that was chosen; `status` is `OK`, or why it was not logged. */
  readonly onOutcome?: (model: string, outcome: SinkOutcome, status: string) => void;
  /** From 0 up to 1. Default: `Math.random`. */
  readonly random?: () => number;
}

interface Collector {
  readonly extension: string;
  encode(request: RequestDone, facts: LogFacts): Uint8Array;
}

const COLLECTORS: ReadonlyMap<string, Collector> = new Map<string, Collector>([
  ['tfrecord', { extension: '.tfrecord', encode: (request, facts) => encodeRecord(encodeRequestLog(request, facts)) }],
  ['json', { extension: '.jsonl', encode: encodeJsonLine }],
]);

const MAX_QUEUED_BYTES = 64 * 2 ** 20;
const STATUS_OF_OUTCOME: Readonly<Record<SinkOutcome, string>> = { written: 'OK', dropped: 'RESOURCE_EXHAUSTED', failed: 'UNKNOWN' };

/**
 * Logs requests of models that ask for it: a random part of them, the failed ones too. Models with the same collector and prefix share
 * their files. Serving never waits for it.
 */
export class RequestLog {
  readonly #options: RequestLogOptions;
  readonly #random: () => number;
  readonly #sinks = new Map<string, FileSink>();
  #models: ReadonlyMap<string, ResolvedLogging> = new Map();
  #requestLogged: Hooks['requestLogged'] | undefined;

  constructor(options: RequestLogOptions) {
    this.#options = options;
    this.#random = options.random ?? (() => Math.random());
  }

  /** Listens to what is answered. To be called once, after the plugins have tapped. */
  tap(hooks: Hooks): void {
    this.#requestLogged = hooks.requestLogged;
    hooks.requestDone.tap('@servable/server', (request) => {
      const logging = this.#models.get(request.model);
      if (logging !== undefined) this.#requestDone(request, logging);
    });
    hooks.close.tapPromise('@servable/server', () => this.close());
  }

  /** @throws ServingError `SRV_LOG_COLLECTOR_UNKNOWN`; with `compat: 'strict'` `SRV_LOG_REFUSED` */
  check({ models, compat }: LoggingRules): void {
    for (const { name, logging } of models) {
      if (logging === undefined) continue;
      if (compat === 'strict') throw serverError('SRV_LOG_REFUSED', [name]);
      const isKnown = COLLECTORS.has(logging.collector) || this.#requestLogged?.isUsed() === true;
      if (!isKnown) throw serverError('SRV_LOG_COLLECTOR_UNKNOWN', [logging.collector, name, [...COLLECTORS.keys()]]);
    }
  }

  /** Says which models are logged and how, from now on. @throws ServingError as {@link check}; nothing changes then */
  configure(rules: LoggingRules): void {
    this.check(rules);
    this.#models = new Map(rules.models.flatMap(({ name, logging }) => (logging === undefined ? [] : [[name, logging] as const])));
  }

  /** Resolves when all that was logged is written. */
  async close(): Promise<void> {
    this.#models = new Map();
    await Promise.all([...this.#sinks.values()].map((sink) => sink.close()));
  }

  #requestDone(request: RequestDone, logging: ResolvedLogging): void {
    if (!isLoggable(request) || this.#random() >= logging.samplingRate) return;
    const requestLogged = this.#requestLogged;
    const facts = { samplingRate: logging.samplingRate, now: new Date() };
    if (requestLogged?.isUsed() === true) requestLogged.call({ ...logging, request, encode: () => encodeRequestLog(request, facts) });
    const collector = COLLECTORS.get(logging.collector);
    if (collector === undefined) return;
    this.#sinkOf(logging, collector).write(collector.encode(request, facts), (outcome) => {
      this.#options.onOutcome?.(request.model, outcome, STATUS_OF_OUTCOME[outcome]);
    });
  }

  #sinkOf({ collector: name, prefix, maxFileBytes }: ResolvedLogging, { extension }: Collector): FileSink {
    const key = `${name} ${prefix}`;
    const found = this.#sinks.get(key);
    if (found !== undefined) return found;
    const made = new FileSink({ prefix, extension, maxFileBytes, maxQueuedBytes: MAX_QUEUED_BYTES, logger: this.#options.logger });
    this.#sinks.set(key, made);
    return made;
  }
}
