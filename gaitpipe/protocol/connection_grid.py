"""The connection events of a radio link, found in the arrival times of its packets.

Rules:

1. A link delivers at connection events, every 7.5 to 60 ms in steps of 1.25 ms. Arrivals folded by the true interval
   lie together. Of all intervals by which the last ten seconds fold about as tightly as by any, and clearly better
   than by the next ones, the longest is taken: its half and its third fold as well and mean nothing. It counts when
   it was found three times.
2. The host adds delay and never takes any away: the phase of the events is the lower edge of the folded arrivals,
   second by second. A line near the last edges follows it, for the radio has a crystal of its own.
3. A second whose arrivals do not fold, or whose edge is off the line by more than 1 ms, has no grid. Two such in a row
   that agree (a new connection, new parameters), or a second without arrivals, begin the phase anew.
4. A host that gathers packets by a rhythm of its own, or whose jitter is as long as the interval, has no grid at all.
"""

from __future__ import annotations

import math
from statistics import median
from typing import NamedTuple

import numpy as np

from gaitpipe.model import FloatArray
from gaitpipe.protocol.few_numbers import quantile_of_sorted

_STEP_S = 0.00125
_CANDIDATES_S = _STEP_S * np.arange(6, 49)
_REMEMBERED = 10
_CONFIRMED = 2
_SHARPER = 1.3
_LEAST_ARRIVALS, _MOST_ARRIVALS = 24, 160
_FOLDS_WELL, _STILL_FOLDS = 0.4, 0.3
_PHASES = 30
_EARLY = 0.05
_JUMP_S = 0.001
_AT_ONCE_S = 0.0025
_FEW, _MANY = 5, 16
_PHASE_SLOPE = 60e-6
_COMPANY_S = 0.001


class _Drift(NamedTuple):
    """Time of one event of the grid: a line."""

    origin_s: float
    phase_s: float
    slope: float

    def at_s(self, time_s: float) -> float:
        return self.phase_s + self.slope * (time_s - self.origin_s)

    def times_s(self, time_s: FloatArray) -> FloatArray:
        return self.phase_s + self.slope * (time_s - self.origin_s)


