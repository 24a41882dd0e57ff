import { messageOf, ServingError } from '@servable/core';
import { deviceMissing } from '../device-cures.ts';
import { onnxError } from '../errors.ts';
import { ThreadError } from './engine-thread.ts';

/**
 * What the binding says, as errors with a status. Its own errors have no code, so its texts are all there is to go by;
 * `test/worker/binding-errors.test.ts` holds them against the pinned version.
 */

/** The named groups of the patterns below; each rule reads those that its own pattern has. */
type Groups = Readonly<Record<'domain' | 'expected' | 'got' | 'indices' | 'input' | 'newest' | 'type', string>>;

/** A text of the binding, and the error it means. The match's groups are its parts. */
interface Rule {
  readonly pattern: RegExp;
  error(found: Groups, reason: string, path: string): ServingError;
}


const LOAD_RULES: readonly Rule[] = [
  {
    pattern: /File doesn't exist|No such file/,
    error: (_, reason, path) =>
      reason.includes('External') ? onnxError('SRV_ONNX_MODEL_INVALID', [path, reason]) : onnxError('SRV_ONNX_FILE_NOT_FOUND', [path]),
  },
  { pattern: /bad_alloc|[Ff]ailed to allocate/, error: (_, reason) => onnxError('SRV_ONNX_OUT_OF_MEMORY', [reason]) },
  {
    pattern: /Unsupported model IR version: (?<got>\d+), max supported IR version: (?<newest>\d+)/,
    error: ({ got, newest }, _, path) =>
      onnxError('SRV_ONNX_MODEL_UNSUPPORTED', [path, `it has IR version ${got}`, exportOlder(`IR version ${newest}`)]),
  },
  {
    pattern: /Opset (?<got>\d+) is under development[\s\S]*for domain (?<domain>\S*) is till opset (?<newest>\d+)/,
    error: ({ got, domain, newest }, _, path) =>
      onnxError('SRV_ONNX_MODEL_UNSUPPORTED', [path, `it uses opset ${got} of ${domain}`, exportOlder(`opset ${newest}`)]),
  },
  {
    pattern: /No Op registered for|is not a registered function|Could not find an implementation for/,
    error: (_, reason, path) =>
      onnxError('SRV_ONNX_MODEL_UNSUPPORTED', [
        path,
        `ONNX Runtime lacks one of its operators: ${reason}`,
        'Export the model with operators of ai.onnx and ai.onnx.ml only',
      ]),
  },
  {
    pattern: /Unsupported data type: (?<type>\d+)/,
    error: ({ type }, _, path) =>
      onnxError('SRV_ONNX_MODEL_UNSUPPORTED', [
        path,
        `an input or output has ONNX element type ${type}${type === '16' ? ' (bfloat16)' : ''}, which the onnxruntime-node binding cannot pass`,
        'Use the native engine, or cast it to float inside the model',
      ]),
  },
  {
    pattern: /Protobuf parsing failed|does not have a graph|[Ii]nvalid model|External|ShapeInferenceError|Type Error|ModelProto|INVALID_GRAPH|Model path|model path is a directory/,
    error: (_, reason, path) => onnxError('SRV_ONNX_MODEL_INVALID', [path, reason]),
  },
];

const RUN_RULES: readonly Rule[] = [
  {
    pattern: /bad_alloc|[Ff]ailed to allocate|allocation failed/,
    error: (_, reason) => onnxError('SRV_ONNX_OUT_OF_MEMORY', [reason]),
  },
  {
    pattern: /Invalid rank for input: (?<input>.*?) Got: (?<got>\d+) Expected: (?<expected>\d+)/,
    error: ({ input, got, expected }) =>
      onnxError('SRV_ONNX_INPUT_INVALID', [input, `it has rank ${got}, the model takes rank ${expected}`]),
  },
  {
    pattern: /Got invalid dimensions for input: (?<input>.*?) for the following indices\n(?<indices>[\s\S]*?)\n Please/,
    error: ({ input, indices }) => onnxError('SRV_ONNX_INPUT_INVALID', [input, wrongSizes(indices)]),
  },
  { pattern: /Non tensor type/, error: (_, reason) => onnxError('SRV_ONNX_OUTPUT_UNSERVABLE', ['', reason]) },
  {
    pattern: /^Non-zero status code returned while running|Unexpected input data type|Tensor's size/,
    error: (_, reason) => onnxError('SRV_ONNX_RUN_REFUSED', [reason]),
  },
];

/** Why a load failed, as the ServingError that {@link OnnxEngine.createSession} documents. */
export function loadErrorOf(path: string, error: unknown): ServingError {
  if (ServingError.is(error)) return error;
  const text = messageOf(error);
  if (error instanceof ThreadError && error.fault.kind === 'device') return deviceMissing(path, error.fault.faults);
  if (error instanceof ThreadError && error.fault.kind === 'library') return onnxError('SRV_ONNX_RUNTIME_MISSING', [text]);
  return applyRules(LOAD_RULES, text, path) ?? onnxError('SRV_ONNX_LOAD_FAILED', [path, reasonOf(text)]);
}

/** Why a run failed, as the ServingError that {@link OnnxSession.run} documents. */
export function runErrorOf(error: unknown): ServingError {
  if (ServingError.is(error)) return error;
  const text = messageOf(error);
  if (error instanceof ThreadError && error.fault.kind === 'input') {
    return onnxError('SRV_ONNX_INPUT_INVALID', [error.fault.input, text]);
  }
  return applyRules(RUN_RULES, text, '') ?? onnxError('SRV_ONNX_RUN_FAILED', [reasonOf(text)], { cause: error });
}

function applyRules(rules: readonly Rule[], text: string, path: string): ServingError | undefined {
  for (const rule of rules) {
    const match = rule.pattern.exec(text);
    if (match !== null) return rule.error((match.groups ?? {}) as Groups, reasonOf(text), path);
  }
  return undefined;
}

function wrongSizes(indices: string): string {
  const each = indices.matchAll(/index: (\d+) Got: (-?\d+) Expected: (-?\d+)/g);
  return Array.from(each, ([, axis = '', got = '', expected = '']) => `axis ${axis} has size ${got}, the model takes ${expected}`).join('; ');
}

function exportOlder(newest: string): string {
  return `Export the model for ${newest} or older, or install a newer onnxruntime-node`;
}

/** Without the path, which the error names anyway, and the place in ONNX Runtime's own sources. */
function reasonOf(text: string): string {
  return text
    .replace(/^Load model from .*? failed:/, '')
    .replace(/\S+\.(?:cc|h):\d+ (?:[^()]*\([^()]*(?:\([^()]*\)[^()]*)*\)|\w+) /, '')
    .replace(/\s+/g, ' ')
    .replace(/[.\s]+$/, '')
    .trim();
}
