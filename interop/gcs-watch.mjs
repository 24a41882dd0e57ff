/** A source of its own, in this process, and what it states. */
import gcs from '@servable/source-gcs';

const LIMIT_MS = 120_000;

export class GcsWatch {
  #source;
  #sets = new Map();
  #faults = new Map();
  requests = [];

  constructor(options) {
    this.#source = gcs({ pollIntervalMs: 200, settleMs: 0, ...options }).create({
      logger: { debug() {}, info() {}, warn() {}, error: (fields, message) => console.log(message, fields) },
      observer: { requestDone: (request) => this.requests.push(request), downloadChanged() {} },
      sink: {
        aspire: ({ name, versions }) => this.#sets.set(name, versions),
        report: (name, error) => this.#faults.set(name, error),
      },
    });
  }

  monitor(paths, selector = { kind: 'all' }) {
    this.#source.monitor(Object.entries(paths).map(([name, path]) => ({ name, path, selector })));
  }

  refresh() {
    return this.#source.refresh();
  }

  close() {
    return this.#source.close();
  }

  versions(name) {
    return this.#sets.get(name)?.map(({ version }) => Number(version)).sort((a, b) => a - b);
  }

  path(name, version) {
    return this.#sets.get(name)?.find((each) => Number(each.version) === version)?.value?.path;
  }

  error(name, version) {
    return this.#sets.get(name)?.find((each) => Number(each.version) === version)?.error;
  }

  fault(name) {
    return this.#faults.get(name);
  }

  lists() {
    return this.requests.filter(({ operation }) => operation === 'list').length;
  }

  /** Resolves to what the condition gives, once that is not false. */
  async until(condition, what, limitMs = LIMIT_MS) {
    return until(condition, what, limitMs);
  }
}

export async function until(condition, what, limitMs = LIMIT_MS) {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const found = await condition();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`${what} did not come within ${limitMs / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
