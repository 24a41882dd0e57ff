import { describe, expect, it } from 'vitest';
import { isComplete, type Sight } from '../src/settle-rule.ts';
import type { TreeLook } from '../src/tree-look.ts';

/** Milliseconds of a made-up day, as file systems count. */
const at = (ms: number): bigint => 1_700_000_000_000_000_000n + BigInt(ms) * 1_000_000n;

interface Story {
  readonly born?: number;
  readonly entries: number;
  readonly changed: number;
  readonly content: number;
  readonly base: number;
  readonly link?: number;
  readonly hasFile?: boolean;
  /** The wall clock, where the version was there at the first look. */
  readonly firstLook?: number;
  readonly alone?: boolean;
}

function judge(story: Story): boolean {
  const { born = 1000, entries, changed, content, base, link, hasFile = true, firstLook, alone = true } = story;
  const tree: TreeLook = {
    fingerprint: '',
    hasFile,
    contentNs: at(content),
    root: { birthtimeNs: born === -1 ? 0n : at(born), mtimeNs: at(entries), ctimeNs: at(changed) },
    linkNs: link === undefined ? undefined : at(link),
  };
  const sight: Sight = { settleMs: 1000, baseMtimeNs: at(base), firstLookNs: firstLook === undefined ? undefined : at(firstLook), appearedAlone: alone };
  return isComplete(tree, sight);
}

describe('takes as complete', () => {
  it.each<[string, Story]>([
    ['built over 300 ms, moved 10 ms later', { entries: 1200, changed: 1310, content: 1300, base: 1310 }],
    ['built and moved in one step of the clock, told apart by a finer clock', { entries: 1000, changed: 1001, content: 1000, base: 1001 }],
    ['last written in the same step of the clock as it is moved', { entries: 1200, changed: 1310, content: 1310, base: 1310 }],
    ['copied with times set back, then moved', { entries: -5_000_000, changed: 1310, content: 1300, base: 1310 }],
    ['copied with times set back, then moved a second later, others beside it since', { entries: -5_000_000, changed: 2310, content: 1300, base: 9000, alone: false }],
    ['moved long after it was built, another version beside it since', { entries: 1200, changed: 2400, content: 1300, base: 9000 }],
    ['there at the start, unchanged for a second', { entries: 1000, changed: 1500, content: 1500, base: 1000, firstLook: 2500 }],
    ['a link made after its files', { entries: 1200, changed: 1250, content: 1300, base: 1310, link: 1310 }],
  ])('a version %s', (_what, story) => {
    expect(judge(story)).toBe(true);
  });
});

describe('takes as incomplete', () => {
  it.each<[string, Story]>([
    ['made in place, its first file being written', { entries: 1001, changed: 1001, content: 1001, base: 1000 }],
    ['made in place in one step of the clock', { entries: 1000, changed: 1000, content: 1000, base: 1000 }],
    ['made in place, its mode set after the first file', { entries: 1001, changed: 1005, content: 1003, base: 1000 }],
    ['made in place beside another made a moment later', { entries: 1001, changed: 1001, content: 1001, base: 1004 }],
    ['written to after it was moved', { entries: 1200, changed: 1310, content: 1320, base: 1310 }],
    ['moved, another version beside it since', { entries: 1200, changed: 1310, content: 1300, base: 1900 }],
    ['moved, when something else in the base directory changed too', { entries: 1200, changed: 1310, content: 1300, base: 1310, alone: false }],
    ['made in place, its mode set in the tick of a change beside it', { entries: 1200, changed: 1312, content: 1300, base: 1312, alone: false }],
    ['copied with times set back and moved, all within two ticks', { entries: -5_000_000, changed: 1019, content: 1010, base: 1019 }],
    ['made in place, its mode set a moment after another was made beside it', { entries: 1200, changed: 1312, content: 1300, base: 1310 }],
    ['made in place, its times set back while other files come', { entries: -5_000_000, changed: 1004, content: 1003, base: 1000 }],
    ['made in place, with a time in the future', { entries: 9_000_000, changed: 1003, content: 1003, base: 1000 }],
    ['on a file system that keeps no birth time', { born: -1, entries: 1200, changed: 1310, content: 1300, base: 1310 }],
    ['without files', { entries: 1200, changed: 9000, content: 0, base: 9000, hasFile: false, firstLook: 99_000 }],
    ['there at the start, changed within a second', { entries: 1000, changed: 1500, content: 1501, base: 1000, firstLook: 2500 }],
    ['that appeared later, however old by a clock that is behind', { entries: 1001, changed: 1001, content: 1400, base: 1000 }],
    ['a link made before its files were complete', { entries: 1200, changed: 1200, content: 1300, base: 1250, link: 1250 }],
    ['a link made in the same step of the clock as its files', { entries: 1200, changed: 1200, content: 1300, base: 1300, link: 1300 }],
  ])('a version %s', (_what, story) => {
    expect(judge(story)).toBe(false);
  });
});
