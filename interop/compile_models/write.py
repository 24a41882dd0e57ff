"""Writes the corpus: python write.py FOLDER [--groups layers,ways] [--only NAME,NAME] [--seed 1]"""

import argparse
import importlib
import sys
import time
import traceback

import corpus

GROUPS = {"layers": "keras_layers", "ways": "ways", "first": "first_version", "blocks": "blocks", "applications": "applications", "legacy": "legacy_keras"}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--groups", default="layers,ways,first,blocks")
    parser.add_argument("--only", default="")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    modules = [importlib.import_module(GROUPS[name]) for name in options.groups.split(",")]
    wanted = [name for name in options.only.split(",") if name] or list(corpus.MODELS)
    failed = 0
    began = time.monotonic()
    for name in wanted:
        try:
            corpus.write(options.folder, corpus.MODELS[name], options.seed)
        except Exception:
            failed += 1
            print(f"cannot write {name}: {traceback.format_exc().strip().splitlines()[-1]}", file=sys.stderr, flush=True)
    for module in modules if options.only == "" else []:
        failed += sum(print(f"{fault}", file=sys.stderr) is None for fault in getattr(module, "missing", list)())
    print(f"{len(wanted) - failed} models with seed {options.seed} in {time.monotonic() - began:.0f} s", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
