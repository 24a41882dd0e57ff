import type { VersionNames, VersionSelector } from '@servable/core';
import type { Choice } from './choose-versions.ts';

/** Something about a model's versions that its owner should know. */
export interface ScanNote {
  readonly level: 'info' | 'warn';
  readonly message: string;
}

/** One look at a model. */
export interface Scan {
  readonly model: string;
  readonly path: string;
  readonly selector: VersionSelector;
  readonly names: VersionNames;
  readonly choice: Choice;
}

/** What there is to say about a look; the same look says the same. Pure. */
export function notesOf(scan: Scan): readonly ScanNote[] {
  const { choice, model, names, path, selector } = scan;
  const notes: ScanNote[] = names.duplicates.map(({ version, taken, ignored }) => ({
    level: 'warn',
    message: `Version ${version} of model '${model}' has several names under '${path}': '${taken}' is taken, not '${ignored.join("', '")}'`,
  }));
  if (selector.kind === 'specific' && selector.versions.length === 0) {
    notes.push({ level: 'warn', message: `Model '${model}' asks for specific versions, but lists none: nothing is served` });
  } else if (names.byVersion.size === 0) {
    notes.push({ level: 'warn', message: noVersions(model, path) });
  }
  if (choice.missing.length > 0) {
    notes.push({ level: 'warn', message: `Versions ${choice.missing.join(', ')} of model '${model}' are asked for, but not found under '${path}'` });
  }
  for (const version of choice.pending) {
    notes.push({ level: 'info', message: `Version ${version} of model '${model}' is incomplete: waiting until its files stay the same` });
  }
  return notes;
}

/** TensorFlow Serving's words, which its users search for. */
function noVersions(model: string, path: string): string {
  return `No versions of servable ${model} found under base path ${path}. Did you forget to name your leaf directory as a number (eg. '/1/')?`;
}
