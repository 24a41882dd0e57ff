import { defineSource, } from '@servable/core';
import { ListSource } from './list-source.js';

/** Finds versions in a JSON file: `list:///models/versions.json` holds `{ "1": "./first", "2": "/elsewhere/second" }`. */
export default function list({ pollIntervalMs = 1000 } = {}) {
  return defineSource({
    name: 'list',
    schemes: ['list'],
    create: (context) => new ListSource(context, context.pollIntervalMs ?? pollIntervalMs),
  });
}
