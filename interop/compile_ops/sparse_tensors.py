"""Ops on sparse tensors: places, values, and a shape."""

import numpy as np
import tensorflow as tf
from draw import const, fed
from registry import op, ops

ANY = ["float32", "float64", "half", "int32", "int64", "uint8", "bool", "string"]
NUMBERS = ["float32", "float32", "float64", "int32", "int64", "int8", "int16", "uint8"]
FLOATS = ["float32", "float32", "float64", "half"]


def places(draw, shape, count=None, is_sorted=True):
    """Different places of a shape."""
    total = int(np.prod(shape))
    count = draw.integer(0, total) if count is None else min(count, total)
    flat = draw.rng.permutation(total)[:count]
    if is_sorted:
        flat = np.sort(flat)
    return np.stack(np.unravel_index(flat, shape), -1).astype(np.int64).reshape(count, len(shape))


def listed(draw, values):
    """A list whose length a signature says, or not; or a constant."""
    kind = draw.integer(0, 2)
    return const(np.asarray(values, np.int64)) if kind == 0 else fed(np.asarray(values, np.int64), False)


def sparse(draw, shape, dtype, prefix="", names=("indices", "values", "shape"), **options):
    where = places(draw, shape, **options)
    indices, values, whole = names
    return {prefix + indices: fed(where, hides_shape=False), prefix + values: fed(draw.values(dtype, [len(where)]), hides_shape=draw.flag()), prefix + whole: listed(draw, shape)}


@op("SparseFillEmptyRows")
def _fill(draw):
    shape, dtype = [draw.integer(0 if draw.flag(0.05) else 1, 6), *draw.shape(0, 2, 3)], draw.pick(ANY)
    arguments = sparse(draw, shape, dtype, names=("indices", "values", "dense_shape"), count=draw.integer(0, 5), is_sorted=draw.flag(0.7))
    if draw.flag(0.08) and arguments["indices"].values.size:
        arguments["indices"].values[0, 0] = draw.pick([-1, shape[0]])
    return {**arguments, "default_value": fed(draw.values(dtype, []))}


@op("SparseReshape")
def _reshape(draw):
    shape = draw.shape(1, 3, 4)
    rest, target = int(np.prod(shape)), []
    for _ in range(draw.integer(0, 2)):
        target.append(draw.pick([each for each in range(1, rest + 1) if rest % each == 0]))
        rest //= target[-1]
    target.append(rest + (draw.flag(0.05)))
    if draw.flag(0.4):
        target[draw.integer(0, len(target) - 1)] = -1
    return {"input_indices": fed(places(draw, shape), False), "input_shape": listed(draw, shape), "new_shape": listed(draw, target)}


@op("SparseSlice")
def _slice(draw):
    shape = draw.shape(1, 3, 5)
    start = [draw.integer(0, size) for size in shape]
    size = [draw.integer(0, each + 1) for each in shape]
    return {**sparse(draw, shape, draw.pick(ANY)), "start": listed(draw, start), "size": listed(draw, size)}


@op("SparseConcat")
def _concat(draw):
    shape, dtype, count = draw.shape(1, 3, 4), draw.pick(ANY), draw.integer(2, 4)
    axis = draw.integer(-len(shape), len(shape) - 1)
    parts = []
    for _ in range(count):
        own = list(shape)
        own[axis] = draw.integer(1, 4)
        if draw.flag(0.03):
            own[draw.integer(0, len(own) - 1)] += 1
        parts.append(sparse(draw, own, dtype))
    lists = {key: [part[key] for part in parts] for key in ("indices", "values", "shape")}
    return {"indices": lists["indices"], "values": lists["values"], "shapes": lists["shape"], "concat_dim": axis}


@op("SparseSplit")
def _split(draw):
    shape = draw.shape(1, 3, 6)
    axis = draw.integer(-len(shape), len(shape) - 1)
    count = draw.integer(1, shape[axis] + draw.flag(0.05))
    return {"split_dim": const(np.asarray(axis, np.int64)), **sparse(draw, shape, draw.pick(ANY)), "num_split": count}


@ops("SparseReduceSum SparseReduceMax SparseReduceSumSparse SparseReduceMaxSparse".split(), rtol=2e-5)
def _reduce(draw, name):
    shape = draw.shape(1, 4, 4)
    axes = [axis - len(shape) if draw.flag(0.3) else axis for axis in draw.permutation(len(shape))[: draw.integer(0, len(shape))]]
    arguments = sparse(draw, shape, draw.pick(NUMBERS), names=("input_indices", "input_values", "input_shape"))
    return {**arguments, "reduction_axes": const(np.asarray(axes, np.int32)), "keep_dims": draw.flag()}


