import type { Executor, NamedTensors, RunContext, Servable, Signature } from '@servable/core';
import type { OpenSavedModel } from '../model/open-saved-model.ts';
import type { EngineName, SavedModelOptions } from '../plugin/saved-model-options.ts';

/** What an engine can do with one model, found out without loading it. */
export interface EngineOffer {
  /** Why it can do nothing with any model on this machine, and the cure; `undefined` when it can. */
  readonly unavailable: string | undefined;
  /** Signatures that it cannot run, by name, and why. */
  readonly refused: ReadonlyMap<string, string>;
  /** More to tell in `servable inspect`, such as the library that it found. */
  readonly detail: string;
}

/** A model to load. */
export interface EngineRequest {
  readonly model: OpenSavedModel;
  /** Those to run: of the model's signatures the ones that the engine has not refused. */
  readonly signatures: ReadonlyMap<string, Signature>;
  readonly options: SavedModelOptions;
}

/** One call of a signature. */
export interface EngineCall {
  readonly signature: string;
  /** By alias: each input of the signature. */
  readonly inputs: NamedTensors;
  /** Aliases of the outputs to compute, at least one. */
  readonly outputs: readonly string[];
  readonly context: RunContext;
}

/** A loaded model. Outputs are by alias. */
export interface EngineSession {
  readonly executor: Executor;
  /** Signatures of which the engine has proven that it keeps the rows of their requests apart. */
  readonly rowSignatures: ReadonlySet<string>;
  /** What a user should know of how it runs, such as a device that it fell back to. */
  readonly notes: readonly string[];
  run(call: EngineCall): NamedTensors | Promise<NamedTensors>;
  /** As `Servable.runTogether`, for signatures that it has. Absent: its signatures have graphs of their own. */
  readonly runTogether?: Servable['runTogether'];
  /** Frees the model. No run is in progress, and none comes later. */
  close(): Promise<void>;
}

/** Runs SavedModels. Made once for each plugin, when it is first needed. */
export interface SavedModelEngine {
  readonly name: EngineName;
  /** What it can do with a model: cheap enough to be asked by `servable inspect`. */
  offer(model: OpenSavedModel, options: SavedModelOptions, signal: AbortSignal): Promise<EngineOffer>;
  /** An upper bound of the bytes of main memory that the loaded model takes, from the bytes of its files. */
  estimateBytes(fileBytes: number): number;
  /**
   * Loads a model. It may reject with the signal's reason when that aborts, after it has freed what it took; one that cannot be
   * interrupted goes on, and the loader waits for it before it unloads.
   */
  load(request: EngineRequest, signal: AbortSignal): Promise<EngineSession>;
  /** After every session is closed. */
  close(): Promise<void>;
}
