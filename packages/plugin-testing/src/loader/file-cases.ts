import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { LoaderPlugin, Signature, TensorSpec } from '@servable/core';
import { check, type ConformanceCase } from '../conformance-case.ts';
import { testLoaderContext } from '../test-context.ts';
import type { LoaderSession } from './session.ts';

/** `detect` and `inspect`, where the plugin has them. */
export function fileCases<Platform extends string>(session: LoaderSession<Platform>): ConformanceCase[] {
  return [
    { title: 'detect knows its own files and no others', run: () => detectsItsOwn(session) },
    { title: 'inspect says the same signatures as a load', run: () => inspectAgrees(session) },
  ];
}

function detectsItsOwn<P extends string>(session: LoaderSession<P>): Promise<void> {
  return session.withPlugin(async (plugin) => {
    if (plugin.detect === undefined) return;
    const own = session.options.artifact.path;
    check(await plugin.detect(own), `detect('${own}') must be true for the good version`);
    const empty = await mkdtemp(path.join(tmpdir(), 'servable-testing-'));
    try {
      check(!(await detects(plugin, empty)), 'detect() must be false for an empty directory');
      check(!(await detects(plugin, path.join(empty, 'missing'))), 'detect() must be false where nothing is');
    } finally {
      await rm(empty, { recursive: true, force: true });
    }
  });
}

async function detects<P extends string>(plugin: LoaderPlugin<P>, directory: string): Promise<boolean> {
  try {
    return (await plugin.detect?.(directory)) ?? false;
  } catch (error) {
    throw new Error(`detect('${directory}') must never throw`, { cause: error });
  }
}

function inspectAgrees<P extends string>(session: LoaderSession<P>): Promise<void> {
  return session.withPlugin(async (plugin) => {
    if (plugin.inspect === undefined) return;
    const inspection = await plugin.inspect(session.options.artifact, session.modelOptions, testLoaderContext());
    await session.withLoaded(plugin, (servable) => {
      const inspected = describeSignatures(inspection.signatures);
      const loaded = describeSignatures(servable.signatures);
      check(inspected === loaded, `inspect() says\n${inspected}\nbut the loaded version has\n${loaded}`);
      return Promise.resolve();
    });
  });
}

/** Signatures as text, one a line in a fixed order. */
function describeSignatures(signatures: ReadonlyMap<string, Signature>): string {
  const lines = [...signatures].map(([name, signature]) => {
    const defaults = [...signature.defaults].map(([alias, tensor]) => `${alias} = ${tensor.dtype}[${tensor.shape.join()}](${String(tensor.data)})`);
    return `${name} (${signature.methodName}, ${signature.batching}): ${describeSpecs(signature.inputs)} → ${describeSpecs(signature.outputs)} ${defaults.toSorted().join(' ')}`;
  });
  return lines.toSorted().join('\n');
}

function describeSpecs(specs: ReadonlyMap<string, TensorSpec>): string {
  const texts = [...specs].map(([alias, spec]) => `${alias}: ${spec.dtype} ${spec.shape === undefined ? '?' : `[${spec.shape.join()}]`} ${spec.graphName ?? ''}`);
  return texts.toSorted().join(', ');
}
