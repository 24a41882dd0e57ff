import type { Artifact, AspiredVersion, MonitoredModel, Version, VersionSelector } from '@servable/core';
import type { RemoteVersion, VersionListing } from './listing/remote-version.ts';

/** Something about a model's versions that its owner should know. */
export interface ModelNote {
  readonly level: 'info' | 'warn';
  readonly message: string;
}

/** One look at a model. */
export interface ModelLook {
  readonly model: MonitoredModel;
  readonly listing: VersionListing;
  readonly pending: readonly RemoteVersion[];
  readonly missing: readonly Version[];
}

/** What there is to say about a look; the same look says the same. Pure. */
export function notesOf({ model, listing, pending, missing }: ModelLook): readonly ModelNote[] {
  const { name, path, selector } = model;
  const notes: ModelNote[] = listing.duplicates.map(({ version, taken, ignored }) => ({
    level: 'warn',
    message: `Version ${version} of model '${name}' has several names under '${path}': '${taken}' is taken, not '${ignored.join("', '")}'`,
  }));
  if (listing.versions.length === 0) notes.push({ level: 'warn', message: noVersions(name, path) });
  const absent = missing.filter((version) => !pending.some((each) => each.version === version));
  if (absent.length > 0) notes.push({ level: 'warn', message: `Versions ${absent.join(', ')} of model '${name}' are asked for, but not found under '${path}'` });
  if (selector.kind === 'specific' && selector.versions.length === 0) {
    notes.push({ level: 'warn', message: `Model '${name}' asks for specific versions, but lists none: nothing is served` });
  }
  for (const { version } of pending) {
    notes.push({ level: 'info', message: `Version ${version} of model '${name}' is incomplete: waiting until all its files are there` });
  }
  return notes;
}

/** TensorFlow Serving's words, which its users search for. */
function noVersions(model: string, path: string): string {
  return `No versions of servable ${model} found under base path ${path}. Did you forget to name your leaf directory as a number (eg. '/1/')?`;
}

/** Tells sets apart that a manager would. */
export function describeSet(versions: readonly AspiredVersion<Artifact>[]): string {
  return versions.map((each) => `${each.version} ${'error' in each ? each.error.message : each.value.path}`).join('\n');
}

export function describeSelector(selector: VersionSelector): string {
  switch (selector.kind) {
    case 'latest':
      return `latest ${selector.count}`;
    case 'all':
      return 'all';
    case 'specific':
      return `specific ${selector.versions.join()}`;
    default:
      return selector satisfies never;
  }
}
