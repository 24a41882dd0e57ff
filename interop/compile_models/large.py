"""Writes a model with one variable of more than 2 GiB, and what TensorFlow answers: python large.py FOLDER"""

import json
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow as tf
from corpus import encode

ROWS, WIDTH = 36_000, 16_384  # 2.36 GB


def main(folder):
    made = tf.Module()
    # Each row is told from the others, also by those who take an offset for 32 bits.
    with tf.device("CPU"):
        made.table = tf.Variable(tf.range(ROWS, dtype=tf.float32)[:, None] + tf.range(WIDTH, dtype=tf.float32)[None, :] / WIDTH, name="table")
    made.head = tf.Variable(np.random.default_rng(1).normal(0, 0.01, [WIDTH, 4]).astype("float32"), name="head")

    @tf.function(input_signature=[tf.TensorSpec([None], tf.int32, "ids")])
    def look_up(ids):
        rows = tf.gather(made.table, ids)
        return {"first": rows[:, :3], "last": rows[:, -2:], "scores": tf.matmul(rows / ROWS, made.head)}

    target = os.path.join(folder, "large", "1")
    tf.saved_model.save(made, target, signatures=look_up)
    ids = np.asarray([0, 1, 17_000, 32_767, 32_768, ROWS - 1], np.int32)
    outputs = {key: encode(value.numpy()) for key, value in look_up(tf.constant(ids)).items()}
    with open(os.path.join(folder, "large", "cases.json"), "w") as file:
        json.dump({"group": "large", "rtol": 1e-4, "atol": 1e-4, "cases": [{"name": "rows", "signature": "serving_default", "inputs": {"ids": encode(ids)}, "outputs": outputs}]}, file)


if __name__ == "__main__":
    main(sys.argv[1])
