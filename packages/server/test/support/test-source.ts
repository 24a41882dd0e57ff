import { type AspiredSink, defineSource, parseModelName, parseVersion, type SourcePlugin } from '@servable/core';

/** A source that states what a test says; its paths begin with `test://`. */
export interface TestSource {
  readonly plugin: SourcePlugin;
  /** States the whole set of a model. */
  aspire(model: string, versions: readonly (number | bigint)[], folder?: string): void;
  report(model: string, error: Error): void;
}

export interface TestSourceOptions {
  /** Versions by model that the first look finds. Default: none. */
  readonly initial?: Readonly<Record<string, readonly number[]>>;
  readonly onClose?: () => void;
}

export function testSource(options: TestSourceOptions = {}): TestSource {
  let sink: AspiredSink | undefined;
  const plugin = defineSource({
    name: 'test-source',
    schemes: ['test'],
    create(context) {
      ({ sink } = context);
      return {
        monitor() {
          for (const [model, versions] of Object.entries(options.initial ?? {})) aspire(model, versions);
        },
        refresh: () => Promise.resolve(),
        close: () => Promise.resolve(options.onClose?.()),
      };
    },
  });
  const aspire: TestSource['aspire'] = (model, versions, folder = '/nowhere') => {
    const set = versions.map((version) => ({ version: parseVersion(version), value: { path: `${folder}/${version}` } }));
    sink?.aspire({ name: parseModelName(model), versions: set });
  };
  return { plugin, aspire, report: (model, error) => sink?.report(parseModelName(model), error) };
}
