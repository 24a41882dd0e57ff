import type { Signature, TensorSpec } from '@servable/core';
import { tensorFlowTypeOf } from '../data-type.ts';
import { truncateText } from '../tensorflow-text.ts';

/** A signature as protobuf prints a `SignatureDef` for people, cut as error texts are; defaults are left out. */
export function signatureText({ inputs, outputs, methodName }: Signature): string {
  const entries = (field: string, specs: ReadonlyMap<string, TensorSpec>): string[] =>
    [...specs].toSorted(([a], [b]) => (a < b ? -1 : 1)).flatMap(([alias, spec]) => entryLines(field, alias, spec));
  const lines = [...entries('inputs', inputs), ...entries('outputs', outputs), `method_name: ${quoted(methodName)}`];
  return truncateText(`${lines.join('\n')}\n`);
}

function entryLines(field: string, alias: string, spec: TensorSpec): string[] {
  return [
    `${field} {`,
    `  key: ${quoted(alias)}`,
    '  value {',
    `    name: ${quoted(spec.graphName ?? alias)}`,
    `    dtype: ${tensorFlowTypeOf(spec.dtype).protoName}`,
    ...shapeLines(spec),
    '  }',
    '}',
  ];
}

function shapeLines({ shape }: TensorSpec): string[] {
  if (shape === undefined) return ['    tensor_shape {', '      unknown_rank: true', '    }'];
  const sizes = shape.flatMap((size) => [
    '      dim {',
    ...(typeof size === 'string' ? ['        size: -1', `        name: ${quoted(size)}`] : size === 0 ? [] : [`        size: ${size}`]),
    '      }',
  ]);
  return ['    tensor_shape {', ...sizes, '    }'];
}

const ESCAPES: Readonly<Record<string, string>> = { '"': '\\"', "'": "\\'", '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function quoted(text: string): string {
  return `"${text.replaceAll(/["'\\\n\r\t]/g, (character) => ESCAPES[character] ?? character)}"`;
}
