import { messageOf, type PluginCommand, ServingError } from '@servable/core';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { CompileThread } from '../compile/thread/compile-thread.ts';

const USAGE = `Usage: servable convert <version directory> <out.onnx> [--signature <name>] [--tag <tag> ...]

Compiles one signature of a SavedModel (serving_default, if no other is named) into an ONNX file with the names of its inputs and outputs.
Weights of more than 2 GB go to <out.onnx>.data beside it.`;

interface ConvertArguments {
  readonly paths: readonly string[];
  readonly signature: string;
  readonly tags: readonly string[] | undefined;
  readonly isHelp: boolean;
}

/** `servable convert`. */
export function convertCommand(): PluginCommand {
  return { name: 'convert', summary: 'compile a SavedModel into an ONNX file', run: convert };
}

async function convert(args: readonly string[], { print }: { readonly print: (text: string) => void }): Promise<number> {
  const parsed = parse(args);
  const [directory, out] = typeof parsed === 'string' ? [] : parsed.paths;
  if (typeof parsed === 'string' || parsed.isHelp || directory === undefined || out === undefined) {
    print(typeof parsed === 'string' ? `${parsed}\n\n${USAGE}` : USAGE);
    return typeof parsed === 'object' && parsed.isHelp ? 0 : 2;
  }
  const thread = new CompileThread();
  try {
    const path = resolve(out);
    const { signature, tags } = parsed;
    const renamed = await thread.run<'convert'>({ kind: 'convert', directory: resolve(directory), tags, signature, path }, new AbortController().signal);
    print(`${path}: signature '${signature}', ${(await stat(path)).size} bytes`);
    for (const [alias, given] of renamed) print(`Output '${alias}' is called '${given}': an input has its name`);
    return 0;
  } catch (error) {
    if (!ServingError.is(error)) throw error;
    print(error.message);
    return 1;
  } finally {
    await thread.close();
  }
}

function parse(args: readonly string[]): ConvertArguments | string {
  const options = { signature: { type: 'string' }, tag: { type: 'string', multiple: true }, help: { type: 'boolean', short: 'h' } } as const;
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    if (positionals.length > 2) return `one model and one file at a time, got ${positionals.join(' ')}`;
    return { paths: positionals, signature: values.signature ?? 'serving_default', tags: values.tag, isHelp: values.help === true };
  } catch (error) {
    return messageOf(error);
  }
}
