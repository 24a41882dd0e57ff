import { defineLoader, type Inspection, type LoaderPlugin } from '@servable/core';
import { definitionNames } from './definition-file.ts';
import { FunctionLoader } from './function-loader.ts';
import { readDefinition } from './read-definition.ts';
import type { Use } from './uses.ts';

/** A model of functions has no options: all is in its file. */
export type FunctionOptions = Readonly<Record<string, never>>;

declare module '@servable/core' {
  interface LoaderOptionsByPlatform {
    function: FunctionOptions;
  }
}

/** Serves version directories with a `servable.ts` (or `.js`, `.mts`, `.mjs`) that exports what `defineServable` gives. */
export function functionsPlugin(): LoaderPlugin<'function'> {
  return defineLoader({
    platform: 'function',
    optionsSchema: { type: 'object', additionalProperties: false },
    create: (artifact, _options, context) => new FunctionLoader(artifact, context),
    detect: async (directory) => (await definitionNames(directory)).length > 0,
    inspect: ({ path }) => inspectDefinition(path),
  });
}

async function inspectDefinition(directory: string): Promise<Inspection> {
  const { signatures, uses } = await readDefinition(directory);
  return {
    signatures: new Map(Array.from(signatures, ([name, { signature }]) => [name, signature])),
    facts: Array.from(uses, ([name, use]) => ({ label: `uses ${name}`, value: describeUse(use) })),
    notes: [...signatures].filter(([, { run }]) => run === undefined).map(([name]) => `Signature '${name}' only streams`),
  };
}

function describeUse(use: Use): string {
  if (use.kind === 'part') return `part ${use.path}${use.platform === undefined ? '' : ` (${use.platform})`}`;
  if (use.version !== undefined) return `model ${use.name}, version ${use.version}`;
  return `model ${use.name}, ${use.label === undefined ? 'highest version' : `label ${use.label}`}`;
}
