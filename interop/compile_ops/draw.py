"""What random cases are made of: tensors that are fed or constant, shapes, and numbers of each type."""

import numpy as np
import tensorflow as tf

FLOATS = ["float32", "float32", "float32", "float64", "half", "bfloat16"]
INTS = ["int32", "int32", "int64", "int8", "int16", "uint8", "uint16", "uint32", "uint64"]


class Tensor:
    """An input: fed with each call, or written into the graph."""

    def __init__(self, values, is_constant=False, hides_shape=True):
        self.values = values
        self.is_constant = is_constant
        self.hides_shape = hides_shape
        self.bits_of = None  # the quantized type that the op gets these bits as


def fed(values, hides_shape=True):
    return Tensor(np.asarray(values), False, hides_shape)


def const(values, dtype=None):
    return Tensor(np.asarray(values, dtype), True)


class Draw:
    """Seeded random choices."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)

    def integer(self, low, high):
        """From low to high, both included."""
        return int(self.rng.integers(low, high + 1))

    def flag(self, share=0.5):
        return bool(self.rng.random() < share)

    def pick(self, choices):
        return choices[int(self.rng.integers(len(choices)))]

    def shape(self, least=0, most=4, largest=5):
        """Sizes; now and then one is 0."""
        shape = [self.integer(1, largest) for _ in range(self.integer(least, most))]
        if shape and self.flag(0.04):
            shape[self.integer(0, len(shape) - 1)] = 0
        return shape

    def permutation(self, count):
        return [int(each) for each in self.rng.permutation(count)]

    def values(self, dtype, shape, scale=3.0):
        """Numbers of a type; whole ones of any size, small ones mostly."""
        if dtype == "bool":
            return self.rng.random(shape) < 0.5
        if dtype == "string":
            words = ["", "a", "bc", "dé", "xyz"]
            return np.array([self.pick(words) for _ in range(int(np.prod(shape)))], object).reshape(shape)
        kind = tf.as_dtype(dtype)
        if kind.is_floating:
            return self.rng.normal(0, scale, shape).astype(np.float32).astype(kind.as_numpy_dtype)
        low, high = (-20, 20) if kind.min < 0 else (0, 40)
        if self.flag(0.15):
            low, high = max(int(kind.min), -(2**62)), min(int(kind.max), 2**62)
        return self.rng.integers(low, high, shape, endpoint=True).astype(kind.as_numpy_dtype)

    def positive(self, dtype, shape, low=0.05, high=6.0):
        return self.rng.uniform(low, high, shape).astype(np.float32).astype(tf.as_dtype(dtype).as_numpy_dtype)

    def uniform(self, dtype, shape, low, high):
        return self.positive(dtype, shape, low, high)

    def extremes(self, values, share=0.2):
        """With some of the numbers that functions treat in their own way."""
        if values.size == 0 or not self.flag(share):
            return values
        flat = values.reshape(-1).copy()
        for special in [np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0, -1.0]:
            if self.flag(0.4):
                flat[self.integer(0, flat.size - 1)] = special
        return flat.reshape(values.shape)

    def broadcast_pair(self, most=4):
        """Two shapes that can be broadcast."""
        whole = self.shape(0, most)
        cut = self.integer(0, len(whole))
        other = [1 if self.flag(0.3) else size for size in whole[cut:]]
        first = [1 if self.flag(0.15) else size for size in whole]
        return (first, other) if self.flag() else (other, first)
