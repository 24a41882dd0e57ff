"""Chebyshev series of special functions, as `packages/loader-savedmodel/src/compile/ops/series.ts` has them.

python fit_series.py OUTPUT.ts, with mpmath and numpy installed. Each series is as long as double precision needs.
"""

import sys

import mpmath as mp
import numpy as np

mp.mp.dps = 40
BESSEL_EDGE, DAWSON_EDGE = 8, 5


def series(function, variable_to_argument, most=60):
    """Coefficients of a function of t from -1 to 1, which stands for an argument."""
    count = 96
    nodes = [mp.cos(mp.pi * (k + mp.mpf(1) / 2) / count) for k in range(count)]
    values = [function(variable_to_argument(t)) for t in nodes]
    made = [2 * mp.fsum(v * mp.cos(mp.pi * j * (k + mp.mpf(1) / 2) / count) for k, v in enumerate(values)) / count for j in range(most)]
    made[0] /= 2
    size = max(abs(each) for each in made)
    while made and abs(made[-1]) < size * mp.mpf(10) ** -17:
        made.pop()
    return [float(each) for each in made]


def _root(x):
    return mp.sqrt(x)


def _phase(order, x):
    """Bessel functions far out as amplitudes of cosine and sine."""
    angle = x - mp.pi / 4 - order * mp.pi / 2
    j, y = mp.besselj(order, x), mp.bessely(order, x)
    scale = mp.sqrt(mp.pi * x / 2)
    return scale * (j * mp.cos(angle) + y * mp.sin(angle)), scale * (y * mp.cos(angle) - j * mp.sin(angle))


LOW = lambda t: BESSEL_EDGE * (t + 1) / 2  # from 0 to the edge
SQUARE = lambda t: BESSEL_EDGE * mp.sqrt((t + 1) / 2)  # by its square
HIGH = lambda t: 2 * BESSEL_EDGE / (t + 1)  # by its inverse
FAR = lambda t: BESSEL_EDGE / mp.sqrt((t + 1) / 2)  # by the inverse of its square
NEAR_K = lambda t: mp.sqrt(2 * (t + 1))  # from 0 to 2 by its square
FAR_K = lambda t: 4 / (t + 1)

TABLES = {
    "I0_LOW": (lambda x: mp.besseli(0, x) * mp.exp(-x), LOW),
    "I0_HIGH": (lambda x: mp.besseli(0, x) * mp.exp(-x) * _root(x), HIGH),
    "I1_LOW": (lambda x: mp.besseli(1, x) * mp.exp(-x) / x, LOW),
    "I1_HIGH": (lambda x: mp.besseli(1, x) * mp.exp(-x) * _root(x), HIGH),
    "K0_LOW": (lambda x: mp.besselk(0, x) + mp.log(x / 2) * mp.besseli(0, x), NEAR_K),
    "K0_HIGH": (lambda x: mp.besselk(0, x) * mp.exp(x) * _root(x), FAR_K),
    "K1_LOW": (lambda x: x * (mp.besselk(1, x) - mp.log(x / 2) * mp.besseli(1, x)), NEAR_K),
    "K1_HIGH": (lambda x: mp.besselk(1, x) * mp.exp(x) * _root(x), FAR_K),
    "J0_LOW": (lambda x: mp.besselj(0, x), SQUARE),
    "J1_LOW": (lambda x: mp.besselj(1, x) / x, SQUARE),
    "Y0_LOW": (lambda x: mp.bessely(0, x) - 2 / mp.pi * mp.log(x) * mp.besselj(0, x), SQUARE),
    "Y1_LOW": (lambda x: (mp.bessely(1, x) - 2 / mp.pi * (mp.log(x) * mp.besselj(1, x) - 1 / x)) / x, SQUARE),
    "P0_HIGH": (lambda x: _phase(0, x)[0], FAR),
    "Q0_HIGH": (lambda x: _phase(0, x)[1] * x, FAR),
    "P1_HIGH": (lambda x: _phase(1, x)[0], FAR),
    "Q1_HIGH": (lambda x: _phase(1, x)[1] * x, FAR),
    "DAWSON_LOW": (lambda x: mp.exp(-x * x) * mp.erfi(x) * mp.sqrt(mp.pi) / 2 / x, lambda t: DAWSON_EDGE * mp.sqrt((t + 1) / 2)),
    "DAWSON_HIGH": (lambda x: mp.exp(-x * x) * mp.erfi(x) * mp.sqrt(mp.pi) / 2 * x, lambda t: DAWSON_EDGE / mp.sqrt((t + 1) / 2)),
    "DILOGARITHM": (lambda x: mp.polylog(2, x) / x, lambda t: (3 * t - 1) / 4),
}


def main():
    lines = ["/** Chebyshev series of special functions, written by `interop/compile_ops/fit_series.py`. */"]
    for name, (function, argument) in TABLES.items():
        made = series(function, argument)
        lines.append(f"export const {name}: readonly number[] = [{', '.join(repr(each) for each in made)}];")
        print(name, len(made), file=sys.stderr)
    places, weights = np.polynomial.legendre.leggauss(64)
    places, weights = (1 - places) / 2, weights / 2
    lines.append("/** Places between 0 and 1, and their weights, of an integral by Gauss and Legendre. */")
    lines.append(f"export const PLACES: readonly number[] = [{', '.join(repr(float(each)) for each in places)}];")
    lines.append(f"export const WEIGHTS: readonly number[] = [{', '.join(repr(float(each)) for each in weights)}];")
    with open(sys.argv[1], "w") as file:
        file.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
