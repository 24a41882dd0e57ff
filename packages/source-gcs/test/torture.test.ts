import { expect, it, onTestFinished } from 'vitest';
import { GcsBucket } from './gcs-bucket.ts';
import { torture } from './torture.ts';

// `npm run test:interop` does this 200 times against an emulator.
it('serves nothing half-written, and has a right cache, however often it is killed', async () => {
  const bucket = await GcsBucket.create();
  onTestFinished(() => bucket.close());
  const { fake, directory } = bucket;
  const result = await torture({ endpoint: fake.endpoint, cacheDirectory: directory, kills: 6, put: (name, bytes) => fake.put('bucket', name, bytes) });
  expect(result.faults).toEqual([]);
  expect(fake.reads.length).toBeGreaterThan(0);
}, 120_000);
