import { messageOf, type NamedTensors, type RunContext, ServingError, type Signature, type SignatureCall, type Tensor } from '@servable/core';
import type { TensorFlowEngine, TensorFlowEngineOptions, TensorFlowSession } from '@servable/engine-tensorflow';
import type * as EngineTensorFlow from '@servable/engine-tensorflow';
import { savedModelError } from '../errors.ts';
import type { OpenSavedModel } from '../model/open-saved-model.ts';
import { engineSettingsOf, type SavedModelOptions, type SavedModelPluginOptions } from '../plugin/saved-model-options.ts';
import { explainRefusal } from './explain-refusal.ts';
import { mayTakeLong } from './may-take-long.ts';
import type { EngineCall, EngineOffer, EngineRequest, EngineSession, SavedModelEngine } from './saved-model-engine.ts';

type Package = typeof EngineTensorFlow;

const PACKAGE = '@servable/engine-tensorflow';

/**
 * Peak of main memory for each byte of a model's files, from above: measured at 1.06 with 160 MB of variables. Small models took 12 to
 * 17 MB. The library itself (300 MB) is the process's own.
 */
const BYTES_PER_FILE_BYTE = 1.5;
const MODEL_BYTES = 32 * 2 ** 20;

/** Runs every op that TensorFlow has, with a libtensorflow that is installed beside it. */
export class TensorFlowSavedModelEngine implements SavedModelEngine {
  readonly name = 'tensorflow';
  readonly #plugin: SavedModelPluginOptions;
  readonly #import: () => Promise<Package>;
  /** One for all models: a process cannot have two libraries. */
  #engine: TensorFlowEngine | undefined;

  /** @param importPackage - tests replace it */
  constructor(plugin: SavedModelPluginOptions, importPackage: () => Promise<Package> = () => import('@servable/engine-tensorflow')) {
    this.#plugin = plugin;
    this.#import = importPackage;
  }

  async offer(_model: OpenSavedModel, options: SavedModelOptions): Promise<EngineOffer> {
    const refused = new Map<string, string>();
    try {
      const found = (await this.#package()).findLibrary({ path: this.#pathFor(options) });
      return { unavailable: undefined, refused, detail: `${found.origin}: '${found.files.main}'` };
    } catch (error) {
      return { unavailable: messageOf(error), refused, detail: '' };
    }
  }

  estimateBytes(fileBytes: number): number {
    return Math.ceil(MODEL_BYTES + BYTES_PER_FILE_BYTE * fileBytes);
  }

  async load({ model, signatures, options }: EngineRequest, signal: AbortSignal): Promise<EngineSession> {
    const engine = await this.#engineFor(options);
    const { tags, device, intraOpThreads, interOpThreads, maxQueuedRuns } = options;
    const given = Object.entries({ tags, device, intraOpThreads, interOpThreads, maxQueuedRuns }).filter(([, value]) => value !== undefined);
    const loadOptions = { ...Object.fromEntries(given), tensors: tensorsOf(signatures), mayTakeLong: mayTakeLong(model.graph) };
    const session = await engine.loadSavedModel(model.directory, loadOptions, signal).catch((error: unknown) => this.#explain(model, error, signal));
    return new TensorFlowModel(session, signatures);
  }

  async close(): Promise<void> {
    await this.#engine?.close();
  }

  /** Throws what TensorFlow said, with what the model's files say of it. */
  async #explain(model: OpenSavedModel, error: unknown, signal: AbortSignal): Promise<never> {
    const explained = await explainRefusal(model, error, signal);
    if (explained === undefined || !ServingError.is(error)) throw error;
    if (typeof explained !== 'string') throw explained;
    const { tensorflowError } = await this.#package();
    throw tensorflowError(error.code as `SRV_TENSORFLOW_NOT_FOUND`, [explained], { cause: error });
  }

  async #package(): Promise<Package> {
    try {
      return await this.#import();
    } catch (error) {
      throw new Error(`it needs the package '${PACKAGE}' (${messageOf(error)}): npm install ${PACKAGE}`, { cause: error });
    }
  }

  /** @throws ServingError `SRV_SAVEDMODEL_OPTION_INVALID` for a second library; `SRV_TENSORFLOW_*` */
  async #engineFor(options: SavedModelOptions): Promise<TensorFlowEngine> {
    const { createTensorFlowEngine, findLibrary } = await this.#package();
    const path = this.#pathFor(options);
    const running = (this.#engine ??= createTensorFlowEngine({ ...engineOptions(this.#plugin), ...(path === undefined ? {} : { libraryPath: path }) }));
    if (path === undefined || findLibrary({ path }).files.main === running.libraryPath) return running;
    throw savedModelError('SRV_SAVEDMODEL_OPTION_INVALID', ['engine.path', `is '${path}', but '${running.libraryPath}' is in use: a process has one. Give the same for all models`]);
  }

