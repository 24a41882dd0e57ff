import type { NamedTensors } from '@servable/core';
import type { EngineOffer, EngineRequest, EngineSession, SavedModelEngine } from '../../src/engines/saved-model-engine.ts';
import type { EngineName } from '../../src/plugin/saved-model-options.ts';

export interface FakeEngineOptions {
  readonly unavailable?: string;
  readonly refused?: Readonly<Record<string, string>>;
  readonly rows?: readonly string[];
  readonly notes?: readonly string[];
  /** What `load` waits for. */
  readonly gate?: Promise<void>;
}

/** An engine that answers every call with its inputs under the names of the outputs, and writes down what happens to it. */
export class FakeEngine implements SavedModelEngine {
  readonly name: EngineName;
  readonly events: string[] = [];
  readonly requests: EngineRequest[] = [];
  readonly #options: FakeEngineOptions;

  constructor(name: EngineName, options: FakeEngineOptions = {}) {
    this.name = name;
    this.#options = options;
  }

  async offer(): Promise<EngineOffer> {
    this.events.push('offer');
    return { unavailable: this.#options.unavailable, refused: new Map(Object.entries(this.#options.refused ?? {})), detail: 'fake' };
  }

  estimateBytes(fileBytes: number): number {
    return fileBytes * 3;
  }

  async load(request: EngineRequest): Promise<EngineSession> {
    this.requests.push(request);
    this.events.push('load');
    await this.#options.gate;
    return {
      executor: { id: 'fake', maxConcurrentRuns: 1 },
      rowSignatures: new Set(this.#options.rows),
      notes: this.#options.notes ?? [],
      run: ({ inputs, outputs }): NamedTensors => new Map(outputs.map((name, at) => [name, [...inputs.values()][at % inputs.size] ?? { dtype: 'FP32', shape: [0], data: new Float32Array(0) }])),
      close: async () => void this.events.push('session closed'),
    };
  }

  async close(): Promise<void> {
    this.events.push('closed');
  }
}
