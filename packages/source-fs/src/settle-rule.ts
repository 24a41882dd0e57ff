import type { TreeLook } from './tree-look.ts';

/** What is known besides the tree itself when a version is judged. */
export interface Sight {
  readonly settleMs: number;
  /** When the base directory's entries last changed, in nanoseconds since 1970. */
  readonly baseMtimeNs: bigint;
  /** Now, in nanoseconds since 1970; only when the version was there at the first look at its base directory. */
  readonly firstLookNs: bigint | undefined;
}

/** What one call changes in two places gets times that differ by no more than this: two ticks of the slowest kernel clock. */
const SAME_MOMENT_NS = 20_000_000n;

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
  return tree.root.ctimeNs - changedNs >= settleNs || wasMovedHere(tree, sight.baseMtimeNs);
}

/**
 * A move is the last thing that happened to the version, and it changed the base directory at the same moment:
 *
 * - nothing below is newer than the version's `ctime`, and that is within 20 ms of the base directory's `mtime`;
 * - the version's own entries changed before that: copying changes them after the base directory, or together.
 *
 * A copy that sets the directory's `mtime` back (`cp -p`, `tar`, `rsync`) shows by an `mtime` before its birth. Then the
 * entries' time is not known, and the version must have been born at another moment than the base directory changed.
 */
function wasMovedHere(tree: TreeLook, baseMtimeNs: bigint): boolean {
  const { birthtimeNs, ctimeNs, mtimeNs } = tree.root;
  if (birthtimeNs === 0n || tree.contentNs > ctimeNs) return false;
  if (distance(baseMtimeNs, ctimeNs) > SAME_MOMENT_NS) return false;
  const wasSetBack = mtimeNs < birthtimeNs;
  if (wasSetBack) return baseMtimeNs - birthtimeNs > SAME_MOMENT_NS;
  return ctimeNs > mtimeNs && baseMtimeNs > mtimeNs;
}

/** An `mtime` can be set to anything, also into the future; a `ctime` cannot, and setting the `mtime` sets it. */
function entriesChangedNs({ root }: TreeLook): bigint {
  return root.mtimeNs < root.ctimeNs ? root.mtimeNs : root.ctimeNs;
}

function newest(left: bigint, right: bigint): bigint {
  return left > right ? left : right;
}

function distance(left: bigint, right: bigint): bigint {
  return left > right ? left - right : right - left;
}
