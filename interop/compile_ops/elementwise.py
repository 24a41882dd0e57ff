"""Ops on each element: functions, arithmetic, comparisons, conversions."""

import numpy as np
import tensorflow as tf
from draw import FLOATS, INTS, const, fed
from registry import op, ops

SAFE = "Abs Neg Sign Square Floor Ceil Round Rint Sigmoid Tanh Erf Erfc Softplus Softsign Sin Cos Exp Expm1 Atan Asinh IsNan IsInf IsFinite Relu Relu6 Elu Selu".split()
POSITIVE = "Sqrt Rsqrt Log Log1p Reciprocal Inv".split()
UNIT = "Asin Acos Atanh".split()
FEW = {"Rint": ["float32", "float64"]}
NO_DOUBLE = "Erf Erfc Asin Acos Atanh Atan Asinh Acosh".split()


def _float(draw, name):
    dtype = draw.pick(FEW.get(name, FLOATS))
    return "float32" if dtype == "float64" and name in NO_DOUBLE else dtype


def _argument(name):
    return {"Relu": "features", "Relu6": "features", "Elu": "features", "Selu": "features", "Softplus": "features", "Softsign": "features"}.get(name, "x")


@ops(SAFE)
def _safe(draw, name):
    if name in ("Abs", "Neg", "Sign", "Square") and draw.flag(0.3):
        dtype = draw.pick(["int32", "int64", "int8", "int16"] if name != "Sign" else ["int32", "int64"])
    elif name in ("Relu", "Relu6") and draw.flag(0.3):
        dtype = draw.pick(["int32", "int64", "int8", "int16", "uint8"])
    else:
        dtype = _float(draw, name)
    values = draw.values(dtype, draw.shape())
    if tf.as_dtype(dtype).is_floating:
        values = draw.extremes(values)
    return {_argument(name): fed(values)}


@ops(POSITIVE)
def _positive(draw, name):
    dtype = _float(draw, name)
    values = draw.extremes(draw.positive(dtype, draw.shape()))
    return {"x": fed(values)}


@ops(UNIT)
def _unit(draw, name):
    return {"x": fed(draw.uniform(_float(draw, name), draw.shape(), -0.98, 0.98))}


@op("Acosh")
def _acosh(draw):
    return {"x": fed(draw.uniform("float32", draw.shape(), 1.01, 9))}


@ops(["Sinh", "Cosh"])
def _hyperbolic(draw, name):
    return {"x": fed(draw.values(draw.pick(FLOATS), draw.shape()))}


@op("Tan", rtol=1e-4)
def _tan(draw):
    return {"x": fed(draw.uniform(draw.pick(FLOATS), draw.shape(), -1.4, 1.4))}


@op("LeakyRelu")
def _leaky(draw):
    return {"features": fed(draw.values(draw.pick(FLOATS), draw.shape())), "alpha": draw.pick([0.2, 0.01, 0.0, 1.5])}


@ops(["Softmax", "LogSoftmax"])
def _softmax(draw, name):
    return {"logits": fed(draw.values(draw.pick(FLOATS), draw.shape(1, 4)))}


def _pair(draw, dtype, make=None):
    make = make or draw.values
    first, second = draw.broadcast_pair()
    y = make(dtype, second)
    return {"x": fed(make(dtype, first)), "y": const(y) if draw.flag(0.3) else fed(y)}


@ops("Add AddV2 Sub Mul Maximum Minimum SquaredDifference".split())
def _arithmetic(draw, name):
    dtype = draw.pick(FLOATS + INTS)
    if name == "Add" and dtype in ("uint16", "uint32", "uint64"):
        dtype = "int32"
    if name == "SquaredDifference" and dtype in ("int8", "int16", "uint8", "uint16", "uint32", "uint64"):
        dtype = "int64"
    result = _pair(draw, dtype)
    if tf.as_dtype(dtype).is_floating and draw.flag(0.2):
        result["x"] = fed(draw.extremes(result["x"].values, 1))
    return result


@op("AddN")
def _add_n(draw):
    dtype, shape = draw.pick(FLOATS + ["int32", "int64"]), draw.shape()
    return {"inputs": [fed(draw.values(dtype, shape)) for _ in range(draw.integer(1, 4))]}


@ops("Div RealDiv DivNoNan MulNoNan Xdivy Xlogy Xlog1py".split())
def _division(draw, name):
    dtype = draw.pick(["float32", "float32", "float64"] if name not in ("RealDiv", "Div") else FLOATS)
    result = _pair(draw, dtype, draw.positive)
    for key in ("x", "y"):
        if not result[key].is_constant and result[key].values.size and draw.flag(0.4):
            values = result[key].values.copy()
            values.reshape(-1)[0] = 0
            result[key] = fed(values)
    return result


