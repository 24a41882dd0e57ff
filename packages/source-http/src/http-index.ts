import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { messageOf } from '@servable/core';
import type { RemoteObject } from '@servable/remote-cache';
import { httpError } from './errors.ts';

/** One file of a version, as an index lists it. */
export interface HttpIndexFile {
  /** Relative to the version, parts separated by `/`. */
  readonly path: string;
  readonly size: number;
  /** In lower-case hex. */
  readonly sha256: string;
  /** Where it is, relative to the index. Default: `<version>/<path>`. */
  readonly url?: string;
}

/** What an index file holds. It is uploaded after the files it lists, so that what it lists is complete. */
export interface HttpIndex {
  readonly versions: Readonly<Record<string, { readonly files: readonly HttpIndexFile[] }>>;
}

/** Lists the numbered folders of a directory; write it as `index.json` beside them. */
export async function createHttpIndex(directory: string): Promise<HttpIndex> {
  const versions: Record<string, { files: HttpIndexFile[] }> = {};
  for (const version of (await readdir(directory)).filter((name) => /^\d+$/.test(name)).sort()) {
    const folder = join(directory, version);
    const files: HttpIndexFile[] = [];
    for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
      if (!entry.isFile()) continue;
      const file = join(entry.parentPath, entry.name);
      files.push({ path: relative(folder, file).split(sep).join('/'), ...(await sumUp(file)) });
    }
    versions[version] = { files: files.toSorted((left, right) => (left.path < right.path ? -1 : 1)) };
  }
  return { versions };
}

/** The files of an index. @throws ServingError `SRV_HTTP_INDEX_INVALID` */
export function readIndex(url: string, text: string): readonly RemoteObject[] {
  const index = parse(url, text);
  return Object.entries(index.versions).flatMap(([version, { files }]) => files.map((file) => describe(url, version, file)));
}

function describe(indexUrl: string, version: string, { path, size, sha256, url }: HttpIndexFile): RemoteObject {
  const relativeUrl = url ?? `${version}/${path.split('/').map(encodeName).join('/')}`;
  if (!URL.canParse(relativeUrl, indexUrl)) throw httpError('SRV_HTTP_INDEX_INVALID', [indexUrl, `'${relativeUrl}' is no http address`]);
  const locator = new URL(relativeUrl, indexUrl);
  if (!/^https?:$/.test(locator.protocol)) throw httpError('SRV_HTTP_INDEX_INVALID', [indexUrl, `'${locator.href}' is no http address`]);
  return { name: `${version}/${path}`, sizeBytes: size, revision: sha256, checksum: { algorithm: 'sha256', hex: sha256 }, locator: locator.href };
}

/** A name that is no well-formed text is refused later, with its version. */
function encodeName(name: string): string {
  return encodeURIComponent(Buffer.from(name).toString());
}

function parse(url: string, text: string): HttpIndex {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw httpError('SRV_HTTP_INDEX_INVALID', [url, messageOf(error)], { cause: error });
  }
  const fault = faultOf(value);
  if (fault !== undefined) throw httpError('SRV_HTTP_INDEX_INVALID', [url, fault]);
  return value as HttpIndex;
}

function faultOf(value: unknown): string | undefined {
  const versions = asRecord(asRecord(value)?.['versions']);
  if (versions === undefined) return "it has no object 'versions'";
  for (const [version, entry] of Object.entries(versions)) {
    if (!/^\d+$/.test(version)) return `'${version}' is no number of a version`;
    const files: unknown = asRecord(entry)?.['files'];
    if (!Array.isArray(files)) return `version '${version}' has no list 'files'`;
    for (const file of files) {
      const { path, size, sha256, url } = asRecord(file) ?? {};
      if (typeof path !== 'string') return `a file of version '${version}' has no 'path'`;
      if (!(Number.isSafeInteger(size) && Number(size) >= 0)) return `'${version}/${path}' has no 'size' in bytes`;
      if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) return `'${version}/${path}' has no 'sha256' of 64 lower-case hex digits`;
      if (url !== undefined && typeof url !== 'string') return `the 'url' of '${version}/${path}' is no text`;
    }
  }
  return undefined;
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
}

async function sumUp(file: string): Promise<{ readonly size: number; readonly sha256: string }> {
  const hash = createHash('sha256');
  let size = 0;
  await pipeline(createReadStream(file), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      size += chunk.byteLength;
      hash.update(chunk);
    }
  });
  return { size, sha256: hash.digest('hex') };
}
