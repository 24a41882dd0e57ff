"""Ops on tensors of rows that differ in length."""

import numpy as np
import tensorflow as tf
from draw import const, fed
from registry import op

ANY = ["float32", "float64", "half", "int32", "int64", "uint8", "bool", "string"]


def splits(draw, count, dtype, longest=4):
    lengths = draw.rng.integers(0, longest, count)
    return np.concatenate([[0], np.cumsum(lengths)]).astype(dtype)


def nested(draw, levels, dtype):
    """Splits of several levels, the outermost first; and how many values there are."""
    made, rows = [], draw.integer(0 if draw.flag(0.1) else 1, 4)
    for _ in range(levels):
        made.append(splits(draw, rows, dtype))
        rows = int(made[-1][-1])
    return made, rows


def _broken(draw, made):
    """Now and then splits that are none."""
    if draw.flag(0.04):
        made[draw.integer(0, len(made) - 1)][draw.pick([0, -1])] += 1
    return made


@op("RaggedRange")
def _range(draw):
    dtype = draw.pick(["int32", "int64", "float32", "float64"])
    count = draw.integer(0, 5)
    shape = lambda: [count] if draw.flag(0.6) else []
    steps = draw.rng.choice([1, 2, 3, -1, -2, 0 if draw.flag(0.1) else 1], shape()).astype(dtype)
    starts, limits = draw.rng.integers(-6, 6, shape()).astype(dtype), draw.rng.integers(-6, 9, shape()).astype(dtype)
    if dtype.startswith("float"):
        starts, steps = starts + 0.25, steps * 0.75
    return {"starts": fed(starts.astype(dtype)), "limits": fed(limits.astype(dtype)), "deltas": fed(steps.astype(dtype)), "Tsplits": draw.pick([tf.int32, tf.int64])}


@op("RaggedGather")
def _gather(draw):
    levels, kind = draw.integer(1, 3), draw.pick([np.int32, np.int64])
    made, count = nested(draw, levels, kind)
    rows = len(made[0]) - 1
    shape = draw.shape(0, 3, 3)
    indices = draw.rng.integers(0, max(rows, 1), shape).astype(draw.pick([np.int32, np.int64]))
    if draw.flag(0.05) and indices.size:
        indices.reshape(-1)[0] = draw.pick([-1, rows])
    return {
        "params_nested_splits": [fed(each) for each in made],
        "params_dense_values": fed(draw.values(draw.pick(ANY), [count, *draw.shape(0, 2, 3)])),
        "indices": fed(indices),
        "OUTPUT_RAGGED_RANK": levels + len(shape) - 1,
    }


@op("RaggedFillEmptyRows")
def _fill(draw):
    rows, dtype = draw.integer(0 if draw.flag(0.05) else 1, 5), draw.pick(ANY)
    numbers = draw.rng.integers(0, max(rows, 1), draw.integer(0, 6)).astype(np.int64)
    if draw.flag(0.6):
        numbers.sort()
    if draw.flag(0.06) and numbers.size:
        numbers[0] = draw.pick([-1, rows])
    return {"value_rowids": fed(numbers), "values": fed(draw.values(dtype, [len(numbers)])), "nrows": (const if draw.flag() else fed)(np.asarray(rows, np.int64)), "default_value": fed(draw.values(dtype, []))}


@op("RaggedTensorToSparse")
def _to_sparse(draw):
    made, count = nested(draw, draw.integer(1, 3), draw.pick([np.int32, np.int64]))
    values = draw.values(draw.pick(ANY), [count, *draw.shape(0, 2, 3)])
    return {"rt_nested_splits": [fed(each) for each in _broken(draw, made)], "rt_dense_values": fed(values)}


@op("RaggedTensorToTensor")
def _to_tensor(draw):
    levels, kind, dtype = draw.integer(1, 3), draw.pick([np.int32, np.int64]), draw.pick(ANY)
    made, count = nested(draw, levels, kind)
    inner = draw.shape(0, 2, 3)
    partitions, types = [], []
    if draw.flag():
        for each in made:
            partitions.append(each), types.append("ROW_SPLITS")
    else:
        partitions.append(np.asarray(len(made[0]) - 1, kind)), types.append("FIRST_DIM_SIZE")
        for each in made:
            if draw.flag(0.7):
                partitions.append(np.repeat(np.arange(len(each) - 1), np.diff(each)).astype(kind)), types.append("VALUE_ROWIDS")
            else:
                partitions.append(each), types.append("ROW_SPLITS")
    if draw.flag(0.4):
        shape = np.asarray(-1, draw.pick([np.int32, np.int64]))
    else:
        sizes = [draw.pick([-1, -1, 2, 3, 5]) for _ in range(levels + 1)]
        shape = np.asarray(sizes + [draw.pick([-1, size]) for size in inner], draw.pick([np.int32, np.int64]))
    fill = draw.values(dtype, [] if draw.flag(0.6) else inner)
    return {
        "shape": const(shape) if draw.flag(0.7) else fed(shape, False),
        "values": fed(draw.values(dtype, [count, *inner])),
        "default_value": (const if draw.flag() else fed)(fill),
        "row_partition_tensors": [fed(each) for each in partitions],
        "row_partition_types": types,
    }
