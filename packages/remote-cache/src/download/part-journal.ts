import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { systemCodeOf } from '../errors.ts';
import type { ByteRange } from '../remote-store.ts';

const WHOLE = 'whole';

/** The parts that a file is read in, in order; one empty part for an empty file. Pure. */
export function planParts(sizeBytes: number, partBytes: number): readonly ByteRange[] {
  const count = Math.max(1, Math.ceil(sizeBytes / partBytes));
  return Array.from({ length: count }, (_, index) => ({ start: index * partBytes, end: Math.min(sizeBytes, (index + 1) * partBytes) }));
}

/**
 * Which parts of a file are on the disk, kept beside it line by line, so that whoever goes on after this process ended (at any
 * moment) does not read them again. A part is noted after its bytes are on the disk; a line that was cut off counts for nothing.
 */
export class PartJournal {
  readonly #path: string;
  readonly #header: string;
  readonly #done = new Set<number>();
  #isWhole = false;

  private constructor(path: string, partBytes: number) {
    this.#path = path;
    this.#header = `parts of ${partBytes}\n`;
  }

  /** Reads what is there; another way to cut the file into parts begins anew. */
  static async open(path: string, partBytes: number): Promise<PartJournal> {
    const journal = new PartJournal(path, partBytes);
    const text = await readIfThere(path);
    if (text.startsWith(journal.#header)) journal.#take(text);
    // Otherwise the next line would be written behind half of one.
    if (!text.startsWith(journal.#header) || !text.endsWith('\n')) await journal.#write();
    return journal;
  }

  /** Every part is there, and its checksum was right. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  has(part: number): boolean {
    return this.#done.has(part);
  }

  async add(part: number): Promise<void> {
    this.#done.add(part);
    await appendFile(this.#path, `${part}\n`);
  }

  async markWhole(): Promise<void> {
    this.#isWhole = true;
    await appendFile(this.#path, `${WHOLE}\n`);
  }

  /** Nothing of the file is there. */
  async clear(): Promise<void> {
    this.#done.clear();
    this.#isWhole = false;
    await this.#write();
  }

  #take(text: string): void {
    for (const line of text.split('\n').slice(1, -1)) {
      if (line === WHOLE) this.#isWhole = true;
      else if (/^\d+$/.test(line)) this.#done.add(Number(line));
    }
  }

  async #write(): Promise<void> {
    const lines = [...this.#done].map((part) => `${part}\n`);
    await writeFile(this.#path, [this.#header, ...lines, this.#isWhole ? `${WHOLE}\n` : ''].join(''));
  }
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return '';
    throw error;
  }
}
