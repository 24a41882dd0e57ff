import type { AttributeToWrite } from '@servable/onnx-graph';
import type { OutputFacts } from '../ir/node-parts.ts';
import type { Value } from '../ir/value.ts';
import { numbersOf } from '../ir/constant-data.ts';

/** What an operator on strings does to rows: those of its inputs that are no constants are its own, or a constant is repeated. */
interface StringRows {
  readonly keepsRows: boolean;
  readonly repeatsRows: boolean;
}

interface OperatorParts {
  readonly attributes: Readonly<Record<string, AttributeToWrite>>;
  readonly outputs: readonly OutputFacts[];
}

/** Whether an operator on strings keeps rows apart, as far as its constants and the numbers of axes tell. */
export function rowsOfStrings(operator: string, inputs: readonly (Value | undefined)[], { attributes, outputs }: OperatorParts): StringRows {
  return { keepsRows: keepsRows(operator, inputs, { attributes, outputs }), repeatsRows: (operator === 'Tile' || operator === 'Expand') && repeatsOne(inputs, outputs) };
}

function keepsRows(operator: string, inputs: readonly (Value | undefined)[], { attributes, outputs }: OperatorParts): boolean {
  const [first, second] = inputs;
  switch (operator) {
    case 'Identity':
      return true;
    case 'Gather':
      return first?.constant !== undefined && (attributes['axis'] ?? 0) === 0 && (second?.shape?.length ?? 0) > 0;
    case 'Where':
    case 'Equal':
      return inputs.every((input) => isAligned(input, outputs[0]?.shape?.length));
    case 'Squeeze':
    case 'Unsqueeze':
      return second?.constant !== undefined && numbersOf(second.constant)?.every((axis) => axis > 0) === true;
    default:
      return false;
  }
}

/** Whether axis 0 of an input is axis 0 of what comes out, or it is a constant that is the same for each row. */
function isAligned(input: Value | undefined, rank: number | undefined): boolean {
  if (input?.shape === undefined || rank === undefined) return false;
  if (input.constant === undefined) return input.shape.length === rank;
  return input.shape.length < rank || input.shape[0] === 1;
}

/** Whether what is repeated along axis 0 is one row, or has none of its own. */
function repeatsOne([first]: readonly (Value | undefined)[], [output]: readonly OutputFacts[]): boolean {
  const [rank, outer] = [first?.shape?.length, output?.shape?.length];
  if (first?.constant === undefined || rank === undefined || outer === undefined || outer === 0) return false;
  return rank < outer || first.shape?.[0] === 1;
}
