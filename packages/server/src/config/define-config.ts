import type { UserConfig, UserModel } from './user-config.ts';

/**
 * Types a config: does nothing at run time. `options` of a model follow its `platform`, for every loader whose package is
 * imported.
 *
 * @example
 * export default defineConfig({
 *   plugins: [fs(), onnx()],
 *   models: [{ name: 'mnist', path: './models/mnist', versions: { latest: 2 } }],
 * });
 */
export function defineConfig<const Platforms extends readonly unknown[]>(
  config: Omit<UserConfig, 'models'> & { readonly models?: { readonly [Index in keyof Platforms]: UserModel<Platforms[Index]> } },
): UserConfig {
  // Each model was checked against its own platform's options, which a list of models of any platform cannot say.
  return config as UserConfig;
}
