import type { DType } from '@servable/core';
import type { AttributeToWrite } from '@servable/onnx-graph';
import type { Shape, Size } from './dimension.ts';

/** What is known of an output before the node is made. */
export interface OutputFacts {
  readonly dtype: DType;
  readonly shape: Shape | undefined;
  readonly order?: readonly number[] | undefined;
  readonly elements?: readonly (Size | undefined)[] | undefined;
}

/** Parts of a node beside its inputs. */
export interface NodeParts {
  readonly attributes?: Readonly<Record<string, AttributeToWrite>>;
  readonly outputs: readonly OutputFacts[];
  readonly domain?: string;
}
