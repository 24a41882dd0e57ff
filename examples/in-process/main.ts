import { createApp } from './app.ts';

const app = await createApp();
process.once('SIGTERM', () => void app.close());
process.once('SIGINT', () => void app.close());
console.log(await app.listen({ port: Number(process.argv[2] ?? 3000) }));