@op("SparseAdd")
def _add(draw):
    shape, dtype = draw.shape(1, 3, 4), draw.pick(NUMBERS[:6])
    other = list(shape)
    if draw.flag(0.05):
        other[0] += 1
    limit = np.asarray(draw.pick([0, 0, 3]), dtype)
    return {**sparse(draw, shape, dtype, "a_"), **sparse(draw, other, dtype, "b_"), "thresh": fed(limit)}


@ops(["SparseSparseMaximum", "SparseSparseMinimum"])
def _pick(draw, name):
    shape, dtype = draw.shape(1, 3, 4), draw.pick(NUMBERS)
    return {**sparse(draw, shape, dtype, "a_"), **sparse(draw, shape, dtype, "b_")}


@op("SparseTensorDenseAdd")
def _add_dense(draw):
    shape, dtype = draw.shape(1, 4, 4), draw.pick(NUMBERS[:5])
    arguments = sparse(draw, shape, dtype, "a_", is_sorted=draw.flag())
    dense = list(shape)
    if draw.flag(0.05):
        dense[-1] += 1
    return {**arguments, "b": fed(draw.values(dtype, dense))}


@ops("SparseDenseCwiseAdd SparseDenseCwiseMul SparseDenseCwiseDiv".split())
def _with_dense(draw, name):
    shape, dtype = draw.shape(1, 4, 4), draw.pick(NUMBERS[:5])
    dense = [1 if draw.flag(0.3) else size for size in shape[draw.integer(0, len(shape)) :]]
    if dense and draw.flag(0.05):
        dense[-1] += 1
    values = draw.values(dtype, dense)
    if name.endswith("Div"):
        values = np.where(values == 0, np.ones_like(values), values)
    return {**sparse(draw, shape, dtype, "sp_"), "dense": fed(values)}


@op("SparseSoftmax")
def _softmax(draw):
    return sparse(draw, draw.shape(2, 4, 4), draw.pick(FLOATS), "sp_")


@ops(["DynamicStitch", "ParallelDynamicStitch"])
def _stitch(draw, name):
    count, inner, dtype = draw.integer(1, 4), draw.shape(0, 2, 3), draw.pick(ANY)
    leads = [draw.shape(0, 2, 3) for _ in range(count)]
    total = sum(int(np.prod(lead)) for lead in leads)
    numbers = draw.permutation(total)
    indices, data = [], []
    for lead in leads:
        size = int(np.prod(lead))
        own, numbers = numbers[:size], numbers[size:]
        indices.append(fed(np.asarray(own, np.int32).reshape(lead)))
        data.append(fed(draw.values(dtype, lead + inner)))
    if name == "DynamicStitch" and draw.flag(0.3) and indices[-1].values.size and indices[0].values.size:
        again = draw.values(dtype, leads[0] + inner)
        indices.append(fed(indices[0].values.copy()))
        data.append(fed(again))
    if draw.flag(0.05) and indices[0].values.size:
        indices[0].values.reshape(-1)[0] = -1
    return {"indices": indices, "data": data}


@ops(["UniqueV2", "UniqueWithCountsV2"])
def _unique(draw, name):
    dtype = draw.pick(["float32", "float64", "int32", "int64", "uint8", "int8", "string"])
    shape = draw.shape(1, 3, 4)
    axis = draw.integer(-len(shape), len(shape) - 1)
    values = draw.values(dtype, shape)
    values = np.take(values, draw.rng.integers(0, shape[axis], draw.integer(1, 6)), axis)
    axes = [] if len(shape) == 1 and draw.flag() else [axis]
    return {"x": fed(values), "axis": const(np.asarray(axes, np.int64)), "out_idx": draw.pick([tf.int32, tf.int64])}


@ops("SparseSegmentSumWithNumSegments SparseSegmentMeanWithNumSegments SparseSegmentSqrtNWithNumSegments".split(), rtol=2e-5)
def _sparse_segments(draw, name):
    shape = draw.shape(1, 3, 5)
    count = draw.integer(0, 6)
    segments = np.sort(draw.rng.integers(0, 5, count)).astype(np.int32)
    total = int(segments[-1] + 1 if count else 0) + draw.integer(0, 3) - draw.flag(0.05)
    return {
        "data": fed(draw.values(draw.pick(FLOATS[:3]), shape)),
        "indices": fed(draw.rng.integers(0, shape[0], count).astype(draw.pick([np.int32, np.int64]))),
        "segment_ids": fed(segments),
        "num_segments": (const if draw.flag() else fed)(np.asarray(max(0, total), np.int32)),
    }