@ops("FloorDiv FloorMod TruncateDiv TruncateMod Mod".split())
def _whole_division(draw, name):
    if name in ("FloorDiv", "FloorMod") and draw.flag(0.3):
        return _pair(draw, draw.pick(["float32", "float64"]))
    dtype = draw.pick(["int32", "int32", "int64"] if name in ("Mod", "TruncateMod", "FloorMod") else ["int32", "int64", "int8", "int16", "uint8", "uint16"])
    result = _pair(draw, dtype)
    divisor = result["y"].values.copy()
    if not draw.flag(0.1):
        divisor[divisor == 0] = 3
    if draw.flag(0.2) and tf.as_dtype(dtype).min < 0 and divisor.size:
        divisor.reshape(-1)[0] = -1
    result["y"] = const(divisor) if result["y"].is_constant else fed(divisor)
    return result


@op("Pow", rtol=2e-5)
def _pow(draw):
    if draw.flag(0.3):
        dtype = draw.pick(["int32", "int64"])
        first, second = draw.broadcast_pair()
        low = -1 if draw.flag(0.1) else 0
        return {"x": fed(draw.rng.integers(-5, 6, first).astype(dtype)), "y": fed(draw.rng.integers(low, 9, second).astype(dtype))}
    dtype = draw.pick(["float32", "float32", "float64"])
    first, second = draw.broadcast_pair()
    y = draw.uniform(dtype, second, -3, 3)
    return {"x": fed(draw.positive(dtype, first)), "y": const(np.asarray(2, y.dtype)) if draw.flag(0.2) else fed(y)}


@op("Atan2")
def _atan2(draw):
    result = _pair(draw, "float32")
    return {key: fed(draw.extremes(value.values, 0.3)) for key, value in result.items()}


@ops("Equal NotEqual Less LessEqual Greater GreaterEqual".split())
def _comparison(draw, name):
    dtype = draw.pick(FLOATS + INTS + (["bool", "string"] if "qual" in name and name[0] in "EN" else []))
    return _pair(draw, dtype)


@ops("LogicalAnd LogicalOr".split())
def _logical(draw, name):
    return _pair(draw, "bool")


@op("LogicalNot")
def _not(draw):
    return {"x": fed(draw.values("bool", draw.shape()))}


@op("ApproximateEqual")
def _approximate(draw):
    shape = draw.shape()
    x = draw.values("float32", shape)
    return {"x": fed(x), "y": fed(x + draw.uniform("float32", shape, -0.02, 0.02)), "tolerance": 0.01}


@op("Select")
def _select(draw):
    dtype, shape = draw.pick(FLOATS + INTS + ["bool", "string"]), draw.shape(1, 3)
    condition = draw.values("bool", shape if draw.flag() else shape[:1])
    return {"condition": fed(condition), "x": fed(draw.values(dtype, shape)), "y": fed(draw.values(dtype, shape))}


@op("SelectV2")
def _select_v2(draw):
    dtype = draw.pick(FLOATS + INTS + ["bool", "string"])
    first, second = draw.broadcast_pair(3)
    condition = draw.values("bool", [] if draw.flag(0.2) else first)
    return {"condition": fed(condition), "t": fed(draw.values(dtype, second)), "e": fed(draw.values(dtype, first))}


@op("Cast")
def _cast(draw):
    types = FLOATS + INTS + ["bool"]
    source, target = draw.pick(types), draw.pick(types)
    values = draw.values(source, draw.shape(), scale=20.0)
    if tf.as_dtype(source).is_floating and tf.as_dtype(target).is_integer and tf.as_dtype(target).min == 0:
        values = np.abs(values)  # below 0 it is not defined what comes out
    return {"x": fed(values), "DstT": tf.as_dtype(target), "Truncate": draw.flag(0.2)}


@op("ToBool")
def _truth(draw):
    return {"input": fed(draw.values(draw.pick(["float32", "int32", "int64", "bool"]), []), False)}


@op("AccumulateNV2")
def _accumulate(draw):
    shape, dtype = draw.shape(), draw.pick(["float32", "float64", "int32"])
    return {"inputs": [fed(draw.values(dtype, shape)) for _ in range(draw.integer(1, 4))], "shape": shape}


@op("Bitcast")
def _bitcast(draw):
    types = ["float32", "float64", "half", "bfloat16", *INTS]
    source, target = draw.pick(types), draw.pick(types)
    ratio = tf.as_dtype(target).size // tf.as_dtype(source).size
    shape = draw.shape(0, 3) + ([ratio] if ratio > 1 else [])
    place = const if draw.flag(0.2) else fed
    return {"input": place(draw.values(source, shape)), "type": tf.as_dtype(target)}


@op("CheckNumerics")
def _check_numerics(draw):
    return {"tensor": fed(draw.extremes(draw.values(draw.pick(FLOATS), draw.shape()))), "message": "checked"}


@op("ClipByValue")
def _clip(draw):
    dtype = draw.pick(["float32", "int32", "int64", "float64"])
    return {"t": fed(draw.values(dtype, draw.shape())), "clip_value_min": fed(np.asarray(-2, dtype)), "clip_value_max": fed(np.asarray(3, dtype))}
