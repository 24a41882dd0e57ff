import { elementCount, type NamedTensors, type Servable, type Signature, type TensorSpec } from '@servable/core';
import { check } from '../conformance-case.ts';
import { isDType } from '../tensor-agreement.ts';

/** Fails unless a servable says things about itself that can be true. */
export function checkServable(servable: Servable): void {
  check(servable.signatures.size > 0, 'a servable needs at least one signature');
  for (const [name, signature] of servable.signatures) checkSignature(name, signature);
  const { id, maxConcurrentRuns } = servable.executor;
  check(id !== '', 'executor.id must not be empty');
  check(Number.isInteger(maxConcurrentRuns) && maxConcurrentRuns >= 1, `executor.maxConcurrentRuns must be at least 1, got ${maxConcurrentRuns}`);
}

function checkSignature(name: string, signature: Signature): void {
  const where = `signature '${name}'`;
  check(signature.methodName !== '', `${where} has no methodName`);
  check(signature.outputs.size > 0, `${where} has no outputs`);
  for (const [alias, spec] of signature.inputs) checkSpec(`input '${alias}' of ${where}`, spec);
  for (const [alias, spec] of signature.outputs) checkSpec(`output '${alias}' of ${where}`, spec);
  for (const [alias, tensor] of signature.defaults) {
    const spec = signature.inputs.get(alias);
    check(spec !== undefined, `${where} has a default for '${alias}', which is no input`);
    check(spec.dtype === tensor.dtype, `the default of '${alias}' of ${where} is ${tensor.dtype}, the input ${spec.dtype}`);
  }
  if (signature.batching === 'rows') checkRows(where, signature);
  else check(signature.batching === 'none', `${where}: batching must be 'rows' or 'none'`);
}

function checkSpec(where: string, spec: TensorSpec): void {
  check(isDType(spec.dtype), `${where}: '${spec.dtype}' is no dtype`);
  for (const size of spec.shape ?? []) {
    const isSize = typeof size === 'string' ? size !== '' : Number.isInteger(size) && size >= -1;
    check(isSize, `${where}: a size is -1, a whole number or a name, got '${size}'`);
  }
}

function checkRows(where: string, signature: Signature): void {
  // What a graph answers may be of a rank that only a run tells.
  const outputs = [...signature.outputs].filter(([, { shape }]) => shape !== undefined);
  for (const [alias, spec] of [...signature.inputs, ...outputs]) {
    const first = spec.shape?.[0];
    check(first === -1 || typeof first === 'string', `${where} is batched by rows, but axis 0 of '${alias}' is ${first ?? 'missing'}`);
  }
}

/** Fails unless an answer is what its signature promises: these outputs, dtypes, ranks and fixed sizes. */
export function checkAnswer(answer: NamedTensors, signature: Signature, outputs: readonly string[]): void {
  const wanted = outputs.length === 0 ? [...signature.outputs.keys()] : outputs;
  const got = [...answer.keys()].toSorted().join(', ');
  check(got === wanted.toSorted().join(', '), `the answer must have the outputs ${wanted.toSorted().join(', ')}, got ${got === '' ? 'none' : got}`);
  for (const [name, tensor] of answer) {
    const spec = signature.outputs.get(name);
    check(spec !== undefined, `the answer has '${name}', which the signature does not have`);
    check(tensor.dtype === spec.dtype, `output '${name}' is ${tensor.dtype}, the signature says ${spec.dtype}`);
    check(shapeFits(tensor.shape, spec.shape), `output '${name}' has shape [${tensor.shape.join(', ')}], the signature says [${spec.shape?.join(', ') ?? ''}]`);
    const perElement = tensor.dtype.startsWith('COMPLEX') ? 2 : 1;
    const values = elementCount(tensor.shape) * perElement;
    check(tensor.data.length === values, `output '${name}' holds ${tensor.data.length} values, its shape needs ${values}`);
  }
}

function shapeFits(shape: readonly number[], declared: TensorSpec['shape']): boolean {
  if (declared === undefined) return true;
  if (declared.length !== shape.length) return false;
  return declared.every((size, axis) => typeof size === 'string' || size === -1 || size === shape[axis]);
}
