import { parsePredictBody, resolvePredictBody, selectRestSignature } from '@servable/protocol';
import type { RunContext, Servable } from '@servable/core';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { serverError } from '../errors.ts';
import { unlessMissing } from './unless-missing.ts';
import { MAX_WARMUP_REQUESTS, type WarmupFile, type WarmupRequest } from './warmup-request.ts';

/** The body of a REST predict request, and where it stands: `line 3` or `element 0`. */
interface JsonRecord {
  readonly place: string;
  readonly body: Uint8Array;
}

const NEW_LINE = 0x0a;
const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPENERS, CLOSERS] = ['[{', ']}'].map((characters) => new Set(Buffer.from(characters)));
const BLANK = /^[ \t\r\n]*$/;

/**
 * Reads `warmup.jsonl` of a version's folder, or else `warmup.json`, an array of the same bodies; `undefined` when neither is
 * there.
 *
 * @throws ServingError `SRV_WARMUP_TOO_MANY`, `SRV_WARMUP_FAILED` for a `warmup.json` that is no array
 */
export async function openJsonFile(folder: string, maxJsonDepth: number): Promise<WarmupFile | undefined> {
  const read = (name: string, split: Split): Promise<WarmupFile | undefined> => readWith(join(folder, name), split, maxJsonDepth);
  return (await read('warmup.jsonl', linesOf)) ?? read('warmup.json', elementsOf);
}

type Split = (bytes: Buffer, path: string) => readonly JsonRecord[];

async function readWith(path: string, split: Split, maxJsonDepth: number): Promise<WarmupFile | undefined> {
  const bytes = await readFile(path).catch(unlessMissing);
  if (bytes === undefined) return undefined;
  const records = split(bytes, path);
  if (records.length > MAX_WARMUP_REQUESTS) throw serverError('SRV_WARMUP_TOO_MANY', [path, MAX_WARMUP_REQUESTS]);
  return { path, requests: requestsOf(records, maxJsonDepth) };
}

async function* requestsOf(records: readonly JsonRecord[], maxJsonDepth: number): AsyncGenerator<WarmupRequest> {
  for (const { place, body } of records) yield { place, run: (servable, context) => runBody(servable, body, { context, maxJsonDepth }) };
}

interface BodyRun {
  readonly context: RunContext;
  readonly maxJsonDepth: number;
}

async function runBody(servable: Servable, bytes: Uint8Array, { context, maxJsonDepth }: BodyRun): Promise<void> {
  const body = parsePredictBody(bytes, { maxDepth: maxJsonDepth });
  const { name, signature } = selectRestSignature(servable.signatures, body.signatureName);
  const { inputs } = resolvePredictBody(body, signature);
  await servable.run(name, inputs, context);
}

function linesOf(bytes: Buffer): readonly JsonRecord[] {
  const records: JsonRecord[] = [];
  let start = 0;
  for (let line = 1; start <= bytes.length; line += 1) {
    const found = bytes.indexOf(NEW_LINE, start);
    const end = found < 0 ? bytes.length : found;
    const body = bytes.subarray(start, end);
    if (!isBlank(body)) records.push({ place: `line ${line}`, body });
    start = end + 1;
  }
  return records;
}

/**
 * Cuts an array's text at its own commas, so that each element is read as exactly as a request's body is: `JSON.parse`
 * would lose large integers. Whether an element is JSON shows when it is read.
 */
function elementsOf(bytes: Buffer, path: string): readonly JsonRecord[] {
  const text = bytes.toString('latin1').trim();
  if (!text.startsWith('[') || !text.endsWith(']')) {
    throw serverError('SRV_WARMUP_FAILED', [path, 'file', 'it must be an array of request bodies']);
  }
  const inside = Buffer.from(text.slice(1, -1), 'latin1');
  const pieces = splitAtCommas(inside);
  if (pieces.length === 1 && isBlank(inside)) return [];
  return pieces.map((body, index) => ({ place: `element ${index}`, body }));
}

function splitAtCommas(bytes: Uint8Array): readonly Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let [start, depth, isInString] = [0, 0, false];
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index] ?? 0;
    if (isInString) {
      if (byte === BACKSLASH) index += 1;
      else if (byte === QUOTE) isInString = false;
    } else if (byte === QUOTE) isInString = true;
    else if (OPENERS?.has(byte)) depth += 1;
    else if (CLOSERS?.has(byte)) depth -= 1;
    else if (byte === COMMA && depth === 0) {
      pieces.push(bytes.subarray(start, index));
      start = index + 1;
    }
  }
  return [...pieces, bytes.subarray(start)];
}

function isBlank(bytes: Uint8Array): boolean {
  return BLANK.test(Buffer.from(bytes).toString('latin1'));
}
