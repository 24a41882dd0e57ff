import { defineSource, type SourcePlugin } from '@servable/core';
import { ListSource } from './list-source.ts';

export interface ListOptions {
  /** How often lists are read, in milliseconds; 0: once. Default: 1000. */
  readonly pollIntervalMs?: number;
}

/** Finds versions in a JSON file: `list:///models/versions.json` holds `{ "1": "./first", "2": "/elsewhere/second" }`. */
export default function list({ pollIntervalMs = 1000 }: ListOptions = {}): SourcePlugin {
  return defineSource({
    name: 'list',
    schemes: ['list'],
    create: (context) => new ListSource(context, context.pollIntervalMs ?? pollIntervalMs),
  });
}
