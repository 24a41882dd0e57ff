#!/usr/bin/env node
import { existsSync } from 'node:fs';

const cli = new URL('../dist/cli.js', import.meta.url);
if (existsSync(cli)) {
  // While a question is asked the question gets Ctrl-C; this is for the rest, such as an installation.
  process.once('SIGINT', () => {
    console.error('create-serving-app: given up');
    process.exit(1);
  });
  const { main } = await import(cli.href);
  process.exitCode = await main(process.argv.slice(2));
} else {
  // Only in a checkout: published packages come with their output.
  console.error('create-serving-app is not built yet: run `npm run build` in the root of the checkout');
  process.exitCode = 1;
}
