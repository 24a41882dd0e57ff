/** The least that a REST server does: fastify reads JSON and answers a constant, given as the first argument. */
import fastify from 'fastify';

const answer = process.argv[2] ?? '';
const app = fastify();
app.post<{ Body: { instances: unknown } }>('/v1/models/mlp:predict', (request, reply) => {
  if (!Array.isArray(request.body.instances)) throw new Error('no instances');
  return reply.type('application/json').send(answer);
});
console.log(`REST  ${await app.listen({ host: '127.0.0.1', port: 0 })}\nReady: constant`);
process.once('SIGTERM', () => process.exit(0));
