/** Runs of one size that must have been quick before the next one is predicted to be. */
const MIN_RUNS = 16;
/** A run this long on the event loop ends the trust in its size. */
const OVERRUN_MICROS = 200;
/** Quick runs in a thread that make up for one overrun. */
const RUNS_AFTER_OVERRUN = 128;
/**
 * Runs on the event loop, after one elsewhere, that say little: the library's code and the weights are in the caches of another core. A
 * TensorFlow run of 37 µs took 120 to 200 µs the first time, 52 the second, 41 the third.
 */
const COLD_RUNS = 4;
/** Weight of the newest run in the average. */
const SMOOTHING = 0.125;

interface SizeHistory {
  averageMicros: number;
  runs: number;
  quickRuns: number;
  /** Of the next runs on the event loop. */
  coldRuns: number;
}

/**
 * Predicts, from earlier runs of the same size, whether the next one is short enough to be made on the event loop: handing a run to
 * another thread and back costs more than a small model's run.
 */
export class RunTimePredictor {
  readonly #limitMicros: number;
  readonly #histories = new Map<number, SizeHistory>();

  /** @param limitMicros - longest run that may be made on the event loop; 0: none is */
  constructor(limitMicros: number) {
    this.#limitMicros = limitMicros;
  }

  /** @param inputBytes - what the run is given; sizes within a factor of two are taken together */
  isQuick(inputBytes: number): boolean {
    const history = this.#histories.get(sizeClass(inputBytes));
    return this.#limitMicros > 0 && history !== undefined && history.quickRuns >= MIN_RUNS;
  }

  /** What runs of this size take on average; `undefined` before there were enough. */
  averageMicros(inputBytes: number): number | undefined {
    const history = this.#histories.get(sizeClass(inputBytes));
    return history !== undefined && history.runs >= MIN_RUNS ? history.averageMicros : undefined;
  }

  /** Learns from a run in an engine thread. */
  recordInThread(inputBytes: number, micros: number): void {
    const history = this.#learn(inputBytes, micros);
    history.coldRuns = COLD_RUNS;
    if (history.averageMicros > this.#limitMicros) history.quickRuns = Math.min(history.quickRuns, 0);
    else history.quickRuns = Math.min(history.quickRuns + 1, MIN_RUNS);
  }

  /** Learns from a run on the event loop. One overrun ends the trust, and many quick runs elsewhere must earn it again. */
  recordHere(inputBytes: number, micros: number): void {
    const history = this.#historyOf(inputBytes, micros);
    if (history.coldRuns > 0) history.coldRuns--;
    else this.#learn(inputBytes, micros);
    if (micros > OVERRUN_MICROS || history.averageMicros > this.#limitMicros) history.quickRuns = -RUNS_AFTER_OVERRUN;
  }

  #learn(inputBytes: number, micros: number): SizeHistory {
    const history = this.#historyOf(inputBytes, micros);
    history.runs++;
    history.averageMicros += (micros - history.averageMicros) * SMOOTHING;
    return history;
  }

  #historyOf(inputBytes: number, micros: number): SizeHistory {
    const key = sizeClass(inputBytes);
    const history = this.#histories.get(key) ?? { averageMicros: micros, runs: 0, quickRuns: 0, coldRuns: COLD_RUNS };
    this.#histories.set(key, history);
    return history;
  }
}

function sizeClass(bytes: number): number {
  return Math.floor(Math.log2(Math.max(bytes, 1)));
}