  #pathFor({ engine }: SavedModelOptions): string | undefined {
    return (typeof engine === 'object' ? engine.path : undefined) ?? engineSettingsOf(this.#plugin.engine).path;
  }
}

function engineOptions({ threads, synchronousMicros, engine }: SavedModelPluginOptions): TensorFlowEngineOptions {
  const { gpus, memoryGrowth, gpuMemoryFraction } = engineSettingsOf(engine);
  return Object.fromEntries(Object.entries({ threads, synchronousMicros, gpus, memoryGrowth, gpuMemoryFraction }).filter(([, value]) => value !== undefined));
}

function tensorsOf(signatures: ReadonlyMap<string, Signature>): string[] {
  const specs = [...signatures.values()].flatMap(({ inputs, outputs }) => [...inputs.values(), ...outputs.values()]);
  return [...new Set(specs.map(({ graphName = '' }) => graphName))];
}

/** A loaded model under the names of its signatures. */
class TensorFlowModel implements EngineSession {
  readonly executor: TensorFlowSession['executor'];
  /** TensorFlow's own graph is not read op by op: nothing is proven of it. */
  readonly rowSignatures: ReadonlySet<string> = new Set();
  readonly notes: readonly string[];
  readonly #session: TensorFlowSession;
  readonly #signatures: ReadonlyMap<string, Signature>;

  constructor(session: TensorFlowSession, signatures: ReadonlyMap<string, Signature>) {
    this.#session = session;
    this.#signatures = signatures;
    this.executor = session.executor;
    this.notes = session.deviceFaults.map((fault) => `Runs on '${session.device}' instead of ${fault}`);
  }

  run({ signature, inputs, outputs, context }: EngineCall): NamedTensors | Promise<NamedTensors> {
    const names = this.#outputNames({ signature, outputs });
    const pick = (results: NamedTensors): NamedTensors => byAlias(results, outputs, names);
    const results = this.#session.run(this.#feeds(signature, inputs), [...new Set(names)], context);
    if (!(results instanceof Promise)) return pick(results);
    return results.then(pick, (error: unknown) => {
      throw this.#withAlias(error, signature, inputs);
    });
  }

  async runTogether(calls: readonly SignatureCall[], inputs: NamedTensors, context: RunContext): Promise<readonly NamedTensors[]> {
    const names = calls.map((call) => this.#outputNames(call));
    // The same tensors of the graph for all.
    const signature = calls[0]?.signature ?? '';
    try {
      const results = await this.#session.run(this.#feeds(signature, inputs), [...new Set(names.flat())], context);
      return calls.map(({ outputs }, index) => byAlias(results, outputs, names[index] ?? []));
    } catch (error) {
      throw this.#withAlias(error, signature, inputs);
    }
  }

  #feeds(signature: string, inputs: NamedTensors): NamedTensors {
    const specs = this.#signatures.get(signature)?.inputs;
    return new Map(Array.from(inputs, ([alias, tensor]) => [specs?.get(alias)?.graphName ?? alias, tensor]));
  }

  #outputNames({ signature, outputs }: SignatureCall): readonly string[] {
    const specs = this.#signatures.get(signature)?.outputs;
    return outputs.map((alias) => specs?.get(alias)?.graphName ?? alias);
  }

  #withAlias(error: unknown, signature: string, inputs: NamedTensors): unknown {
    const specs = this.#signatures.get(signature)?.inputs;
    return withAlias(error, inputs, (alias) => specs?.get(alias)?.graphName ?? alias);
  }

  close(): Promise<void> {
    return this.#session.close();
  }
}

function byAlias(results: NamedTensors, aliases: readonly string[], names: readonly string[]): NamedTensors {
  const outputs = new Map<string, Tensor>();
  for (const [at, alias] of aliases.entries()) {
    const tensor = results.get(names[at] ?? alias);
    if (tensor !== undefined) outputs.set(alias, tensor);
  }
  return outputs;
}

/** An input's fault in the client's words: the engine only knows the graph's name for it. */
function withAlias(error: unknown, inputs: NamedTensors, nameOf: (alias: string) => string): unknown {
  if (!ServingError.is(error) || error.code !== 'SRV_TENSORFLOW_INPUT_INVALID') return error;
  const [name, reason] = error.args;
  const alias = [...inputs.keys()].find((each) => nameOf(each) === name) ?? String(name);
  return savedModelError('SRV_SAVEDMODEL_INPUT_INVALID', [alias, String(reason)], { cause: error });
}
