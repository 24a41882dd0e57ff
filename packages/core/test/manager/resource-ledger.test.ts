import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { ResourceLedger } from '../../src/manager/resource-ledger.ts';

it('has no limit where none is given', () => {
  const ledger = new ResourceLedger();
  expect(ledger.canEverFit({ ramBytes: Number.MAX_SAFE_INTEGER, deviceBytes: { 'cuda:0': 1 } })).toBe(true);
});

it('counts each device by itself', () => {
  const ledger = new ResourceLedger<string>({ deviceBytes: { 'cuda:0': 10 } });
  expect(ledger.canEverFit({ ramBytes: 999, deviceBytes: { 'cuda:0': 10, 'cuda:1': 999 } })).toBe(true);
  expect(ledger.canEverFit({ ramBytes: 0, deviceBytes: { 'cuda:0': 11 } })).toBe(false);
  ledger.reserve('a', { ramBytes: 1, deviceBytes: { 'cuda:0': 6 } });
  expect(ledger.draft().take({ ramBytes: 1, deviceBytes: { 'cuda:0': 5 } })).toBe(false);
  expect(ledger.draft().take({ ramBytes: 1, deviceBytes: { 'cuda:0': 4 } })).toBe(true);
});

it('takes up to the limit, and no byte more', () => {
  const ledger = new ResourceLedger<string>({ ramBytes: 10 });
  ledger.reserve('a', { ramBytes: 4 });
  expect([6, 7].map((ramBytes) => ledger.draft().take({ ramBytes }))).toEqual([true, false]);
});

it('adds up what a draft takes, and takes nothing itself', () => {
  const ledger = new ResourceLedger<string>({ ramBytes: 10 });
  const draft = ledger.draft();
  expect([6, 5, 4].map((ramBytes) => draft.take({ ramBytes }))).toEqual([true, false, true]);
  expect(ledger.used.size).toBe(0);
});

it('names only what is limited', () => {
  const ledger = new ResourceLedger({ ramBytes: 10, deviceBytes: { 'cuda:0': 5 } });
  expect(ledger.describe({ ramBytes: 11, deviceBytes: { 'cuda:0': 6, 'cuda:1': 7 } })).toEqual({
    needed: '11 bytes of RAM and 6 bytes of device cuda:0',
    limit: '10 bytes of RAM and 5 bytes of device cuda:0',
  });
});

it('is not confused by a device that is called RAM', () => {
  const ledger = new ResourceLedger<string>({ ramBytes: 10 });
  ledger.reserve('a', { ramBytes: 1, deviceBytes: { RAM: 100 } });
  expect(ledger.used.get('RAM')).toBe(1);
});

it('is at zero when everything was released, in any order, again too', () => {
  const owner = fc.nat(4);
  const amount = fc.nat({ max: 2 ** 40 });
  const steps = fc.array(fc.tuple(owner, amount, amount));
  fc.assert(
    fc.property(steps, (all) => {
      const ledger = new ResourceLedger<number>();
      const held = new Map<number, number>();
      for (const [id, ramBytes, device] of all) {
        ledger.release(id);
        ledger.release(id);
        ledger.reserve(id, { ramBytes, deviceBytes: { d: device } });
        held.set(id, ramBytes);
        expect(ledger.used.get('RAM')).toBe([...held.values()].reduce((sum, each) => sum + each, 0));
      }
      for (const id of held.keys()) ledger.release(id);
      expect([...ledger.used.values()].every((bytes) => bytes === 0)).toBe(true);
    }),
  );
});
