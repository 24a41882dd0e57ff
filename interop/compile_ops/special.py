"""Special functions, bits, counts, segments, losses."""

import numpy as np
from draw import const, fed
from registry import op, ops

WHOLE = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]


@ops(["Lgamma", "Digamma"], rtol=2e-5, atol=2e-5)
def _gamma(draw, name):
    dtype = draw.pick(["float32", "float32", "float64"] if name == "Lgamma" else ["float32"])
    values = draw.uniform(dtype, draw.shape(), 0.05, 30) if draw.flag(0.7) else draw.uniform(dtype, draw.shape(), -4.4, 0.4)
    near = np.abs(values - np.round(values)) < 0.08
    return {"x": fed(np.where(near & (values < 0.5), np.asarray(0.3, values.dtype), values))}


@ops(["Erfinv", "Ndtri"], rtol=2e-5)
def _inverse(draw, name):
    low, high = (-0.999, 0.999) if name == "Erfinv" else (0.0005, 0.9995)
    return {"x": fed(draw.uniform("float32", draw.shape(), low, high))}


@ops("BitwiseAnd BitwiseOr BitwiseXor".split())
def _bits(draw, name):
    dtype = draw.pick(WHOLE)
    first, second = draw.broadcast_pair()
    return {"x": fed(draw.values(dtype, first)), "y": fed(draw.values(dtype, second))}


@ops("Invert PopulationCount".split())
def _bits_of_one(draw, name):
    return {"x": fed(draw.values(draw.pick(WHOLE), draw.shape()))}


@ops("LeftShift RightShift".split())
def _shift(draw, name):
    dtype, shape = draw.pick(WHOLE), draw.shape()
    return {"x": fed(draw.values(dtype, shape)), "y": fed(draw.rng.integers(0, 8 * np.dtype(dtype).itemsize, shape).astype(dtype))}


@op("MatrixBandPart")
def _band(draw):
    kind, shape = draw.pick([np.int32, np.int64]), draw.shape(2, 4)
    return {
        "input": fed(draw.values(draw.pick(["float32", "float64", "int32", "int64", "bool"]), shape)),
        "num_lower": const(np.asarray(draw.integer(-1, shape[-2] + 1), kind)),
        "num_upper": const(np.asarray(draw.integer(-1, shape[-1] + 1), kind)),
    }


@op("Cross")
def _cross(draw):
    shape = draw.shape(0, 2) + [3]
    dtype = draw.pick(["float32", "float64", "int32"])
    return {"a": fed(draw.values(dtype, shape)), "b": fed(draw.values(dtype, shape))}


@op("Bucketize")
def _bucketize(draw):
    limits = sorted({float(np.float32(each)) for each in draw.rng.normal(0, 3, draw.integer(1, 5))})
    return {"input": fed(draw.values(draw.pick(["float32", "float64", "int32", "int64"]), draw.shape())), "boundaries": limits}


@ops(["LowerBound", "UpperBound"])
def _bound(draw, name):
    rows = draw.integer(1, 3)
    dtype = draw.pick(["float32", "int32", "int64"])
    first = np.sort(draw.values(dtype, [rows, draw.integer(1, 6)]), -1)
    return {"sorted_inputs": fed(first), "values": fed(draw.values(dtype, [rows, draw.integer(1, 5)])), "out_type": draw.pick(["int32", "int64"])}


@ops(["InTopK", "InTopKV2"])
def _in_top_k(draw, name):
    rows, classes = draw.integer(1, 5), draw.integer(1, 6)
    scores = np.round(draw.values("float32", [rows, classes]))
    return {"predictions": fed(scores), "targets": fed(draw.rng.integers(0, classes, rows).astype(np.int32)), "k": draw.integer(1, 4) if name == "InTopK" else const(np.asarray(draw.integer(1, 4), np.int32))}


@ops("UnsortedSegmentSum UnsortedSegmentProd UnsortedSegmentMax UnsortedSegmentMin".split(), rtol=2e-5)
def _unsorted(draw, name):
    shape, count = draw.shape(1, 3), draw.integer(1, 5)
    ids = draw.rng.integers(-1 if draw.flag(0.4) else 0, count, shape[: draw.integer(1, len(shape))])
    # TensorFlow looks at no number where there is nothing to join.
    if draw.flag(0.05) and np.prod(shape) > 0:
        ids.reshape(-1)[0] = count
    dtype = draw.pick(["float32", "float64", "int32", "int64", "half"])
    # TensorFlow rounds each step to half precision, this the last one: small whole numbers are exact in both, and products of ones never too large.
    most = 1 if name == "UnsortedSegmentProd" else 3
    values = draw.rng.integers(-most, most + 1, shape).astype(np.half) if dtype == "half" else draw.values(dtype, shape)
    return {"data": fed(values), "segment_ids": fed(ids.astype(draw.pick([np.int32, np.int64]))), "num_segments": const(np.asarray(count, np.int32))}


@ops("SegmentSum SegmentMean SegmentMax SegmentMin SegmentProd".split(), rtol=2e-5)
def _segments(draw, name):
    shape = draw.shape(1, 3)
    ids = np.sort(draw.rng.integers(0, 4, shape[0])).astype(draw.pick([np.int32, np.int64]))
    return {"data": fed(draw.values(draw.pick(["float32", "float64"]), shape)), "segment_ids": fed(ids)}


