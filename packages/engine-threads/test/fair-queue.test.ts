import { expect, it } from 'vitest';
import { FairQueue } from '../src/fair-queue.ts';

function queueOf(...items: readonly (readonly [owner: string, item: string])[]): FairQueue<string, string> {
  const queue = new FairQueue<string, string>();
  for (const [owner, item] of items) queue.add(owner, item);
  return queue;
}

function takeAll(queue: FairQueue<string, string>): string[] {
  const taken: string[] = [];
  while (!queue.isEmpty) taken.push(queue.take() ?? 'nothing');
  return taken;
}

it('lets owners take turns, and serves each in order', () => {
  const queue = queueOf(['a', 'a1'], ['a', 'a2'], ['a', 'a3'], ['b', 'b1'], ['c', 'c1'], ['c', 'c2']);
  expect(takeAll(queue)).toEqual(['a1', 'b1', 'c1', 'a2', 'c2', 'a3']);
});

it('puts an owner that comes back behind the others', () => {
  const queue = queueOf(['a', 'a1'], ['b', 'b1'], ['b', 'b2']);
  expect(queue.take()).toBe('a1');
  queue.add('a', 'a2');
  expect(takeAll(queue)).toEqual(['b1', 'a2', 'b2']);
});

it('lets an item leave from the middle, once', () => {
  const queue = queueOf(['a', 'a1'], ['a', 'a2'], ['a', 'a3']);
  expect([queue.delete('a', 'a2'), queue.delete('a', 'a2'), queue.delete('b', 'a1')]).toEqual([true, false, false]);
  expect([queue.sizeOf('a'), queue.sizeOf('b')]).toEqual([2, 0]);
  expect(takeAll(queue)).toEqual(['a1', 'a3']);
});

it('gives up all items of one owner', () => {
  const queue = queueOf(['a', 'a1'], ['b', 'b1'], ['a', 'a2']);
  expect(queue.takeAll('a')).toEqual(['a1', 'a2']);
  expect(queue.takeAll('a')).toEqual([]);
  expect(takeAll(queue)).toEqual(['b1']);
  expect(queue.take()).toBeUndefined();
});
