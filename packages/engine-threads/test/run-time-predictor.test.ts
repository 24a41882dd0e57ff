import { expect, it } from 'vitest';
import { RunTimePredictor } from '../src/run-time-predictor.ts';

const LIMIT = 50;

function trained(bytes: number, micros: number, runs: number, predictor = new RunTimePredictor(LIMIT)): RunTimePredictor {
  for (let run = 0; run < runs; run++) predictor.recordInThread(bytes, micros);
  return predictor;
}

it('trusts a size after 16 quick runs, not before', () => {
  expect(trained(1000, 20, 15).isQuick(1000)).toBe(false);
  expect(trained(1000, 20, 16).isQuick(1000)).toBe(true);
});

it('trusts nothing when no run may be on the event loop', () => {
  const predictor = trained(1000, 0, 1000, new RunTimePredictor(0));
  expect(predictor.isQuick(1000)).toBe(false);
});

it('knows each size by itself', () => {
  const predictor = trained(1000, 20, 16);
  expect([predictor.isQuick(1023), predictor.isQuick(512), predictor.isQuick(2048), predictor.isQuick(100)]).toEqual([true, true, false, false]);
});

it('does not trust a size that is slower than the limit', () => {
  expect(trained(1000, 51, 1000).isQuick(1000)).toBe(false);
});

it('forgives a slow run in a thread: it stopped nobody', () => {
  const predictor = trained(1000, 20, 100);
  predictor.recordInThread(1000, 150);
  expect(predictor.isQuick(1000)).toBe(true);
});

it('ends the trust when the average passes the limit', () => {
  const predictor = trained(1000, 20, 100);
  for (let run = 0; run < 10; run++) predictor.recordInThread(1000, 100);
  expect(predictor.isQuick(1000)).toBe(false);
});

it('ends the trust after one overrun of 200 µs on the event loop, until 144 quick runs elsewhere', () => {
  const predictor = trained(1000, 5, 100);
  predictor.recordHere(1000, 201);
  expect(predictor.isQuick(1000)).toBe(false);
  trained(1000, 5, 143, predictor);
  expect(predictor.isQuick(1000)).toBe(false);
  trained(1000, 5, 1, predictor);
  expect(predictor.isQuick(1000)).toBe(true);
});

it('keeps the trust over quick runs on the event loop', () => {
  const predictor = trained(1000, 20, 16);
  for (let run = 0; run < 1000; run++) predictor.recordHere(1000, 30);
  expect(predictor.isQuick(1000)).toBe(true);
});

it('ends the trust when runs on the event loop become slow without an overrun', () => {
  const predictor = trained(1000, 20, 16);
  for (let run = 0; run < 20; run++) predictor.recordHere(1000, 120);
  expect(predictor.isQuick(1000)).toBe(false);
});

it('does not hold the cold caches of the first runs on the event loop against a size', () => {
  const predictor = trained(1000, 45, 16);
  for (const micros of [190, 150, 120, 110]) predictor.recordHere(1000, micros);
  for (let run = 0; run < 100; run++) predictor.recordHere(1000, 40);
  expect(predictor.isQuick(1000)).toBe(true);
});

it('counts sizes beyond 4 GiB too', () => {
  const predictor = trained(2 ** 33, 20, 16);
  expect([predictor.isQuick(2 ** 33), predictor.isQuick(2 ** 34), predictor.isQuick(1)]).toEqual([true, false, false]);
});