@ops("SparseSegmentSum SparseSegmentMean SparseSegmentSqrtN".split(), rtol=2e-5)
def _sparse_segments(draw, name):
    shape, rows = draw.shape(1, 3), draw.integer(1, 6)
    return {
        "data": fed(draw.values(draw.pick(["float32", "float64"]), shape)),
        "indices": fed(draw.rng.integers(0, shape[0], rows).astype(np.int32)),
        "segment_ids": fed(np.sort(draw.rng.integers(0, 4, rows)).astype(np.int32)),
    }


@op("SparseToDense")
def _sparse_to_dense(draw):
    shape = draw.shape(1, 3)
    total = int(np.prod(shape))
    flat = np.sort(draw.rng.permutation(total)[: draw.integer(1, total)])
    places = np.stack(np.unravel_index(flat, shape), -1).astype(draw.pick([np.int32, np.int64]))
    if len(shape) == 1 and draw.flag():
        places = places[:, 0]
    dtype = draw.pick(["float32", "int32", "int64", "bool", "string"])
    values = draw.values(dtype, [] if draw.flag(0.3) else [len(flat)])
    return {"sparse_indices": fed(places, False), "output_shape": const(np.asarray(shape, places.dtype)), "sparse_values": fed(values, False), "default_value": const(draw.values(dtype, [])), "validate_indices": True}


@op("SoftmaxCrossEntropyWithLogits", rtol=2e-5, atol=1e-5)
def _cross_entropy(draw):
    shape = draw.shape(2, 2)
    labels = draw.positive("float32", shape)
    return {"features": fed(draw.values("float32", shape)), "labels": fed(labels / labels.sum(-1, keepdims=True))}


@op("SparseSoftmaxCrossEntropyWithLogits", rtol=2e-5, atol=1e-5)
def _sparse_cross_entropy(draw):
    shape = draw.shape(2, 2)
    return {"features": fed(draw.values("float32", shape)), "labels": fed(draw.rng.integers(0, shape[1], shape[0]).astype(draw.pick([np.int32, np.int64])))}


@op("FakeQuantWithMinMaxArgs", rtol=1e-4, atol=1e-4)
def _fake_quant(draw):
    return {"inputs": fed(draw.values("float32", draw.shape())), "min": draw.pick([-6.0, 0.0, -1.5]), "max": draw.pick([6.0, 2.5]), "num_bits": draw.pick([8, 4]), "narrow_range": draw.flag()}


@op("FakeQuantWithMinMaxVarsPerChannel", rtol=1e-4, atol=1e-4)
def _fake_quant_channels(draw):
    shape = draw.shape(1, 4)
    low = draw.uniform("float32", shape[-1:], -5, 0)
    return {"inputs": fed(draw.values("float32", shape)), "min": fed(low), "max": fed(low + draw.uniform("float32", shape[-1:], 0.5, 8)), "num_bits": draw.pick([8, 4]), "narrow_range": draw.flag()}


@op("FakeQuantWithMinMaxVars", rtol=1e-4, atol=1e-4)
def _fake_quant_vars(draw):
    return {"inputs": fed(draw.values("float32", draw.shape())), "min": fed(np.float32(-2.2)), "max": fed(np.float32(3.1)), "num_bits": 8, "narrow_range": draw.flag()}


@ops("BesselI0 BesselI0e BesselI1 BesselI1e BesselJ0 BesselJ1 BesselK0 BesselK0e BesselK1 BesselK1e BesselY0 BesselY1 Dawsn Spence".split(), rtol=3e-5, atol=3e-6)
def _series(draw, name):
    dtype = draw.pick(["float32", "float64"])
    scale = draw.pick([0.5, 3.0, 12.0])
    values = draw.values(dtype, draw.shape(), scale)
    if name[-2] in "KY" or name[-3] in "KY" or name == "Spence":
        values = np.abs(values)  # below 0 there is nothing
    return {"x": fed(values)}


@ops(["Zeta", "Polygamma"], rtol=3e-5, atol=3e-6)
def _derivatives(draw, name):
    dtype = draw.pick(["float32", "float64"])
    first, second = draw.broadcast_pair(3)
    q = draw.positive(dtype, second, 0.2, 20)
    if name == "Zeta":
        return {"x": fed(draw.uniform(dtype, first, 1.1, 9)), "q": fed(q)}
    return {"a": fed(draw.rng.integers(0, 6, first).astype(dtype)), "x": fed(q)}


@ops(["Igamma", "Igammac"], rtol=3e-5, atol=3e-6)
def _incomplete(draw, name):
    dtype = draw.pick(["float32", "float64"])
    first, second = draw.broadcast_pair(3)
    a, x = draw.positive(dtype, first, 0.1, draw.pick([3, 60])), draw.positive(dtype, second, 0.0, draw.pick([3, 90]))
    if x.size and draw.flag(0.1):
        x.reshape(-1)[0] = draw.pick([0, -1])
    return {"a": fed(a), "x": fed(x)}


@op("Betainc", rtol=3e-5, atol=3e-6)
def _beta(draw):
    dtype, shape = draw.pick(["float32", "float64"]), draw.shape(0, 3)
    x = draw.uniform(dtype, shape, 0.001, 0.999)
    if x.size and draw.flag(0.1):
        x.reshape(-1)[0] = draw.pick([0, 1, 2])
    return {"a": fed(draw.positive(dtype, shape, 0.1, draw.pick([3, 40]))), "b": fed(draw.positive(dtype, shape, 0.1, draw.pick([3, 40]))), "x": fed(x)}
