"""Ops that run one of several functions."""

import numpy as np
import tensorflow as tf
from draw import const, fed
from registry import op, ops

SPECS = [tf.TensorSpec([None, None], tf.float32), tf.TensorSpec([], tf.int32), tf.TensorSpec(None, tf.string)]


def _scaled(draw):
    factor = draw.pick([2.0, -0.5])
    return lambda x, n, s: (x * factor, n + 1, s)


def _summed(draw):
    axis = draw.integer(0, 1)
    return lambda x, n, s: (tf.reduce_sum(x, axis), n, s)


def _constant(draw):
    values = draw.values("float32", draw.shape(0, 3, 3))
    return lambda x, n, s: (tf.constant(values), tf.constant(draw.integer(0, 3)), tf.constant(["a", "b"]))


def _passed(draw):
    return lambda x, n, s: (x, n, s)


def _same(draw):
    return lambda x, n, s: (x, tf.constant(5), s) if draw.flag() else (tf.transpose(x), n, tf.constant("t"))


def _sliced(draw):
    return lambda x, n, s: (x[: tf.abs(n) % 3], tf.shape(x)[0], s)


def _asserted(draw):
    bound = draw.pick([-100.0, 0.0])

    def body(x, n, s):
        with tf.control_dependencies([tf.raw_ops.Assert(condition=tf.reduce_all(x > bound), data=[x])]):
            return tf.identity(x), n, s

    return body


def _debugged(draw):
    def body(x, n, s):
        with tf.control_dependencies([tf.debugging.assert_less(n, draw.pick([2, 90]))]):
            return x + 1.0, n, s

    return body


def _mismatched(draw):
    wrong = tf.TensorSpec([3, 2], tf.float32)
    return lambda x, n, s: (tf.ensure_shape(x, wrong.shape) @ tf.reshape(x, [-1, 2]), n, s)


def _nested(draw):
    inner, other = _function(draw, depth=1), _function(draw, depth=1)

    def body(x, n, s):
        return tf.raw_ops.If(cond=n > 1, input=[x + 1.0, n, s], Tout=[tf.float32, tf.int32, tf.string], then_branch=inner, else_branch=other)

    return body


def _numbered(draw):
    inner = [_function(draw, depth=1) for _ in range(draw.integer(1, 3))]
    return lambda x, n, s: tf.raw_ops.StatelessCase(branch_index=n - 1, input=[x, n, s], Tout=[tf.float32, tf.int32, tf.string], branches=inner)


BODIES = [_scaled, _summed, _constant, _passed, _same, _sliced, _asserted, _debugged, _mismatched]


def _function(draw, depth=0):
    body = draw.pick(BODIES + ([_nested, _nested, _numbered] if depth == 0 else []))(draw)
    return tf.function(body, autograph=False).get_concrete_function(*SPECS)


def _condition(draw):
    kind = draw.integer(0, 6)
    if kind <= 2:
        return np.asarray(draw.flag())
    if kind == 3:
        return np.asarray(draw.pick([0, 0, 1, 3]), draw.pick([np.int32, np.int64, np.uint8]))
    if kind == 4:
        return np.asarray(draw.pick([0.0, 0.25, np.nan, -0.0]), draw.pick([np.float32, np.float64]))
    if kind == 5:
        return np.asarray(draw.pick(["", "yes"]), object)
    return draw.values(draw.pick(["bool", "float32", "string"]), [draw.integer(0, 2)])


def _arguments(draw):
    return {
        "x": fed(draw.values("float32", draw.shape(2, 2, 4))),
        "n": (const if draw.flag(0.2) else fed)(np.asarray(draw.integer(-2, 4), np.int32)),
        "s": fed(draw.values("string", draw.shape(0, 1))),
    }


def _choose(name):
    def call(cond, x, n, s, then, otherwise):
        return getattr(tf.raw_ops, name)(cond=cond, input=[x, n, s], Tout=[tf.float32, tf.int32, tf.string], then_branch=then, else_branch=otherwise)

    return call


def _choose_numbered(name):
    def call(branch_index, x, n, s, branches):
        return getattr(tf.raw_ops, name)(branch_index=branch_index, input=[x, n, s], Tout=[tf.float32, tf.int32, tf.string], branches=branches)

    return call


@ops(["If", "StatelessIf"], call=_choose)
def _if(draw, name):
    condition = (const if draw.flag(0.2) else fed)(_condition(draw))
    return {"cond": condition, **_arguments(draw), "then": _function(draw), "otherwise": _function(draw)}


@ops(["Case", "StatelessCase"], call=_choose_numbered)
def _case(draw, name):
    index = (const if draw.flag(0.2) else fed)(np.asarray(draw.integer(-1, 4), np.int32))
    return {"branch_index": index, **_arguments(draw), "branches": [_function(draw) for _ in range(draw.integer(1, 4))]}
