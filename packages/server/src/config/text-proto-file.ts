import { resolve } from 'node:path';
import { type Registry, ScalarType } from '@bufbuild/protobuf';
import { messageOf } from '@servable/core';
import { parsePlacedTextProto, TextProtoError } from '@servable/protos/text-proto';
import type { ConfigFault } from './config-fault.ts';
import type { ConfigKey } from './config-path.ts';
import { displayPath } from './file-fault.ts';
import { nearestName } from './nearest-name.ts';
import { readBounded } from './read-bounded.ts';
import { showValue } from './show-value.ts';

type Schema = Parameters<typeof parsePlacedTextProto>[0];
type MessageOf<S extends Schema> = ReturnType<typeof parsePlacedTextProto<S>>['message'];

/** A file in protobuf's text format, such as `models.config`, read but not checked any further. */
export interface TextProtoFile<Message> {
  /** Absolute. */
  readonly file: string;
  readonly message: Message;
  /** `file:line:column` of a value, or of the nearest value around it; keys are names as the file writes them, and places in lists. */
  readonly locate: (keys: readonly ConfigKey[]) => string;
}

/** Which file, and who names it. */
export interface TextProtoFileRequest {
  /** Relative to `cwd`. */
  readonly path: string;
  /** For messages, such as `--model_config_file`. */
  readonly namedBy: string;
  readonly cwd: string;
  /** The types of `google.protobuf.Any` that the text may spell out. */
  readonly registry?: Registry;
}

/** Reads a file that a flag names. What is wrong with it is told as one fault, with place and cure; never rejects. */
export async function readTextProtoFile<S extends Schema>(
  schema: S,
  { path, namedBy, cwd, registry }: TextProtoFileRequest,
): Promise<TextProtoFile<MessageOf<S>> | { readonly fault: ConfigFault }> {
  const file = resolve(cwd, path);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(await readBounded(file));
  } catch (error) {
    const cure = 'Name a text file that this process may read';
    return { fault: { layer: 'flag', path: namedBy, found: showValue(path), problem: `cannot be read: ${messageOf(error)}`, cure } };
  }
  const name = displayPath(file, cwd);
  try {
    const { message, placeOf } = parsePlacedTextProto(schema, text, registry === undefined ? {} : { registry });
    return {
      file,
      message,
      locate(keys) {
        const { line, column } = placeOf(keys);
        return `${name}:${line}:${column}`;
      },
    };
  } catch (error) {
    if (error instanceof TextProtoError) return { fault: textFault(error, name) };
    throw error;
  }
}

function textFault(error: TextProtoError, name: string): ConfigFault {
  const problem = error.reason.replace(/\.$/, '');
  return { layer: 'flag', path: '', found: undefined, problem, cure: cureOf(error), location: `${name}:${error.line}:${error.column}` };
}

/** The nearest of the names that could stand there, or a right value of the field that is read. */
function cureOf({ known, field, reason }: TextProtoError): string {
  if (known.length > 0) {
    const asked = /(?:named "?|value named )(\w+)/.exec(reason)?.[1] ?? '';
    const nearest = nearestName(asked, known);
    return nearest === undefined ? `Known are: ${known.join(', ')}` : `Did you mean '${nearest}'?`;
  }
  return field === undefined ? 'Mend the text, or compare it with docs/tensorflow-serving.md' : `Write ${field.name}${exampleOf(field)}`;
}

/** A right value of a field, as the text format writes it. */
function exampleOf(field: NonNullable<TextProtoError['field']>): string {
  if (field.message !== undefined) return isWrapper(field.message) ? ' { value: 1 }' : ' { … }';
  if (field.enum !== undefined) return `: ${field.enum.values[0]?.name ?? '0'}`;
  switch (field.scalar) {
    case ScalarType.BOOL:
      return ': true';
    case ScalarType.STRING:
    case ScalarType.BYTES:
      return ': "text"';
    default:
      return ': 1';
  }
}

/** `google.protobuf.Int64Value` and the like: a scalar that may be absent. */
function isWrapper({ typeName }: { readonly typeName: string }): boolean {
  return /^google\.protobuf\.\w+Value$/.test(typeName);
}
