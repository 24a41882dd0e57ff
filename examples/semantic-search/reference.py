"""What the tests' stand-in must answer, by another implementation than ours: BERT of Hugging Face's `transformers`, in TensorFlow.

Writes test/tiny/expected.json, after `make_model.py --tiny`. With `--real` it compares the vectors of the real table instead.

    python3 -m venv .venv-reference && .venv-reference/bin/pip install -r requirements-reference.txt
    .venv-reference/bin/python reference.py
"""

import json
import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")

import numpy as np
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer
from transformers import TFBertModel

HERE = Path(__file__).parent
TINY = HERE / "test" / "tiny"
NEIGHBOURS = 3
QUESTIONS = [
    "Why is the sky blue?",
    "chocolate",
    "Which planet is the largest, and which one is closest to the Sun?",
    "Où est la tour Eiffel? 日本 — naïve café!",
    "",
    "a b c d e f g h i j k l m n o p q r s t u v w x y z " * 20,
]


def embed(model, tokenizer, texts):
    """The mean of the tokens' last hidden states, at length 1; texts longer than 256 tokens keep the first 255 and the last."""
    rows = [each.ids for each in tokenizer.encode_batch(texts)]
    rows = [ids if len(ids) <= 256 else ids[:255] + ids[-1:] for ids in rows]
    vectors = []
    for ids in rows:
        hidden = model(input_ids=np.array([ids]), attention_mask=np.ones((1, len(ids)), np.int64)).last_hidden_state.numpy()[0]
        mean = hidden.astype(np.float64).mean(axis=0)
        vectors.append(mean / np.linalg.norm(mean))
    return rows, np.array(vectors)


def load_tokenizer(folder):
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def read_table(folder):
    rows = [json.loads(line) for line in (folder / "texts.jsonl").read_text(encoding="utf-8").splitlines()]
    return [row["text"] for row in rows], np.array([row["embedding"] for row in rows])


def compare_real(model_folder):
    model = TFBertModel.from_pretrained(model_folder)
    texts, table = read_table(HERE / "models" / "texts" / "1")
    _, vectors = embed(model, load_tokenizer(HERE / "models" / "search" / "1"), texts)
    difference = float(np.abs(vectors - table).max())
    print(f"{len(texts)} vectors differ by at most {difference:.2g}")
    assert difference < 1e-5


def write_expected():
    with tempfile.TemporaryDirectory() as folder:
        # TensorFlow asks whose layout the weights have, which transformers' own files say.
        save_file(load_file(TINY / "weights.safetensors"), Path(folder) / "model.safetensors", metadata={"format": "pt"})
        (Path(folder) / "config.json").write_text((TINY / "config.json").read_text())
        model = TFBertModel.from_pretrained(folder)
    tokenizer = load_tokenizer(TINY / "models" / "search" / "1")
    texts, table = read_table(TINY / "models" / "texts" / "1")
    _, of_texts = embed(model, tokenizer, texts)
    assert np.abs(of_texts - table).max() < 1e-5
    rows, vectors = embed(model, tokenizer, QUESTIONS)
    answers = []
    for question, ids, vector in zip(QUESTIONS, rows, vectors):
        scores = of_texts @ vector
        best = np.argsort(-scores, kind="stable")[:NEIGHBOURS]
        answers.append({"question": question, "tokens": len(ids), "embedding": vector.tolist(), "texts": [texts[row] for row in best], "scores": scores[best].tolist()})
    (TINY / "expected.json").write_text(json.dumps(answers, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--real"]:
        compare_real(sys.argv[2])
    else:
        write_expected()
