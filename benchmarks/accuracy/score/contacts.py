"""Contacts that a method found beside those of the reference: one row an eligible contact of the reference."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from benchmarks.accuracy.readers import Truth
from benchmarks.accuracy.score.matching import EVENT_WINDOW_S, extra, match, scored
from gaitpipe.model import FloatArray

NARROW_WINDOW_S = 0.020


@dataclass(frozen=True, slots=True)
class Detected:
    """What a method found in one sensor, in order of time: contacts (k,), the strides that begin with them (k,), NaN
    where not known, and other figures of the same rows by name, each (k,)."""

    ic_s: FloatArray
    tc_s: FloatArray
    stride_time_s: FloatArray
    columns: Mapping[str, FloatArray] = field(default_factory=dict)


def detected_of(ic_s: FloatArray, tc_s: FloatArray) -> Detected:
    """The output of a plain rule: each stride ends with the next contact it found."""
    return Detected(ic_s, tc_s, np.append(np.diff(ic_s), np.nan)[: len(ic_s)])


@dataclass(frozen=True, slots=True)
class Comparison:
    """`rows`: one an eligible contact, with `ic_true`, `tc_true`, `ic_found`, `tc_found` (NaN when missed),
    `stride_true`, `stride_found`, `later` (not the first eligible one of its stream) and `true_*`, `found_*` of the
    other figures; labels of the stream (`runner`, `trial`, `side`, `speed_m_s`, ...) are added by `label`.
    `extra` and `narrow_extra` count found contacts of no reference within 50 and 20 ms; `narrow_found` the eligible
    ones found within 20 ms."""

    rows: pd.DataFrame
    extra: int
    narrow_extra: int
    narrow_found: int

    def label(self, **labels: str | float) -> Comparison:
        return replace(self, rows=self.rows.assign(**labels))


def compare(found: Detected, truth: Truth) -> Comparison:
    """Match one to one within 50 ms, nearest pairs first.

    The reference may hold contacts beyond the scored interval: they are matched, so that what was found there is
    not an extra contact, but they are not rows.
    """
    index = np.full(len(truth.ic_s), -1)
    i, j = match(found.ic_s, truth.ic_s, EVENT_WINDOW_S)
    index[j] = i
    counts = scored(truth)
    _, narrow = match(found.ic_s, truth.ic_s, NARROW_WINDOW_S)
    columns = {
        "ic_true": truth.ic_s,
        "tc_true": truth.tc_s,
        "stride_true": truth.stride_time_s,
        "ic_found": _taken(found.ic_s, index),
        "tc_found": _taken(found.tc_s, index),
        "stride_found": _taken(found.stride_time_s, index),
    }
    columns |= {f"true_{name}": values for name, values in truth.columns.items()}
    columns |= {f"found_{name}": _taken(values, index) for name, values in found.columns.items()}
    rows = pd.DataFrame(columns)[counts].reset_index(drop=True)
    return Comparison(
        rows.assign(later=np.arange(len(rows)) > 0),
        extra(found.ic_s, truth, EVENT_WINDOW_S),
        extra(found.ic_s, truth, NARROW_WINDOW_S),
        int(counts[narrow].sum()),
    )


def _taken(values: FloatArray, index: FloatArray) -> FloatArray:
    out = np.full(len(index), np.nan)
    out[index >= 0] = values[index[index >= 0]]
    return out


def pooled(parts: Iterable[Comparison]) -> Comparison:
    """Several streams as one table with the sums of their counts."""
    parts = list(parts)
    rows = pd.concat([part.rows for part in parts], ignore_index=True) if parts else pd.DataFrame()
    return Comparison(
        rows,
        sum(part.extra for part in parts),
        sum(part.narrow_extra for part in parts),
        sum(part.narrow_found for part in parts),
    )
