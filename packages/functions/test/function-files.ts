import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGE = fileURLToPath(new URL('..', import.meta.url));

/** Folders of definition files inside of this package, so that they find it by its name. */
export class FunctionFiles {
  readonly root: string;

  private constructor(root: string) {
    this.root = root;
  }

  static async create(): Promise<FunctionFiles> {
    return new FunctionFiles(await mkdtemp(join(tmpdir(), 'servable-functions-')));
  }

  /** Writes files, by their names, into a folder of their own; `@servable/functions` in them is this package's source. */
  async write(folder: string, files: Readonly<Record<string, string>>): Promise<string> {
    const directory = join(this.root, folder);
    await mkdir(directory, { recursive: true });
    for (const [name, text] of Object.entries(files)) {
      await writeFile(join(directory, name), text.replaceAll("'@servable/functions'", JSON.stringify(join(PACKAGE, 'src/index.ts'))));
    }
    return directory;
  }

  async remove(): Promise<void> {
    await rm(this.root, { recursive: true, force: true });
  }
}
