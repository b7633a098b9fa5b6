"""Agreement of a method with a reference: pure functions of arrays, no file, no pipeline.

Contacts of one runner resemble each other, so they are not independent. The functions take the `runner` of every error:

  - bias: the mean of the runners' means, so that a runner with many contacts does not decide it; its confidence
    interval is Student's, with as many values as there are runners;
  - within: errors minus their own group's mean, sum of squares over (errors - groups), the root of it. The group is the
    runner ("within-runner", what a runner's own contacts scatter, changes with speed and side included) or the stream
    ("within-stream": one side of one trial);
  - limits of agreement: runner as random effect, true value varying between contacts (Bland and Altman 2007, J Biopharm
    Stat 17:571). The variance of a single difference is that between runners plus that within, from the unweighted
    analysis of variance; confidence limits by recovering variance estimates (Zou 2013, Stat Methods Med Res 22:630).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from gaitpipe.model import FloatArray

NAN = float("nan")
Z_95 = 1.959963984540054
LEVEL = 0.05

Groups = NDArray[np.generic]


@dataclass(frozen=True, slots=True)
class Bias:
    """Mean of the group means with its 95 % confidence interval, their standard deviation, and these means."""

    mean: float
    low: float
    high: float
    between: float
    means: dict[str, float]


@dataclass(frozen=True, slots=True)
class Limits:
    """95 % limits of agreement and the confidence intervals of both; `half` is (upper - lower) / 2."""

    lower: float
    upper: float
    lower_ci: tuple[float, float]
    upper_ci: tuple[float, float]

    @property
    def half(self) -> float:
        return 0.5 * (self.upper - self.lower)


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its 95 % confidence interval."""

    value: float
    low: float
    high: float


def group_means(errors: FloatArray, groups: Groups) -> dict[str, float]:
    """Mean error of each group, in the order of the sorted group names."""
    return {str(group): float(errors[groups == group].mean()) for group in np.unique(groups)}


def bias(errors: FloatArray, runner: Groups) -> Bias:
    """Mean of the runners' means; the interval and `between` are NaN with a single runner. Shapes (n,), all finite."""
    means = group_means(errors, runner)
    values = np.array(list(means.values()))
    if not len(values):
        return Bias(NAN, NAN, NAN, NAN, means)
    middle = float(values.mean())
    if len(values) < 2:
        return Bias(middle, NAN, NAN, NAN, means)
    between = float(values.std(ddof=1))
    reach = float(stats.t.ppf(1.0 - LEVEL / 2.0, len(values) - 1)) * between / np.sqrt(len(values))
    return Bias(middle, middle - reach, middle + reach, between, means)


def within_sd(errors: FloatArray, groups: Groups) -> float:
    """Standard deviation of the errors after taking off each group's own mean; NaN when no group repeats."""
    names = np.unique(groups)
    spare = len(errors) - len(names)
    if spare < 1:
        return NAN
    squares = sum(float(np.sum((errors[groups == g] - errors[groups == g].mean()) ** 2)) for g in names)
    return float(np.sqrt(squares / spare))


def rms(errors: FloatArray) -> float:
    """Root mean square, bias included; NaN of none."""
    return float(np.sqrt(np.mean(errors * errors))) if len(errors) else NAN


def quartiles(errors: FloatArray) -> tuple[float, float, float]:
    """Lower quartile, median, upper quartile."""
    if not len(errors):
        return NAN, NAN, NAN
    low, middle, high = np.percentile(errors, [25.0, 50.0, 75.0])
    return float(low), float(middle), float(high)


def limits_of_agreement(errors: FloatArray, runner: Groups) -> Limits:
    """95 % limits for one contact of one runner, shapes (n,); NaN with fewer than two runners or no repeats."""
    names, counts = np.unique(runner, return_counts=True)
    between = bias(errors, runner)
    within = within_sd(errors, runner) ** 2
    if len(names) < 2 or np.isnan(within):
        return Limits(NAN, NAN, (NAN, NAN), (NAN, NAN))
    harmonic = len(counts) / float(np.sum(1.0 / counts))
    parts = (between.between**2, (1.0 - 1.0 / harmonic) * within)
    freedom = (len(names) - 1, len(errors) - len(names))
    total = sum(parts)
    low = total - np.sqrt(
        sum((p * (1 - f / stats.chi2.ppf(0.975, f))) ** 2 for p, f in zip(parts, freedom, strict=True))
    )
    high = total + np.sqrt(
        sum((p * (f / stats.chi2.ppf(0.025, f) - 1)) ** 2 for p, f in zip(parts, freedom, strict=True))
    )
    reach, low_reach, high_reach = (Z_95 * np.sqrt(max(0.0, float(v))) for v in (total, low, high))
    mean_reach = between.high - between.mean
    outward = float(np.hypot(mean_reach, high_reach - reach))
    inward = float(np.hypot(mean_reach, reach - low_reach))
    lower, upper = between.mean - reach, between.mean + reach
    return Limits(
        float(lower), float(upper), (float(lower - outward), float(lower + inward)),
        (float(upper - inward), float(upper + outward)),
    )  # fmt: skip


