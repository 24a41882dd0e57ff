import type { AttributeToWrite } from '@servable/onnx-graph';
import type { HostAttribute, HostAttributes, HostPlan } from '../../host/host-op.ts';
import { NoKernel } from './kernel-types.ts';

/** A node that runs in TypeScript, between graphs of ONNX. */
export interface HostNode {
  /** Its name in the table of host ops. */
  readonly op: string;
  /** TensorFlow's node. */
  readonly node: string;
  readonly attributes: HostAttributes;
  /** Whether row i of every output depends on row i of the inputs alone. */
  readonly keepsRows: boolean;
  /** Whether it repeats its first input along axis 0, as its second says. */
  readonly repeatsRows: boolean;
  /** An empty name stands for an input that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** How many nodes of ONNX were made before it. */
  readonly after: number;
}

/** What a node is made of, beside its inputs. */
export interface HostParts extends Pick<HostPlan<HostAttributes>, 'attributes' | 'outputs' | 'keepsRows'> {
  readonly repeatsRows?: boolean;
}

/** Attributes of one of ONNX's operators on strings: numbers and lists of them are all that these have. */
export function plainAttributes(operator: string, attributes: Readonly<Record<string, AttributeToWrite>>): HostAttributes {
  const plain: Record<string, HostAttribute> = {};
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'object' && !Array.isArray(value)) throw new NoKernel(operator, 'BYTES');
    plain[name] = value as HostAttribute;
  }
  return plain;
}
