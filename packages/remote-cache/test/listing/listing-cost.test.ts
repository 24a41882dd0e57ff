import { expect, it } from 'vitest';
import { GroupListing } from '../../src/listing/group-listing.ts';
import { planListings } from '../../src/listing/listing-plan.ts';
import { MemoryBucket } from '../memory-store.ts';
import { ALL, startRemote } from '../running-remote.ts';

function bucketWith(models: number, filesOfEach = 2): MemoryBucket {
  const bucket = new MemoryBucket();
  for (let model = 0; model < models; model += 1) {
    for (let file = 0; file < filesOfEach; file += 1) bucket.put(`models/m${model}/1/file${file}`, 'x');
  }
  return bucket;
}

const watched = (models: number) => Object.fromEntries(Array.from({ length: models }, (_none, model) => [`m${model}`, ALL]));

it.each([
  [20, 2, 1000, 1],
  [200, 2, 1000, 1],
  [20, 11, 100, 3],
])('lists %i models with %i files each, %i a page, by %i requests a look', async (models, filesOfEach, pageLength, requests) => {
  const { bucket, sink, source, watch } = await startRemote({ bucket: bucketWith(models, filesOfEach) });
  bucket.pageLength = pageLength;
  watch(watched(models));
  await source.refresh();
  for (const name of Object.keys(watched(models))) expect(sink.versions(name)).toEqual(['1']);
  bucket.lists.length = 0;
  for (let look = 1; look <= 3; look += 1) {
    await source.refresh();
    expect(bucket.lists).toHaveLength(look * requests);
  }
  expect(requests).toBe(Math.ceil((models * filesOfEach) / pageLength));
});

it('lists once for each prefix and poll, and not at all in between', async () => {
  const { bucket, source, requests, watch } = await startRemote({ bucket: bucketWith(20) });
  watch(watched(20));
  watch(watched(20));
  await source.refresh();
  // The look that `monitor` asked for, and that of `refresh`, which began later.
  expect(bucket.lists.length).toBeLessThanOrEqual(2);
  expect(requests.filter(({ operation }) => operation === 'list')).toHaveLength(bucket.lists.length);
  expect(requests.every(({ source: name, isOk }) => name === 'memory' && isOk)).toBe(true);
});

it('lists a model alone without its neighbours, and models of several places by themselves', () => {
  const at = (container: string, prefix: string) => ({ container, prefix });
  const plans = planListings([at('a', 'x/m1/'), at('a', 'x/m2/'), at('a', 'x/m2/'), at('a', 'x/y/m3/'), at('b', 'm4/'), at('b', 'm5/'), at('b', ''), at('c', '')]);
  expect(plans.map(({ container, sharedPrefix, prefixes }) => [container, sharedPrefix, prefixes])).toEqual([
    ['a', 'x/', ['x/m1/', 'x/m2/']],
    ['a', 'x/y/m3/', ['x/y/m3/']],
    ['b', '', ['m4/', 'm5/']],
    ['b', '', ['']],
    ['c', '', ['']],
  ]);
});

it('lists models by themselves where much lies beside them, and finds the same', async () => {
  const bucket = bucketWith(2);
  for (let file = 0; file < 10_000; file += 1) bucket.put(`models/other/1/file${file}`, 'x');
  const [group] = planListings([{ container: 'bucket', prefix: 'models/m0/' }, { container: 'bucket', prefix: 'models/m1/' }]);
  const store = bucket.store();
  const listing = new GroupListing((location, signal) => store.list(location, signal));
  if (group === undefined) throw new Error('no group');
  const look = async (): Promise<number> => {
    bucket.lists.length = 0;
    const objects = await listing.objects(group, new AbortController().signal);
    expect([...objects].map(([prefix, found]) => [prefix, found.map(({ name }) => name)])).toEqual([
      ['models/m0/', ['models/m0/1/file0', 'models/m0/1/file1']],
      ['models/m1/', ['models/m1/1/file0', 'models/m1/1/file1']],
    ]);
    return bucket.lists.length;
  };
  // Eleven pages together, or one for each model; what it costs to find out is bounded.
  expect(await look()).toBe(4 + 2);
  for (let again = 0; again < 5; again += 1) expect(await look()).toBe(2);
});