def slope(x: FloatArray, y: FloatArray) -> float:
    """Slope of the least squares line of y on x; NaN when x does not vary."""
    centred = x - x.mean() if len(x) else x
    spread = float(np.sum(centred * centred))
    return float(np.sum(centred * (y - y.mean()))) / spread if spread > 0.0 else NAN


def proportional_bias(found: FloatArray, true: FloatArray, runner: Groups) -> Interval:
    """Slope of the difference on the mean of both; interval by leaving out one runner at a time (jackknife)."""
    difference, middle = found - true, 0.5 * (found + true)
    whole, names = slope(middle, difference), np.unique(runner)
    if len(names) < 3:
        return Interval(whole, NAN, NAN)
    left = np.array([slope(middle[runner != name], difference[runner != name]) for name in names])
    error = np.sqrt((len(names) - 1) / len(names) * np.sum((left - left.mean()) ** 2))
    reach = float(stats.t.ppf(1.0 - LEVEL / 2.0, len(names) - 1) * error)
    return Interval(whole, whole - reach, whole + reach)


def icc_2_1(ratings: FloatArray) -> Interval:
    """ICC(2,1), absolute agreement of single ratings, `ratings` (targets, raters), with its 95 % interval.

    Shrout and Fleiss 1979 (Psychol Bull 86:420); interval as in McGraw and Wong 1996 (Psychol Methods 1:30). It counts
    the targets as independent.
    """
    n, k = ratings.shape
    if n < 3:
        return Interval(NAN, NAN, NAN)
    grand, rows, columns = ratings.mean(), ratings.mean(axis=1), ratings.mean(axis=0)
    ms_rows = k * float(np.sum((rows - grand) ** 2)) / (n - 1)
    ms_columns = n * float(np.sum((columns - grand) ** 2)) / (k - 1)
    residual = ratings - rows[:, None] - columns[None, :] + grand
    ms_error = float(np.sum(residual * residual)) / ((n - 1) * (k - 1))
    whole = ms_rows + (k - 1) * ms_error + k * (ms_columns - ms_error) / n
    value = (ms_rows - ms_error) / whole if whole > 0.0 else NAN
    if ms_error <= 0.0:
        return Interval(value, NAN, NAN)
    ratio = ms_columns / ms_error
    part = n * (1 + (k - 1) * value) - k * value
    freedom = (k - 1) * (n - 1) * (k * value * ratio + part) ** 2 / ((n - 1) * (k * value * ratio) ** 2 + part**2)
    f_low = float(stats.f.ppf(1.0 - LEVEL / 2.0, n - 1, freedom))
    f_high = float(stats.f.ppf(1.0 - LEVEL / 2.0, freedom, n - 1))
    noise = k * ms_columns + (k * n - k - n) * ms_error
    low = n * (ms_rows - f_low * ms_error) / (f_low * noise + n * ms_rows)
    high = n * (f_high * ms_rows - ms_error) / (noise + n * f_high * ms_rows)
    return Interval(value, low, high)


def concordance(found: FloatArray, true: FloatArray) -> float:
    """Lin's concordance correlation coefficient (Lin 1989, Biometrics 45:255), with variances over n."""
    if len(found) < 2:
        return NAN
    shared = float(np.mean((found - found.mean()) * (true - true.mean())))
    spread = float(found.var()) + float(true.var()) + float(found.mean() - true.mean()) ** 2
    return 2.0 * shared / spread if spread > 0.0 else NAN


def mape(found: FloatArray, true: FloatArray) -> float:
    """Mean absolute error in per cent of the reference; NaN of none."""
    return float(100.0 * np.mean(np.abs(found - true) / np.abs(true))) if len(found) else NAN
