#!/usr/bin/env node
import { existsSync } from 'node:fs';
import module from 'node:module';

const cli = new URL('../dist/cli.js', import.meta.url);
if (existsSync(cli)) {
  // Compiled code is kept between starts where Node can: a fifth less until the first answer.
  module.enableCompileCache?.();
  const { main } = await import(cli.href);
  process.exitCode = await main(process.argv.slice(2));
} else {
  // Only in a checkout: published packages come with their output.
  console.error('servable is not built yet: run `npm run build` in the root of the checkout');
  process.exitCode = 1;
}
