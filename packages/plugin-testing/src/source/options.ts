import type { SourcePlugin } from '@servable/core';

/** A place with models that the suite may change, new for every case. */
export interface SourceStore {
  /** What a config would say as the model's path; also for a model whose base does not exist. */
  pathOf(model: string): string;
  /** Makes a model's base, without versions. */
  createBase(model: string): Promise<void>;
  /** Adds a complete version at once, so that no one sees half of it; the base exists. */
  publish(model: string, version: number): Promise<void>;
  /**
   * Begins a version that the source can tell is not complete (without files, say); what it resolves with completes it. Only
   * for sources that have `settle`.
   */
  begin?(model: string, version: number): Promise<() => Promise<void>>;
  /** Takes a version away. */
  unpublish(model: string, version: number): Promise<void>;
  /** Takes a model's base away, with all in it. */
  removeBase(model: string): Promise<void>;
  /** Frees the place. */
  close(): Promise<void>;
}

/** What the suite needs of a source's author. */
export interface SourceConformanceOptions {
  /** Makes the plugin, with intervals as short as it allows; called for every case. */
  readonly createPlugin: () => SourcePlugin;
  readonly createStore: () => Promise<SourceStore>;
  /** How long a change may take to be stated. Default: 10000. */
  readonly timeoutMs?: number;
}
