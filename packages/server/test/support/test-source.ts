import { type AspiredSink, defineSource, parseModelName, parseVersion, type SourcePlugin } from '@servable/core';

/** A source that states what a test says; its paths begin with `test://`. */
export interface TestSource {
  readonly plugin: SourcePlugin;
  /** States the whole set of a model. */
  aspire(model: string, versions: readonly (number | bigint)[], folder?: string): void;
  report(model: string, error: Error): void;
  readonly isClosed: boolean;
}

export function testSource(): TestSource {
  let sink: AspiredSink | undefined;
  let isClosed = false;
  const plugin = defineSource({
    name: 'test-source',
    schemes: ['test'],
    create(context) {
      ({ sink } = context);
      return {
        monitor() {},
        refresh: () => Promise.resolve(),
        close() {
          isClosed = true;
          return Promise.resolve();
        },
      };
    },
  });
  return {
    plugin,
    aspire(model, versions, folder = '/nowhere') {
      const set = versions.map((version) => ({ version: parseVersion(version), value: { path: `${folder}/${version}` } }));
      sink?.aspire({ name: parseModelName(model), versions: set });
    },
    report: (model, error) => sink?.report(parseModelName(model), error),
    get isClosed() {
      return isClosed;
    },
  };
}
