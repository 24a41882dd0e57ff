import { bytesField, joinFields } from './message-bytes.ts';
import { WireReader, WireType } from './wire-reader.ts';

/** What a `PredictionLog` may hold, by the number of its field. */
const KINDS = { 2: 'classify', 3: 'regress', 4: 'multiInference', 5: 'sessionRun', 6: 'predict', 7: 'predictStreamed' } as const;

/** Which call a `PredictionLog` is of. */
export type PredictionLogKind = (typeof KINDS)[keyof typeof KINDS];

/** A `tensorflow.serving.PredictionLog`, its messages still as they came. */
export interface PredictionLog {
  /** `undefined`: it says nothing. */
  readonly kind: PredictionLogKind | undefined;
  /** The number of the kind's field; 0 where there is none. */
  readonly kindNumber: number;
  /** The request's bytes, a view; of a stream all requests, one after the other. */
  readonly request: Uint8Array;
}

const REQUEST_TAG = (1 << 3) | WireType.bytes;
const NO_BYTES: Uint8Array = new Uint8Array(0);

/** Reads a `PredictionLog` as far as its request. @throws ServingError `SRV_GRPC_V1_MALFORMED` */
export function decodePredictionLog(bytes: Uint8Array): PredictionLog {
  const reader = new WireReader(bytes, 'PredictionLog');
  let log: PredictionLog = { kind: undefined, kindNumber: 0, request: NO_BYTES };
  while (reader.more) {
    const tag = reader.tag();
    const kindNumber = tag >>> 3;
    if (!isKind(kindNumber) || (tag & 7) !== WireType.bytes) reader.skip(tag);
    else {
      // Pieces of one kind are merged, another kind takes the place of the one before.
      const pieces = log.kindNumber === kindNumber ? [log.request] : [];
      const request = joinPieces([...pieces, ...readRequests(reader)]);
      log = { kind: KINDS[kindNumber], kindNumber, request };
    }
  }
  return log;
}

function isKind(number: number): number is keyof typeof KINDS {
  return Object.hasOwn(KINDS, number);
}

function readRequests(reader: WireReader): readonly Uint8Array[] {
  const requests: Uint8Array[] = [];
  const outer = reader.open();
  while (reader.more) {
    const tag = reader.tag();
    if (tag === REQUEST_TAG) requests.push(reader.view());
    else reader.skip(tag);
  }
  reader.close(outer);
  return requests;
}

function joinPieces(pieces: readonly Uint8Array[]): Uint8Array {
  const [only = NO_BYTES] = pieces;
  return pieces.length < 2 ? only : joinFields(pieces);
}

/** What a `PredictionLog` is written from: messages as bytes. */
export interface PredictionLogParts {
  readonly kind: PredictionLogKind;
  readonly request: Uint8Array;
  /** Absent: there was no answer. */
  readonly response?: Uint8Array | undefined;
  /** A `LogMetadata`. */
  readonly metadata?: Uint8Array | undefined;
}

/** Writes a `tensorflow.serving.PredictionLog`. The result shares no memory with its parts. */
export function encodePredictionLog({ kind, request, response, metadata }: PredictionLogParts): Uint8Array {
  const messages = [bytesField(1, request), ...(response === undefined ? [] : [bytesField(2, response)])];
  const logs = Object.entries(KINDS).filter(([, name]) => name === kind).map(([number]) => bytesField(Number(number), joinFields(messages)));
  return joinFields([...(metadata === undefined ? [] : [bytesField(1, metadata)]), ...logs]);
}
