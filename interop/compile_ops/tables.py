"""Writes a SavedModel whose tables are filled from lists and from files, and what TensorFlow answers: python tables.py FOLDER"""

import json
import os
import shutil
import sys
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow as tf

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from oracle import encode

LINES = "red\t3\t0.5\r\ngreen\t-7\t2\n\xe9t\xe9\t40\t1e3\nlast\t5\t-0.25".encode("latin-1")
INDEX = tf.lookup.TextFileIndex


class Tables(tf.Module):
    def __init__(self, path):
        super().__init__()

        def file(key, key_type, value, value_type, **options):
            return tf.lookup.TextFileInitializer(path, key_type, key, value_type, value, **options)

        lists = tf.lookup.KeyValueTensorInitializer
        self.words = tf.lookup.StaticHashTable(lists([b"a", b"bb", b""], tf.constant([1, 2, 3], tf.int64)), -1)
        self.numbers = tf.lookup.StaticHashTable(lists(tf.constant([5, -6], tf.int64), [b"five", b"minus six"]), b"none")
        self.scores = tf.lookup.StaticHashTable(lists([b"x", b"y"], [0.25, -1.5]), 9.0)
        self.lines = tf.lookup.StaticHashTable(file(INDEX.WHOLE_LINE, tf.string, INDEX.LINE_NUMBER, tf.int64), -1)
        self.names = tf.lookup.StaticHashTable(file(INDEX.LINE_NUMBER, tf.int64, 0, tf.string, delimiter="\t"), b"?")
        self.counts = tf.lookup.StaticHashTable(file(0, tf.string, 1, tf.int64, delimiter="\t", vocab_size=3), 100)
        self.shares = tf.lookup.StaticHashTable(file(1, tf.int64, 2, tf.float32, delimiter="\t"), float("nan"))

    @tf.function
    def texts(self, keys):
        return {"out0": self.words.lookup(keys), "out1": self.scores.lookup(keys), "out2": self.lines.lookup(keys), "out3": self.counts.lookup(keys), "out4": self.lines.size(), "out5": self.words.size()}

    @tf.function
    def ids(self, keys):
        return {"out0": self.numbers.lookup(keys), "out1": self.names.lookup(keys), "out2": self.shares.lookup(keys), "out3": self.names.size()}


CASES = {
    "texts": [np.array([b"a", b"", b"nothing", b"bb", b"x", b"red", b"last", b"\xe9t\xe9", b"red\t3\t0.5", b"last\t5\t-0.25"], object), np.array([[b"y"], [b"green"]], object)],
    "ids": [np.array([5, -6, 0, 3, 4, -1, 40, -7], np.int64), np.array([[2**40, 1]], np.int64)],
}


def main(folder):
    target = os.path.abspath(os.path.join(folder, "Tables"))
    shutil.rmtree(target, ignore_errors=True)
    with tempfile.TemporaryDirectory() as made:
        # Tables are named after their files: without where these lie.
        os.chdir(made)
        path = "lines.txt"
        with open(path, "wb") as file:
            file.write(LINES)
        module = Tables(path)
        signatures, answers = {}, []
        for name, batches in CASES.items():
            for at, keys in enumerate(batches):
                function = getattr(module, name)
                key = f"{name}{at}"
                dtype = tf.string if keys.dtype == object else tf.int64
                signatures[key] = function.get_concrete_function(tf.TensorSpec([None] * keys.ndim, dtype, name="keys"))
                answers.append({"name": key, "inputs": {"keys": encode(keys)}, "outputs": {alias: encode(value.numpy()) for alias, value in function(tf.constant(keys)).items()}})
        tf.saved_model.save(module, target, signatures)
    os.remove(os.path.join(target, "fingerprint.pb"))
    with open(os.path.join(target, "cases.json"), "w") as file:
        json.dump({"op": "Tables", "rtol": None, "atol": None, "cases": answers}, file)


if __name__ == "__main__":
    main(sys.argv[1])
