"""Times `session.run` of a SavedModel: directory, input, output, columns, batch, rounds. Prints microseconds a run for each round."""

import sys
import time

import numpy as np
import tensorflow as tf

directory, source, target, columns, batch, rounds = sys.argv[1:]
config = tf.compat.v1.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1, use_per_session_threads=True)
with tf.Graph().as_default(), tf.compat.v1.Session(config=config) as session:
    tf.compat.v1.saved_model.load(session, ["serve"], directory)
    feed = {source: np.full((int(batch), int(columns)), 0.5, np.float32)}
    for _ in range(int(rounds) + 1):
        took = []
        for _ in range(500):
            start = time.perf_counter()
            session.run(target, feed)
            took.append(time.perf_counter() - start)
        # The first round warms up.
        print(np.median(took) * 1e6)
