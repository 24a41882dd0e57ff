/** The same in strict mode, without the model that does not load: it would end the server, as it ends TensorFlow Serving. */
import { defineConfig } from '@servable/server';
import config from './serving.config.mjs';

export default defineConfig({
  ...config,
  compat: 'strict',
  models: config.models.filter(({ name }) => name !== 'truncated'),
});
