import { elementCount } from '@servable/core';
import { RefusedRun } from '../../compile/refused-run.ts';
import { type FeatureType, TYPE_NAMES } from './feature-values.ts';
import { KeyTable } from './key-table.ts';

/** What a node parses, as it is kept on disk. Keys are bytes: each a character of as many bits. */
export interface ExampleSpec {
  readonly sparse: readonly { readonly key: string; readonly dtype: FeatureType }[];
  /** A shape whose first size is -1: as many values as an example has. */
  readonly dense: readonly { readonly key: string; readonly dtype: FeatureType; readonly shape: readonly number[] }[];
  readonly ragged: readonly { readonly key: string; readonly dtype: FeatureType; readonly splits: 'INT32' | 'INT64' }[];
}

/** A feature that is asked for. */
export interface WantedFeature {
  readonly kind: 'sparse' | 'dense' | 'ragged';
  /** Among those of its kind. */
  readonly at: number;
  /** For messages. */
  readonly name: string;
  readonly dtype: FeatureType;
  /** How many values it has at least, and of how many it has a multiple. */
  readonly stride: number;
  readonly isFixed: boolean;
  /** For messages. */
  readonly shape: string;
}

/** The features that a node parses, ready to be found. */
export interface WantedFeatures {
  readonly list: readonly WantedFeature[];
  readonly keys: KeyTable;
}

/** Made once for each node. */
export function wantedFeatures({ dense, sparse, ragged }: ExampleSpec): WantedFeatures {
  const nameOf = (key: string): string => Buffer.from(key, 'latin1').toString('utf8');
  const list: WantedFeature[] = [
    ...dense.map(({ key, dtype, shape }, at): WantedFeature => {
      const isFixed = shape[0] !== -1;
      return { kind: 'dense', at, name: nameOf(key), dtype, stride: elementCount(isFixed ? shape : shape.slice(1)), isFixed, shape: shapeText(shape) };
    }),
    ...sparse.map(({ key, dtype }, at): WantedFeature => ({ kind: 'sparse', at, name: nameOf(key), dtype, stride: 1, isFixed: false, shape: '' })),
    ...ragged.map(({ key, dtype }, at): WantedFeature => ({ kind: 'ragged', at, name: nameOf(key), dtype, stride: 1, isFixed: false, shape: '' })),
  ];
  const keys = [...dense, ...sparse, ...ragged].map(({ key }) => Uint8Array.from(Buffer.from(key, 'latin1')));
  return { list, keys: new KeyTable(keys) };
}

/** As TensorFlow writes shapes. */
export function shapeText(shape: readonly number[]): string {
  return `[${shape.map((size) => (size === -1 ? '?' : size)).join(',')}]`;
}

/** Longer inputs are cut short in messages. */
const LONGEST_TEXT = 2000;

/** Bytes that are no example. */
export function noExample(bytes: Uint8Array): RefusedRun {
  const text = Buffer.from(bytes.subarray(0, LONGEST_TEXT)).toString('utf8');
  return new RefusedRun('INVALID_ARGUMENT', `Could not parse example input, value: '${text}${bytes.length > LONGEST_TEXT ? '…' : ''}'`);
}

/** A feature whose list is of no known kind. */
export function noType(): RefusedRun {
  return new RefusedRun('INVALID_ARGUMENT', 'Unsupported datatype.');
}

/** Another type than the feature has. */
export function otherType({ kind, dtype }: WantedFeature, given: FeatureType): string {
  if (kind === 'dense') return `Data types don't match. Data type: ${TYPE_NAMES[given]} but expected type: ${TYPE_NAMES[dtype]}`;
  return `Data types don't match. Expected type: ${TYPE_NAMES[dtype]}, Actual type: ${TYPE_NAMES[given]}`;
}

/** A feature that an example must have. */
export function isMissing({ name, dtype }: Pick<WantedFeature, 'name' | 'dtype'>): string {
  return `Feature: ${name} (data type: ${TYPE_NAMES[dtype]}) is required but could not be found.`;
}
