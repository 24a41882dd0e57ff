import type { DType, Tensor } from '@servable/core';
import type { AttrValue, NodeDef } from '@servable/protos/saved-model';
import type { TensorShapeProto } from '@servable/protos/tensorflow';
import { dataTypeName, dtypeOf } from '../../data-type.ts';
import { tensorFromProto } from '../../tensor/tensor-from-proto.ts';
import { Uncovered } from '../uncovered.ts';

/** Attributes by name, as a node or a call has them. */
export type AttributeMap = Readonly<Record<string, AttrValue>>;

/** A node's attributes, read as what its op says they are. Inside functions some stand for attributes of the call. */
export class NodeAttributes {
  readonly #node: Pick<NodeDef, 'name' | 'attr'>;
  readonly #ofCall: AttributeMap;

  constructor(node: Pick<NodeDef, 'name' | 'attr'>, ofCall: AttributeMap = {}) {
    this.#node = node;
    this.#ofCall = ofCall;
  }

  /** All of them, with what they stand for in place of placeholders. */
  resolved(): AttributeMap {
    return Object.fromEntries(Object.keys(this.#node.attr).flatMap((name) => {
      const value = this.#value(name);
      return value === undefined ? [] : [[name, value]];
    }));
  }

  has(name: string): boolean {
    return this.#value(name)?.value.case !== undefined;
  }

  integer(name: string, otherwise?: number): number {
    const value = this.#value(name)?.value;
    return value?.case === 'i' ? Number(value.value) : required(name, otherwise);
  }

  float(name: string, otherwise?: number): number {
    const value = this.#value(name)?.value;
    return value?.case === 'f' ? value.value : required(name, otherwise);
  }

  flag(name: string, otherwise = false): boolean {
    const value = this.#value(name)?.value;
    return value?.case === 'b' ? value.value : otherwise;
  }

  text(name: string, otherwise = ''): string {
    const value = this.#value(name)?.value;
    return value?.case === 's' ? Buffer.from(value.value).toString('utf8') : otherwise;
  }

  integers(name: string): readonly number[] {
    const value = this.#value(name)?.value;
    return value?.case === 'list' ? value.value.i.map(Number) : [];
  }

  /** Integers of 64 bits, with all of them. */
  bigIntegers(name: string): readonly bigint[] {
    const value = this.#value(name)?.value;
    return value?.case === 'list' ? value.value.i : [];
  }

  /** One integer of 64 bits, with all of them. */
  bigInteger(name: string, otherwise: bigint): bigint {
    const value = this.#value(name)?.value;
    return value?.case === 'i' ? value.value : otherwise;
  }

  floats(name: string): readonly number[] {
    const value = this.#value(name)?.value;
    return value?.case === 'list' ? value.value.f : [];
  }

  texts(name: string): readonly string[] {
    return this.byteTexts(name).map((text) => Buffer.from(text).toString('utf8'));
  }

  /** Texts that need not be UTF-8. */
  byteTexts(name: string): readonly Uint8Array[] {
    const value = this.#value(name)?.value;
    return value?.case === 'list' ? value.value.s : [];
  }

  /** An element type. @throws Uncovered for one that holds no plain values */
  dtype(name: string, otherwise?: DType): DType {
    const value = this.#value(name)?.value;
    return value?.case === 'type' ? plainType(value.value) : required(name, otherwise);
  }

  /** Element types. @throws Uncovered for one that holds no plain values */
  dtypes(name: string): readonly DType[] {
    const value = this.#value(name)?.value;
    return value?.case === 'list' ? value.value.type.map(plainType) : [];
  }

  /** A shape: -1 for sizes that are not said; `undefined` when the rank is not. */
  shape(name: string): readonly number[] | undefined {
    const value = this.#value(name)?.value;
    return value?.case === 'shape' ? sizesOf(value.value) : undefined;
  }

  /** Shapes, each as {@link NodeAttributes.shape}. */
  shapes(name: string): readonly (readonly number[] | undefined)[] {
    const value = this.#value(name)?.value;
    return value?.case === 'list' ? value.value.shape.map(sizesOf) : [];
  }

  tensor(name: string): Tensor {
    const value = this.#value(name)?.value;
    if (value?.case !== 'tensor') throw new Uncovered(`its attribute '${name}' is no tensor`);
    return tensorFromProto(this.#node.name, value.value);
  }

  /** A function, and the attributes it is called with. */
  call(name: string): { readonly name: string; readonly attributes: AttributeMap } | undefined {
    const value = this.#value(name)?.value;
    return value?.case === 'func' ? { name: value.value.name, attributes: value.value.attr } : undefined;
  }

  /** Several of them. */
  calls(name: string): readonly { readonly name: string; readonly attributes: AttributeMap }[] {
    const value = this.#value(name)?.value;
    return value?.case === 'list' ? value.value.func.map((each) => ({ name: each.name, attributes: each.attr })) : [];
  }

  #value(name: string): AttrValue | undefined {
    const value = Object.hasOwn(this.#node.attr, name) ? this.#node.attr[name] : undefined;
    return value?.value.case === 'placeholder' ? this.#ofCall[value.value.value] : value;
  }
}

function plainType(type: number): DType {
  const dtype = dtypeOf(type);
  if (dtype === undefined) throw new Uncovered(`its type is ${dataTypeName(type)}`);
  return dtype;
}

function sizesOf({ unknownRank, dim }: TensorShapeProto): readonly number[] | undefined {
  return unknownRank ? undefined : dim.map(({ size }) => Number(size));
}

function required<T>(name: string, otherwise: T | undefined): T {
  if (otherwise === undefined) throw new Uncovered(`it has no attribute '${name}'`);
  return otherwise;
}
