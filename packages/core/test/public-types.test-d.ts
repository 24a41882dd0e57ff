/** Pins public types: each `@ts-expect-error` fails the type check when its line compiles. Not run. */
import {
  type AspiredVersion,
  createHooks,
  createManager,
  createTensor,
  defineErrors,
  defineLoader,
  type Hooks,
  type LoaderOptionsOf,
  type LoaderPlugin,
  type ModelName,
  parseModelName,
  parseVersion,
  servableError,
  type ServableRequest,
  type Tensor,
  type Version,
} from '../src/index.ts';

declare module '../src/index.ts' {
  interface LoaderOptionsByPlatform {
    typed: { readonly threads: number };
  }
}

// A dtype fixes its array.
export const floats: Tensor = { dtype: 'FP32', shape: [1], data: new Float32Array(1) };
// @ts-expect-error -- a Float64Array is not FP32
export const wrongArray: Tensor = { dtype: 'FP32', shape: [1], data: new Float64Array(1) };
// @ts-expect-error -- strings are bytes
export const text: Tensor = { dtype: 'BYTES', shape: [1], data: ['a'] };
export function narrows(tensor: Tensor): number | bigint | undefined {
  switch (tensor.dtype) {
    case 'FP32':
      return tensor.data satisfies Float32Array && tensor.data[0];
    case 'INT64':
      return tensor.data satisfies BigInt64Array && tensor.data[0];
    case 'BYTES':
      return tensor.data[0]?.byteLength;
    default:
      return undefined;
  }
}

// Names and versions are parsed, not assumed.
// @ts-expect-error -- text is not a name before parseModelName
export const name: ModelName = 'mnist';
// @ts-expect-error -- a bigint is not a version before parseVersion
export const version: Version = 1n;
// @ts-expect-error -- nor is a number
export const numeric: Version = 1;
export const asText: string = parseModelName('mnist');
export const asNumber: bigint = parseVersion(1);

// Exactly one way to name a version.
export const request: ServableRequest = { kind: 'label', name: parseModelName('m'), label: 'stable' };
// @ts-expect-error -- `version` needs a version
export const incomplete: ServableRequest = { kind: 'version', name: parseModelName('m') };
// @ts-expect-error -- `latest` has no version
export const excess: ServableRequest = { kind: 'latest', name: parseModelName('m'), version: parseVersion(1) };

// An aspired version has a value or an error.
// @ts-expect-error -- neither
export const neither: AspiredVersion<string> = { version: parseVersion(1) };

// Codes and arguments belong together.
servableError('SRV_MODEL_NOT_FOUND', ['m']);
// @ts-expect-error -- no such code
servableError('SRV_NOT_THERE', []);
// @ts-expect-error -- an argument is missing
servableError('SRV_VERSION_NOT_FOUND', ['m']);
// @ts-expect-error -- every code has a message
defineErrors<{ A: []; B: [] }>({ A: { status: 'INTERNAL', message: () => 'a' } });

// A platform's options come by declaration merging; others are anything.
export const threads: number = ({ threads: 1 } satisfies LoaderOptionsOf<'typed'>).threads;
// @ts-expect-error -- threads is a number
export const wrongOptions: LoaderOptionsOf<'typed'> = { threads: 'two' };
export const untyped: LoaderOptionsOf<'unknown platform'> = { whatever: 1 };
export const plugin: LoaderPlugin<'typed'> = defineLoader({
  platform: 'typed',
  create: (_artifact, options) => {
    // @ts-expect-error -- the options are those of the platform
    void options.other;
    throw new Error(String(options.threads));
  },
});

// Hooks.
export const hooks: Hooks = createHooks();
// @ts-expect-error -- a wrapper answers with a servable
hooks.wrapServable.tapPromise('acme', async () => 1);
// @ts-expect-error -- the record is fixed
hooks.close = createHooks().close;

// A handle's members are read-only; the manager's own too.
export const manager = createManager({ hooks });
// @ts-expect-error -- read-only
manager.acquire(request).id = { name: parseModelName('m'), version: parseVersion(1) };
// @ts-expect-error -- read-only
manager.states = createManager().states;
// @ts-expect-error -- an array of a dtype only known at run time is checked at run time, but must be an array
createTensor('FP32', [1], 'abc');
