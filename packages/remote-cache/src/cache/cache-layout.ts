import { join } from 'node:path';

/** Changes when another version of this package could not read what lies there. */
const FORMAT = 'v1';

/**
 * Where everything is below a cache directory, which several servers may share:
 *
 * | path | what |
 * |---|---|
 * | `owners/<token>` | a process that uses the cache; its time says that it lives |
 * | `staging/<content>/` | a download under way: `owner.<token>`, `parts/`, `content/` |
 * | `entries/<content>/` | a whole version: `entry.json`, `uses/<token>`, and its files in a folder named by its number |
 * | `bases/<hash>.json` | what a model's last listing said |
 * | `trash/` | what is being removed |
 *
 * Things come into and leave `staging` and `entries` by being moved, so what is there is whole.
 */
export class CacheLayout {
  readonly root: string;
  readonly owners: string;
  readonly staging: string;
  readonly entries: string;
  readonly bases: string;
  readonly trash: string;

  constructor(cacheDirectory: string) {
    this.root = join(cacheDirectory, FORMAT);
    this.owners = join(this.root, 'owners');
    this.staging = join(this.root, 'staging');
    this.entries = join(this.root, 'entries');
    this.bases = join(this.root, 'bases');
    this.trash = join(this.root, 'trash');
  }

  get directories(): readonly string[] {
    return [this.owners, this.staging, this.entries, this.bases, this.trash];
  }
}
