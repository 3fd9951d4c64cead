"""Distances between sets of features: how real, how varied, how obedient; numpy only."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


def frechet(made: Array, mean: Array, covariance: Array) -> float:
    """Fréchet distance (Heusel 2017) of features (N, D) to a normal of mean (D,), covariance (D, D).

    Biased by N: compare equal N only. Needs N >= 2.
    """
    made = made.astype(np.float64)
    centre = made.mean(0)
    spread = (made - centre) / np.sqrt(len(made) - 1)  # (N, D): covariance = spread.T @ spread
    # The roots of the eigenvalues of cov @ covariance sum up to the trace of its square root, and
    # those eigenvalues are also the ones of this (N, N) matrix: exact, and quick while N < D.
    joined = spread @ covariance @ spread.T
    roots = np.sqrt(np.clip(np.linalg.eigvalsh((joined + joined.T) / 2), 0, None))
    apart = float(((centre - mean) ** 2).sum())
    return apart + float((spread**2).sum() + np.trace(covariance) - 2 * roots.sum())


def kernel_distance(made: Array, real: Array) -> float:
    """Kernel distance (Binkowski 2018): unbiased squared MMD of a cubic kernel; (N, D), (M, D).

    Around 0 for two sets of one kind (below it by chance). Needs N, M >= 2.
    """

    def kernel(a: Array, b: Array) -> Array:
        return (a.astype(np.float64) @ b.astype(np.float64).T / a.shape[1] + 1) ** 3

    def within(a: Array) -> float:
        values = kernel(a, a)
        return float((values.sum() - np.trace(values)) / (len(a) * (len(a) - 1)))

    return within(made) + within(real) - 2 * float(kernel(made, real).mean())


def spread(codes: Array) -> float:
    """Mean of 1 - cosine over all pairs of codes (N, D) of length one. Needs N >= 2."""
    cosine = codes.astype(np.float64) @ codes.astype(np.float64).T
    return float(1 - cosine[np.triu_indices(len(codes), 1)].mean())


def rank_correlation(drawn: Sequence[float], shown: Sequence[float]) -> float:
    """Spearman's rho, ties ranked by their mean; 0 where one of the two never changes."""
    a, b = _ranks(drawn), _ranks(shown)
    a, b = a - a.mean(), b - b.mean()
    size = np.sqrt((a @ a) * (b @ b))
    return float(a @ b / size) if size > 0 else 0.0


def _ranks(values: Sequence[float]) -> NDArray[np.float64]:
    _, group, count = np.unique(np.asarray(values), return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    return (last - (count - 1) / 2)[group].astype(np.float64)
