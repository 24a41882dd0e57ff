import { messageOf, type PluginCommand } from '@servable/core';
import { pruneRuntime } from '@servable/engine-onnxruntime';

const USAGE = `Usage: servable prune-onnxruntime

Removes ONNX Runtime's libraries for other platforms than this one from node_modules, some 240 MB: for images and
other places that are not moved to another kind of machine. An installation brings them back.`;
const MEGABYTE = 1_000_000;

/** `servable prune-onnxruntime`. */
export function pruneCommand(prune: () => ReturnType<typeof pruneRuntime> = pruneRuntime): PluginCommand {
  return {
    name: 'prune-onnxruntime',
    summary: "remove ONNX Runtime's libraries for other platforms",
    async run(args, { print }: { readonly print: (text: string) => void }) {
      if (args.length > 0) {
        print(USAGE);
        return args.includes('--help') || args.includes('-h') ? 0 : 2;
      }
      try {
        const { removed, freedBytes, kept } = await prune();
        print(removed.length === 0 ? `Only the library for ${kept} is there` : `Removed the libraries for ${removed.join(', ')}: ${Math.round(freedBytes / MEGABYTE)} MB. The one for ${kept} stays`);
        return 0;
      } catch (error) {
        print(`Nothing is removed: ${messageOf(error)}`);
        return 1;
      }
    },
  };
}
