import { parentPort } from 'node:worker_threads';
import type { DigestAnswer, DigestRequest } from './digest-thread.ts';
import { digestFile } from './file-digest.ts';

parentPort?.on('message', ({ id, path, algorithm }: DigestRequest) => {
  const answer = (result: DigestAnswer): void => parentPort?.postMessage(result, []);
  digestFile(path, algorithm).then(
    (hex) => answer({ id, hex }),
    (error: unknown) => answer({ id, error: error instanceof Error ? error : new Error(String(error)) }),
  );
});
