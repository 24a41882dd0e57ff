import type { Artifact, AspiredVersion, Logger, Version } from '@servable/core';
import { messageOf } from '@servable/core';
import type { ResolvedModel } from '../config/resolved-config.ts';
import { settledLook } from '../settled-look.ts';
import type { SourceResolver } from '../source-resolver.ts';

/** What a source says of one model, once. */
export interface FoundVersions {
  readonly versions: readonly AspiredVersion<Artifact>[];
  /** Versions that would be served, were they complete. */
  readonly incomplete: readonly Version[];
  /** Why the model cannot be looked at; `undefined` when it can. */
  readonly problem: string | undefined;
}

/** Asks a model's source which versions should be served now; waits while one that was just copied settles. */
export async function findVersions(model: ResolvedModel, sources: SourceResolver, logger: Logger): Promise<FoundVersions> {
  let versions: readonly AspiredVersion<Artifact>[] = [];
  let incomplete: readonly Version[] = [];
  let problem: string | undefined;
  const sink = {
    aspire: (set: { readonly versions: typeof versions }) => {
      versions = set.versions;
      problem = undefined;
    },
    report: (_name: string, error: Error) => {
      problem = error.message;
    },
  };
  const source = sources.forPath(model.path).create({ sink, logger });
  try {
    source.monitor([{ name: model.name, path: model.path, selector: model.versions }]);
    incomplete = (await settledLook(source)).map(({ version }) => version);
  } catch (error) {
    problem = messageOf(error);
  } finally {
    await source.close();
  }
  return { versions, incomplete, problem };
}
