"""Ops that count numbers."""

import numpy as np
from draw import const, fed
from ragged import splits
from registry import op, ops
from sparse_tensors import places


def _weights(draw, shape, kinds=("float32", "float64", "int32", "int64")):
    dtype = draw.pick(list(kinds))
    return fed(draw.values(dtype, shape)) if draw.flag() else const(np.zeros([0], dtype))


def _numbers(draw, shape, dtype=None, most=8):
    values = draw.rng.integers(0, most, shape).astype(dtype or draw.pick([np.int32, np.int64]))
    if values.size and draw.flag(0.04):
        values.reshape(-1)[0] = -1
    return values


@op("Bincount")
def _bincount(draw):
    values = _numbers(draw, draw.shape(0, 3), np.int32)
    return {"arr": fed(values), "size": (const if draw.flag() else fed)(np.asarray(draw.integer(0, 9), np.int32)), "weights": _weights(draw, values.shape)}


@ops(["DenseBincount", "DenseCountSparseOutput"])
def _dense(draw, name):
    values = _numbers(draw, draw.shape(1, 2))
    return {"input" if name == "DenseBincount" else "values": fed(values), **_rest(draw, name, values)}


@ops(["RaggedBincount", "RaggedCountSparseOutput"])
def _ragged(draw, name):
    rows = splits(draw, draw.integer(1, 5), np.int64)
    values = _numbers(draw, [int(rows[-1])])
    return {"splits": fed(rows), "values": fed(values), **_rest(draw, name, values)}


@ops(["SparseBincount", "SparseCountSparseOutput"])
def _sparse(draw, name):
    shape = draw.shape(1, 2)
    where = places(draw, shape)
    values = np.maximum(_numbers(draw, [len(where)]), 0)  # below 0 it counts in memory that is not its own
    return {"indices": fed(where, False), "values": fed(values), "dense_shape": fed(np.asarray(shape, np.int64), False), **_rest(draw, name, values)}


def _rest(draw, name, values):
    is_binary = draw.flag(0.3)
    weights = const(np.zeros([0], draw.pick(["float32", "float64", "int32", "int64"]))) if is_binary else _weights(draw, values.shape)
    if name.endswith("SparseOutput"):
        return {"weights": weights, "minlength": draw.pick([-1, 0, 5, 12]), "maxlength": draw.pick([-1, -1, 4, 12]), "binary_output": is_binary}
    return {"size": (const if draw.flag() else fed)(np.asarray(draw.integer(0, 9), values.dtype)), "weights": weights, "binary_output": is_binary}
