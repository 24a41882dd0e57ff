"""Ops whose outputs are as long as the numbers say, sparse tensors, and colors."""

import numpy as np
import tensorflow as tf
from draw import const, fed
from registry import op, ops

ANY = ["float32", "float64", "half", "int32", "int64", "uint8", "bool", "string"]


@op("DynamicPartition")
def _partition(draw):
    shape = draw.shape(1, 4)
    lead, count = draw.integer(1, len(shape)), draw.integer(1, 4)
    numbers = draw.rng.integers(0, count, shape[:lead]).astype(np.int32)
    if draw.flag(0.1):
        numbers.reshape(-1)[0] = draw.pick([-1, count])
    return {"data": fed(draw.values(draw.pick(ANY), shape)), "partitions": fed(numbers), "num_partitions": count}


@op("ListDiff")
def _difference(draw):
    dtype = draw.pick(["float32", "float64", "int32", "int64", "uint8", "int8", "string"])
    return {"x": fed(np.asarray(draw.values(dtype, [draw.integer(0, 9)]))), "y": fed(np.asarray(draw.values(dtype, [draw.integer(0, 9)]))), "out_idx": draw.pick([tf.int32, tf.int64])}


@ops(["Unique", "UniqueWithCounts"])
def _unique(draw, name):
    dtype, count = draw.pick(["float32", "float64", "int32", "int64", "uint8", "int8", "string"]), draw.integer(1, 12)
    values = draw.values(dtype, [count])
    return {"x": fed(values[draw.rng.integers(0, count, count)]), "out_idx": draw.pick([tf.int32, tf.int64])}


@op("SparseReorder")
def _reorder(draw):
    shape = draw.shape(1, 3)
    total = int(np.prod(shape))
    flat = draw.rng.permutation(total)[: draw.integer(1, total)]
    places = np.stack(np.unravel_index(flat, shape), -1).astype(np.int64)
    return {"input_indices": fed(places, False), "input_values": fed(draw.values(draw.pick(ANY), [len(flat)])), "input_shape": (const if draw.flag() else fed)(np.asarray(shape, np.int64))}


@op("SparseTensorDenseMatMul", rtol=2e-5)
def _product(draw):
    rows, columns, width, count = (draw.integer(1, 5) for _ in range(4))
    dtype = draw.pick(["float32", "float64", "int32"])
    places = np.stack([draw.rng.integers(0, rows, count), draw.rng.integers(0, columns, count)], -1).astype(draw.pick([np.int32, np.int64]))
    turned, dense_turned = draw.flag(0.3), draw.flag(0.3)
    inner = rows if turned else columns
    return {
        "a_indices": fed(places, False),
        "a_values": fed(draw.values(dtype, [count])),
        "a_shape": const(np.asarray([rows, columns], np.int64)),
        "b": fed(draw.values(dtype, [width, inner] if dense_turned else [inner, width])),
        "adjoint_a": turned,
        "adjoint_b": dense_turned,
    }


@ops(["RGBToHSV", "HSVToRGB"], rtol=1e-4, atol=1e-5)
def _colors(draw, name):
    shape = draw.shape(0, 3) + [3]
    values = draw.uniform("float32", shape, 0, 1)
    if draw.flag(0.3):
        values = np.round(values * 2) / 2
    return {"images": fed(values.astype(draw.pick(["float32", "float64"])))}
