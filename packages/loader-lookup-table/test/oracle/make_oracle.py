"""Writes tensorflow.json beside it: what TensorFlow says of pooled embeddings, hash buckets and vocabularies.

Usage: python make_oracle.py (TensorFlow 2.21)
"""
import json
import os

import numpy as np
import tensorflow as tf

random = np.random.RandomState(7)
ROWS, DIM = 23, 6
matrix = random.randn(ROWS, DIM).astype("f4")
cases = []
for lengths in ([3, 0, 1, 5], [1], [0, 0], [7, 2, 2]):
    ids = random.randint(0, ROWS, sum(lengths))
    weights = np.round(random.randn(len(ids)), 3).astype("f4")
    indices = np.array([(row, at) for row, length in enumerate(lengths) for at in range(length)], "i8").reshape(-1, 2)
    shape = [len(lengths), max([1] + lengths)]
    sparse_ids = tf.SparseTensor(indices, ids.astype("i8"), shape)
    for weighted in (False, True):
        sparse_weights = tf.SparseTensor(indices, weights, shape) if weighted else None
        for combiner in ("sum", "mean", "sqrtn"):
            pooled = tf.nn.embedding_lookup_sparse(tf.constant(matrix), sparse_ids, sparse_weights, combiner=combiner, allow_fast_lookup=False).numpy()
            # TensorFlow leaves out lists without ids at the end; they are zeros where they stand between others.
            pooled = np.concatenate([pooled, np.zeros((len(lengths) - len(pooled), DIM), "f4")])
            cases.append({"lengths": lengths, "ids": ids.tolist(), "weights": [float(w) for w in weights] if weighted else [], "combiner": combiner, "pooled": [float(x) for x in pooled.reshape(-1)]})

keys = ["", "a", "ab", "abc", "abcd", "abcdefg", "abcdefgh", "x" * 16, "y" * 17, "z" * 33, "grün", "w" * 65, "v" * 128, "u" * 129]
buckets = [int(x) for x in tf.strings.to_hash_bucket_fast(keys, 2**62).numpy()]
tokens = ["the", "a", "café"]
table = tf.lookup.StaticVocabularyTable(tf.lookup.KeyValueTensorInitializer(tf.constant(tokens), tf.constant(range(3), tf.int64)), num_oov_buckets=5)
integers = tf.lookup.StaticVocabularyTable(tf.lookup.KeyValueTensorInitializer(tf.constant([10, 20, 30], tf.int64), tf.constant(range(3), tf.int64)), num_oov_buckets=5)
asked = keys + tokens
numbers = [10, 30, 0, -1, 123456789, 2**62, -(2**62)]
oracle = {
    "tensorflow": tf.__version__,
    "matrix": [float(x) for x in matrix.reshape(-1)],
    "dim": DIM,
    "pool": cases,
    "hash": {"modulus": str(2**62), "keys": keys, "buckets": [str(b) for b in buckets]},
    "vocabulary": {"tokens": tokens, "buckets": 5, "asked": asked, "ids": [int(x) for x in table.lookup(tf.constant(asked)).numpy()]},
    "integers": {"keys": [10, 20, 30], "buckets": 5, "asked": [str(n) for n in numbers], "ids": [int(x) for x in integers.lookup(tf.constant(numbers, tf.int64)).numpy()]},
}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "tensorflow.json"), "w", encoding="utf-8") as f:
    json.dump(oracle, f, ensure_ascii=False)
