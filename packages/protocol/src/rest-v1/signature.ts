import { DEFAULT_SIGNATURE_NAME, type Signature } from '@servable/core';
import type { NamedSignature } from '../grpc-v1/predict-inputs.ts';
import { restError } from './errors.ts';

/**
 * The signature that a REST request means; an empty name is `serving_default`.
 *
 * @throws ServingError `SRV_REST_V1_SIGNATURE_NOT_FOUND`: gRPC has another status and other words for the same
 */
export function selectRestSignature(signatures: ReadonlyMap<string, Signature>, signatureName: string): NamedSignature {
  const name = signatureName === '' ? DEFAULT_SIGNATURE_NAME : signatureName;
  const signature = signatures.get(name);
  if (signature === undefined) throw restError('SRV_REST_V1_SIGNATURE_NOT_FOUND', [name]);
  return { name, signature };
}
