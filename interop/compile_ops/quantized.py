"""Quantization, histograms, neighbors, and axes that only a run knows."""

import numpy as np
import tensorflow as tf
from draw import const, fed
from registry import op, ops

STEPS = {"quint8": ("uint8", 0, 255), "qint8": ("int8", -128, 127), "quint16": ("uint16", 0, 65535), "qint16": ("int16", -32768, 32767), "qint32": ("int32", -(2**31), 2**31 - 1)}


def _ends(draw, shape, axis):
    count = [] if axis < 0 else [shape[axis]]
    low, width = draw.uniform("float32", count, -5, 1), draw.uniform("float32", count, 0.0 if draw.flag(0.1) else 0.5, 8)
    return np.asarray(low, np.float32), np.asarray(low + width * (-1 if draw.flag(0.04) else 1), np.float32)


def _style(draw):
    mode = draw.pick(["MIN_COMBINED", "MIN_FIRST", "SCALED"])
    shape = draw.shape(1, 4)
    axis = draw.integer(0, len(shape) - 1) if mode != "MIN_FIRST" and draw.flag(0.4) else -1
    return mode, shape, axis


@op("QuantizeV2", rtol=1e-5)
def _quantize(draw):
    mode, shape, axis = _style(draw)
    low, high = _ends(draw, shape, axis)
    return {
        "input": fed(draw.values("float32", shape)),
        "min_range": const(low) if draw.flag() else fed(low, False),
        "max_range": const(high) if draw.flag() else fed(high, False),
        "T": tf.as_dtype(draw.pick([name for name in STEPS if name != "qint32"])),
        "mode": mode,
        "round_mode": draw.pick(["HALF_AWAY_FROM_ZERO", "HALF_TO_EVEN"]) if mode == "SCALED" else "HALF_AWAY_FROM_ZERO",
        "narrow_range": draw.flag(),
        "axis": axis,
        "ensure_minimum_range": draw.pick([0.01, 0.01, 0.0, 0.2]),
    }


@op("Dequantize", rtol=2e-5, atol=1e-5)
def _dequantize(draw):
    mode, shape, axis = _style(draw)
    low, high = _ends(draw, shape, axis)
    quantized = draw.pick(list(STEPS))
    held, lowest, highest = STEPS[quantized]
    values = draw.rng.integers(lowest, highest, shape, endpoint=True).astype(held)
    place = const if draw.flag() else fed
    tensor = place(values)
    tensor.bits_of = tf.as_dtype(quantized)
    return {
        "input": tensor,
        "min_range": place(np.asarray(low, np.float32)),
        "max_range": place(np.asarray(high, np.float32)),
        "mode": mode,
        "narrow_range": draw.flag(),
        "axis": axis,
        "dtype": tf.bfloat16 if mode == "MIN_COMBINED" and draw.flag(0.2) else tf.float32,
    }


def _rounding(draw, axis, shape, dtype, has_one):
    low, high = _ends(draw, shape, -1 if has_one else axis)
    return {
        "input": fed(draw.values(dtype, shape)),
        "input_min": (const if draw.flag() else fed)(low.astype(dtype)),
        "input_max": (const if draw.flag() else fed)(high.astype(dtype)),
        "signed_input": draw.flag(0.7),
        "range_given": draw.flag(0.7) and not (has_one and axis >= 0),
        "narrow_range": draw.flag(),
        "axis": axis,
    }


@ops(["QuantizeAndDequantizeV2", "QuantizeAndDequantizeV3", "QuantizeAndDequantizeV4"], rtol=1e-5)
def _quantize_and_dequantize(draw, name):
    shape = [max(1, size) for size in draw.shape(1, 4)]  # of nothing there is no smallest number
    axis = draw.integer(0, len(shape) - 1) if draw.flag(0.4) else -1
    bits = draw.pick([8, 8, 4, 2, 16])
    # Where ends are given along an axis TensorFlow 2.21 wants one of each in all forms but the third, and then refuses that.
    has_one = name != "QuantizeAndDequantizeV3"
    arguments = _rounding(draw, axis, shape, draw.pick(["float32", "float32", "float64"]), has_one)
    if name == "QuantizeAndDequantizeV3":
        return {**arguments, "num_bits": (const if draw.flag() else fed)(np.asarray(bits, np.int32))}
    return {**arguments, "num_bits": bits, "round_mode": draw.pick(["HALF_TO_EVEN", "HALF_UP"])}


@op("HistogramFixedWidth")
def _histogram(draw):
    dtype = draw.pick(["int32", "int64", "float32", "float64"])
    low = draw.integer(-8, 4)
    values = draw.values(dtype, draw.shape(0, 3))
    if dtype.startswith("float"):
        # Into one bin TensorFlow counts also what is no number.
        values = np.where(draw.flag(0.05), np.asarray(np.nan, dtype), values)
    high, bins = low + draw.integer(0 if draw.flag(0.1) else 1, 12), draw.integer(0 if draw.flag(0.1) else 1, 9)
    bins = max(bins, 2) if np.isnan(np.asarray(values, np.float64)).any() else bins
    # TensorFlow multiplies with a reciprocal that some processors only estimate: what lies on the border of two bins may fall into either.
    places = (values.astype(np.float64) - low) * bins / max(1, high - low)
    values = np.where((places > 0) & (places < bins) & (np.abs(places - np.round(places)) < 1e-6), np.asarray(low, dtype), values)
    place = const if draw.flag() else fed
    return {
        "values": fed(values),
        "value_range": place(np.asarray([low, high], dtype)),
        "nbins": (const if draw.flag() else fed)(np.asarray(bins, np.int32)),
        "dtype": draw.pick([tf.int32, tf.int64]),
    }


@op("NextAfter", rtol=0, atol=0)
def _next(draw):
    dtype = draw.pick(["float32", "float64"])
    first, second = draw.broadcast_pair()
    x, y = draw.values(dtype, first), draw.values(dtype, second)
    scale = draw.pick([1.0, 1e-30, 1e30])
    if draw.flag(0.3):
        x = np.exp2(np.round(x)).astype(dtype)
    return {"x1": fed(draw.extremes((x * scale).astype(dtype), 0.4)), "x2": fed(draw.extremes((y * scale).astype(dtype), 0.4))}
