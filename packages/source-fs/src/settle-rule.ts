import type { TreeLook } from './tree-look.ts';

/** What is known besides the tree itself when a version is judged. */
export interface Sight {
  readonly settleMs: number;
  /** When the base directory's entries last changed, in nanoseconds since 1970. */
  readonly baseMtimeNs: bigint;
  /** Now, in nanoseconds since 1970; only when the version was there at the first look at its base directory. */
  readonly firstLookNs: bigint | undefined;
  /** Whether the version's name is all that differs between the listing before this one and this one. */
  readonly appearedAlone: boolean;
}

/** A new directory and the one that it comes to get times that differ by less: two ticks of the slowest kernel clock. */
const TWO_TICKS_NS = 20_000_000n;

/**
 * Whether a version is complete by the times of its files alone, so that there is no need to wait.
 *
 * Copying makes the version's directory first and its files after; moving a directory keeps the times of all that is in
 * it, and changes its own `ctime` and the `mtime` of the directory it comes to. So a version with at least one file is
 * complete when one of these holds:
 *
 * 1. it was there at the first look (at start, or when the base directory appeared), and nothing in it changed for `settleMs`
 *    by the machine's clock;
 * 2. it is a link, made after the last change of what it leads to;
 * 3. when its own `ctime` was set (by moving it here, for one), nothing in it had changed for `settleMs`;
 * 4. it was moved here: see `wasMovedHere`.
 *
 * Rules 2 to 4 compare times of one file system only, so clocks of other machines do not matter.
 */
export function isComplete(tree: TreeLook, sight: Sight): boolean {
  if (!tree.hasFile) return false;
  const settleNs = BigInt(Math.ceil(sight.settleMs)) * 1_000_000n;
  const changedNs = newest(tree.contentNs, entriesChangedNs(tree));
  if (sight.firstLookNs !== undefined && sight.firstLookNs - changedNs >= settleNs) return true;
  if (tree.linkNs !== undefined) return tree.linkNs > newest(changedNs, tree.root.ctimeNs);
  return tree.root.ctimeNs - changedNs >= settleNs || wasMovedHere(tree, sight);
}

/**
 * A move is the last thing that happened to the version, and the base directory changed at that moment, by this and nothing
 * else. Making the version's directory in place changes the base directory at its birth, and files come after. So:
 *
 * - the base directory changed because of this version: its name is all that is new. Times cannot tell: most kernels count
 *   in ticks of 4 ms, and a `chmod` in the middle of a copy may share its tick with a change beside it;
 * - that was the version's last change (`ctime`), and nothing below it is newer;
 * - it was not its birth: by more than two ticks, or because the version's own entries changed earlier (and not by an
 *   `mtime` that `cp -p`, `tar` or `rsync` set back before the birth).
 */
function wasMovedHere({ contentNs, root }: TreeLook, { appearedAlone, baseMtimeNs }: Sight): boolean {
  const { birthtimeNs, ctimeNs, mtimeNs } = root;
  if (!appearedAlone || birthtimeNs === 0n || ctimeNs !== baseMtimeNs || contentNs > ctimeNs) return false;
  const hasEarlierEntries = birthtimeNs <= mtimeNs && mtimeNs < ctimeNs;
  return hasEarlierEntries || baseMtimeNs - birthtimeNs > TWO_TICKS_NS;
}

/** An `mtime` can be set to anything, also into the future; a `ctime` cannot, and setting the `mtime` sets it. */
function entriesChangedNs({ root }: TreeLook): bigint {
  return root.mtimeNs < root.ctimeNs ? root.mtimeNs : root.ctimeNs;
}

function newest(left: bigint, right: bigint): bigint {
  return left > right ? left : right;
}
