"""Arithmetic that gives the same bits on every machine: multiplications and sums only, in a fixed order.

The exponentials and logarithms of NumPy differ in their last bit between processors, and its matrix products between
libraries; a model trained with them could not be rebuilt bit for bit elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Matrix: TypeAlias = NDArray[np.float64]
Whole: TypeAlias = NDArray[np.int64]

_LN2 = 0.6931471805599453
_FACTORS = tuple(1 / factor for factor in (87178291200, 6227020800, 479001600, 39916800, 3628800, 362880, 40320, 5040,
                                           720, 120, 24, 6, 2, 1, 1))  # fmt: skip


def exp(x: Matrix) -> Matrix:
    """e to the power of ``x``, for x from -700 to 700."""
    twos = np.rint(x * (1 / _LN2))
    rest = x - twos * _LN2
    total = np.full_like(rest, _FACTORS[0])
    for factor in _FACTORS[1:]:
        total = total * rest + factor
    powers: Matrix = np.ldexp(total, twos.astype(np.int32))
    return powers


def log(x: Matrix) -> Matrix:
    """The natural logarithm of positive ``x``."""
    part, twos = np.frexp(x)
    low = part < 0.7071067811865476
    part, twos = np.where(low, part * 2, part), twos - low
    ratio = (part - 1) / (part + 1)
    square = ratio * ratio
    total = np.zeros_like(ratio)
    for odd in range(21, 0, -2):
        total = total * square + 1 / odd
    logs: Matrix = 2 * ratio * total + twos * _LN2
    return logs


def dot(one: Matrix, other: Matrix) -> float:
    return float((one * other).sum())


class Counts:
    """A sparse matrix: row i holds ``scales[i]`` once for every column in ``rows[i]``; only ``columns`` are kept."""

    def __init__(self, rows: Sequence[Whole], scales: Matrix, columns: Whole) -> None:
        lengths = np.array([len(row) for row in rows], np.int64)
        flat = np.concatenate([*rows, np.zeros(0, np.int64)])
        owner = np.repeat(np.arange(len(rows)), lengths)
        place = np.searchsorted(columns, flat)
        kept = (place < len(columns)) & (columns[np.minimum(place, len(columns) - 1)] == flat)
        self._column, self._row = place[kept], owner[kept]
        self.scales = scales
        self.shape = (len(rows), len(columns))
        self._by_column = np.argsort(self._column, kind="stable")
        self._row_sorted, self._column_sorted = self._row[self._by_column], self._column[self._by_column]

    def times(self, weights: Matrix) -> Matrix:
        """[rows, outputs] of [columns, outputs]."""
        total = _sums(weights, self._column, self._row, self.shape[0])
        return total * self.scales[:, None]

    def turned_times(self, rest: Matrix) -> Matrix:
        """[columns, outputs] of [rows, outputs]: the transposed product."""
        return _sums(rest * self.scales[:, None], self._row_sorted, self._column_sorted, self.shape[1])


def _sums(values: Matrix, take: Whole, into: Whole, size: int) -> Matrix:
    """The rows ``take`` of ``values`` added up by ``into``, which ascends."""
    total = np.zeros((size, values.shape[1]))
    if len(take):
        starts = np.flatnonzero(np.diff(into, prepend=-1))
        total[into[starts]] = np.add.reduceat(values.astype(np.float32)[take], starts, axis=0)
    return total


def product(one: Matrix, other: Matrix) -> Matrix:
    """[n, k] times [k, m], summed over k in order."""
    total = np.zeros((one.shape[0], other.shape[1]))
    for place in range(one.shape[1]):
        column = one[:, place]
        used = np.flatnonzero(column)
        if len(used):
            total[used] += column[used, None] * other[place]
    return total


def turned_product(one: Matrix, other: Matrix) -> Matrix:
    """[n, k] turned, times [n, m]."""
    total = np.zeros((one.shape[1], other.shape[1]))
    for place in range(one.shape[1]):
        column = one[:, place]
        used = np.flatnonzero(column)
        if len(used):
            total[place] = (column[used, None] * other[used]).sum(axis=0)
    return total
