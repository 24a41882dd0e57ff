import type { OpenSavedModel } from '../model/open-saved-model.ts';
import { savedModelError } from '../errors.ts';
import { ENGINE_NAMES, type EngineChoice, type EngineName, engineNameOf, type SavedModelOptions } from '../plugin/saved-model-options.ts';
import { chooseEngine, isComplete, type OfferedEngine, whyNot } from './choose-engine.ts';
import type { SavedModelEngine } from './saved-model-engine.ts';

/** Makes each engine. */
export type EngineFactories = Readonly<Partial<Record<EngineName, () => SavedModelEngine>>>;

/** The engines of one plugin, each made when it is first asked for. */
export class EngineSet {
  readonly #factories: EngineFactories;
  readonly #engines = new Map<EngineName, SavedModelEngine>();

  constructor(factories: EngineFactories) {
    this.#factories = factories;
  }

  /** The engines that a model's options allow, in the order of preference. */
  candidates(choice: EngineChoice | undefined): readonly SavedModelEngine[] {
    const name = engineNameOf(choice);
    const names = name === 'auto' ? ENGINE_NAMES : [name];
    return names.map((each) => this.#get(each)).filter((engine) => engine !== undefined);
  }

  /** What each engine offers; none is asked after one that runs all of the model, unless `asksAll`. */
  async offers(model: OpenSavedModel, options: SavedModelOptions, how: { readonly signal: AbortSignal; readonly asksAll: boolean }): Promise<readonly OfferedEngine[]> {
    const offered: OfferedEngine[] = [];
    for (const engine of this.candidates(how.asksAll ? 'auto' : options.engine)) {
      const offer = await engine.offer(model, options, how.signal);
      offered.push({ engine, offer });
      if (isComplete(offer) && !how.asksAll) break;
    }
    return offered;
  }

  /** @throws ServingError `SRV_SAVEDMODEL_NO_ENGINE` */
  async choose(model: OpenSavedModel, options: SavedModelOptions, signal: AbortSignal): Promise<OfferedEngine> {
    const offered = await this.offers(model, options, { signal, asksAll: false });
    const chosen = chooseEngine(offered, model.signatures.signatures.size);
    if (chosen !== undefined) return chosen;
    const reasons = offered.length === 0 ? `engine '${engineNameOf(options.engine)}' is not part of this installation` : offered.map(whyNot).join('; ');
    throw savedModelError('SRV_SAVEDMODEL_NO_ENGINE', [model.directory, reasons]);
  }

  /** Engines that were made; what is loaded after this is told that they are closed. */
  async close(): Promise<void> {
    await Promise.all(Array.from(this.#engines.values(), (engine) => engine.close()));
  }

  #get(name: EngineName): SavedModelEngine | undefined {
    const engine = this.#engines.get(name) ?? this.#factories[name]?.();
    if (engine !== undefined) this.#engines.set(name, engine);
    return engine;
  }
}
