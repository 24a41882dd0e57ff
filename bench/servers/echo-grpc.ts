/** The least that a gRPC server does: `@grpc/grpc-js` gives the request's bytes back. */
import { listenGrpc } from './listen-grpc.ts';

await listenGrpc((request) => request);
