"""Ops that take elements by their places, or put them there."""

import numpy as np
import tensorflow as tf
from draw import FLOATS, INTS, const, fed
from registry import op, ops

ANY = FLOATS + INTS + ["bool", "string"]


def _places(draw, size, shape, wrong=0.08):
    values = draw.rng.integers(0, size, shape).astype(draw.pick([np.int32, np.int64]))
    if values.size and draw.flag(wrong):
        values.reshape(-1)[0] = draw.pick([-1, size])
    return values


@op("GatherV2")
def _gather(draw):
    shape = [max(1, size) for size in draw.shape(1, 4)]  # of nothing TensorFlow looks at no place
    axis = draw.integer(0, len(shape) - 1)
    batch = draw.integer(0, axis) if draw.flag(0.4) else 0
    places = _places(draw, shape[axis], shape[:batch] + draw.shape(0, 2))
    signed = axis - len(shape) if draw.flag(0.3) else axis
    return {"params": fed(draw.values(draw.pick(ANY), shape)), "indices": (const if draw.flag(0.2) else fed)(places), "axis": const(np.asarray(signed, np.int32)), "batch_dims": batch}


@op("Gather")
def _gather_rows(draw):
    shape = [max(1, size) for size in draw.shape(1, 4)]  # of nothing TensorFlow looks at no place
    return {"params": fed(draw.values(draw.pick(ANY), shape)), "indices": fed(_places(draw, shape[0], draw.shape(0, 2)))}


@op("GatherNd")
def _gather_nd(draw):
    shape = [max(1, size) for size in draw.shape(1, 4)]  # of nothing TensorFlow gives nothing, not even parts without elements
    depth = draw.integer(1, len(shape))
    lead = draw.shape(0, 2)
    parts = [draw.rng.integers(0, size, [*lead, 1]) for size in shape[:depth]]
    places = np.concatenate(parts, -1).astype(draw.pick([np.int32, np.int64]))
    if draw.flag(0.08):
        places.reshape(-1)[0] = draw.pick([-1, shape[0]])
    return {"params": fed(draw.values(draw.pick(ANY), shape)), "indices": fed(places, False)}


@op("OneHot")
def _one_hot(draw):
    shape = draw.shape(0, 3)
    depth, dtype = draw.integer(1, 6), draw.pick(FLOATS + INTS + ["bool"])
    places = draw.rng.integers(-2, depth + 2, shape).astype(draw.pick([np.int32, np.int64]))
    if draw.flag(0.2):
        places = np.abs(places).astype(np.uint8)
    return {
        "indices": fed(places),
        "depth": (const if draw.flag(0.7) else fed)(np.asarray(depth, np.int32)),
        "on_value": const(draw.values(dtype, [])),
        "off_value": const(draw.values(dtype, [])),
        "axis": draw.integer(-1, len(shape)),
    }


@op("TopKV2")
def _top_k(draw):
    dtype, shape = draw.pick(["float32", "float64", "half", "bfloat16"] + INTS[:6]), draw.shape(1, 3, 6)
    values = np.round(draw.values(dtype, shape).astype(np.float64)).astype(draw.values(dtype, []).dtype)  # with ties
    return {"input": fed(values), "k": (const if draw.flag(0.7) else fed)(np.asarray(draw.integer(0 if draw.flag(0.05) else 1, shape[-1]), np.int32)), "index_type": draw.pick([tf.int32, tf.int32, tf.int64, tf.int16])}


@op("Where")
def _where(draw):
    dtype = draw.pick(["bool", "bool", "float32", "int32", "int64"])
    values = draw.values(dtype, draw.shape(1, 4))
    if dtype != "bool":
        values = np.where(draw.values("bool", values.shape), values, np.zeros_like(values))
    return {"condition": fed(values)}


def _scatter_places(draw, shape, depth, lead, unique):
    count = int(np.prod(lead))
    total = int(np.prod(shape[:depth]))
    flat = draw.rng.permutation(total)[:count] if unique and count <= total else draw.rng.integers(0, total, count)
    places = np.stack(np.unravel_index(flat, shape[:depth]), -1).reshape([*lead, depth])
    return places.astype(draw.pick([np.int32, np.int64]))


@op("ScatterNd")
def _scatter(draw):
    shape = [max(1, size) for size in draw.shape(1, 3)]  # TensorFlow refuses what would go into nothing
    depth, lead = draw.integer(1, len(shape)), [draw.integer(1, 4)]
    dtype = draw.pick(["float32", "float64", "int32", "int64", "half"])
    places = _scatter_places(draw, shape, depth, lead, False)
    if draw.flag(0.08):
        places.reshape(-1)[0] = draw.pick([-1, shape[0]])
    return {"indices": fed(places, False), "updates": fed(draw.values(dtype, lead + shape[depth:]), False), "shape": (const if draw.flag(0.7) else (lambda each: fed(each, False)))(np.asarray(shape, places.dtype))}


@ops("TensorScatterUpdate TensorScatterAdd TensorScatterSub TensorScatterMax TensorScatterMin".split())
def _scatter_into(draw, name):
    shape = [max(1, size) for size in draw.shape(1, 3)]  # TensorFlow refuses what would go into nothing
    depth, lead = draw.integer(1, len(shape)), [draw.integer(1, 3)]
    dtype = draw.pick(["float32", "float64", "int32", "int64"])
    places = _scatter_places(draw, shape, depth, lead, name == "TensorScatterUpdate")
    if name == "TensorScatterUpdate" and len({tuple(each) for each in places.reshape(-1, depth)}) < lead[0]:
        lead, places = [1], places[:1]
    return {"tensor": fed(draw.values(dtype, shape)), "indices": fed(places, False), "updates": fed(draw.values(dtype, lead + shape[depth:]), False)}


@op("InvertPermutation")
def _invert(draw):
    return {"x": fed(np.asarray(draw.permutation(draw.integer(1, 8)), draw.pick([np.int32, np.int64])))}
