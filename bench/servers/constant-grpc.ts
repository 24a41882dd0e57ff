/** What gRPC alone costs for an answer of this size: `@grpc/grpc-js` gives the bytes of a file, whatever it is asked. */
import { readFileSync } from 'node:fs';
import { listenGrpc } from './listen-grpc.ts';

const answer = readFileSync(process.argv[2] ?? '');

await listenGrpc(() => answer);