class ConnectionGrid:
    """Interval and phase of the connection events of one link; fed second by second. See the rules above."""

    def __init__(self) -> None:
        self.interval_s: float | None = None
        self._confirmed = 0
        self._seconds: list[FloatArray] = []
        self._phases: list[tuple[float, float]] = []
        self._odd: float | None = None

    def events_s(self, arrivals_s: FloatArray) -> FloatArray | None:
        """Take the arrivals of one second, shape (n,), in order.

        Returns
        -------
        ndarray or None
            The time of the connection event before each arrival [s], shape (n,); an arrival less than a 20th of the
            interval before an event is taken for that event's. None without a grid.
        """
        if self._seconds and arrivals_s[0] - self._seconds[-1][-1] > 1.0:
            self._seconds.clear()
            self._phases.clear()
        self._seconds.append(arrivals_s)
        del self._seconds[:-_REMEMBERED]
        if self._confirmed < _REMEMBERED:
            self._identify()
        if self.interval_s is None:
            return None
        apart_s = _apart(arrivals_s) - arrivals_s[0]
        folded = np.exp(2j * np.pi / self.interval_s * apart_s).mean()
        if abs(folded) < _STILL_FOLDS:
            self._confirmed = max(0, self._confirmed - 3)
            return None
        events_s = self._on_grid(arrivals_s, float(np.angle(folded)) / (2 * np.pi) * self.interval_s)
        return events_s if self._confirmed >= _CONFIRMED and len(self._phases) > _CONFIRMED else None

    def _identify(self) -> None:
        arrivals_s = _apart(np.concatenate(self._seconds))[-_MOST_ARRIVALS:]
        if len(arrivals_s) < _LEAST_ARRIVALS:
            return
        passed_s = arrivals_s - arrivals_s[0]
        folds = np.abs(np.exp(2j * np.pi * passed_s / _CANDIDATES_S[:, None]).mean(axis=1))
        beside = np.maximum(np.append(folds[1:], 0.0), np.append(0.0, folds[:-1]))
        spreads_s = _CANDIDATES_S * np.sqrt(-np.log(folds))
        well = (folds >= max(_FOLDS_WELL, 3.5 / math.sqrt(len(arrivals_s)))) & (folds > _SHARPER * beside)
        found = None
        if well.any():
            tight_s = 1.5 * spreads_s[well].min() + 0.0003
            found = float(_CANDIDATES_S[np.flatnonzero(well & (spreads_s <= tight_s))[-1]])
        if found is not None and found == self.interval_s:
            self._confirmed += 1
        elif self._confirmed > _CONFIRMED:
            self._confirmed -= 1 if found is None else 2
        elif found is not None:
            self.interval_s, self._confirmed = found, 0
            self._phases.clear()

    def _on_grid(self, arrivals_s: FloatArray, middle_s: float) -> FloatArray | None:
        """Events by the lower edges of the seconds before and of this one."""
        interval_s = self.interval_s or math.inf
        edge = self._edge(arrivals_s, float(arrivals_s[0]) + middle_s)
        if self._phases:
            expected_s = self._drift().at_s(edge[0])
            edge = (edge[0], expected_s + _wrapped(edge[1] - expected_s, interval_s))
            if abs(edge[1] - expected_s) > _JUMP_S:
                # One odd second is passed over; a second like it means that the phase is another one now.
                stays = self._odd is not None and abs(_wrapped(edge[1] - self._odd, interval_s)) < _JUMP_S
                self._odd = edge[1]
                if stays:
                    self._phases, self._odd = [edge], None
                return None
        self._odd = None
        self._phases.append(edge)
        del self._phases[:-_PHASES]
        phase_s = self._drift().times_s(arrivals_s)
        return np.asarray(phase_s + interval_s * np.floor((arrivals_s - phase_s) / interval_s + _EARLY))

    def _edge(self, arrivals_s: FloatArray, middle_s: float) -> tuple[float, float]:
        """When the earliest arrival after its event came, and the time of an event by it.

        One that came nearly an interval late looks early, but is alone.
        """
        interval_s = self.interval_s or math.inf
        late_s = arrivals_s - middle_s
        late_s = late_s - interval_s * np.floor(late_s / interval_s + 0.3)
        order = np.argsort(late_s, kind="stable")
        sorted_s = late_s[order]
        company = np.flatnonzero(sorted_s[1:] - sorted_s[:-1] < _COMPANY_S)
        earliest = order[company[0]] if len(company) else order[0]
        return float(arrivals_s[earliest]), middle_s + float(late_s[earliest])

    def _drift(self) -> _Drift:
        """The phase of the grid as it drifts: a line near the edges that a single odd one does not move."""
        edges = self._phases[-_PHASES:] if len(self._phases) >= _MANY else self._phases[-_FEW:]
        last_s, slope, half = edges[-1][0], 0.0, len(edges) // 2
        if len(edges) >= _MANY:
            pairs = zip(edges[half:], edges[: len(edges) - half], strict=True)
            slope = median([(later[1] - former[1]) / (later[0] - former[0]) for later, former in pairs])
            slope = min(max(slope, -_PHASE_SLOPE), _PHASE_SLOPE)
        rest_s = sorted(edge_s - slope * (at_s - last_s) for at_s, edge_s in edges)
        return _Drift(last_s, quantile_of_sorted(rest_s, 0.25), slope)


def _apart(arrivals_s: FloatArray) -> FloatArray:
    """One arrival of each event: what comes at once counts once."""
    return np.concatenate((arrivals_s[:1], arrivals_s[1:][arrivals_s[1:] - arrivals_s[:-1] > _AT_ONCE_S]))


def _wrapped(time_s: float, interval_s: float) -> float:
    """A time as its distance from the nearest multiple of the interval."""
    return time_s - interval_s * round(time_s / interval_s)
