"""A slow, readable second statement of the detector's rules, on whole arrays: the oracle of the compiled kernel.

No ring, no state row, no block: filters by scipy over everything, then swing after swing by looking at the arrays.
A recording is a list of `Stretch`es; a hole too long to bridge lies between two of them, bridged samples lie inside.
Written from the rules at the top of `gaitpipe/core/kernel.py`, not from its code.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import bessel, butter, sosfilt, sosfilt_zi

from gaitpipe.core.params import DetectorParams

Array = NDArray[np.float64]


@dataclass
class Stretch:
    """Samples without a hole, in segment axes; `bridged` and `clipped` are masks."""

    first_sample: int
    time_s: Array
    acc: Array
    gyr: Array
    bridged: NDArray[np.bool_]
    clipped: NDArray[np.bool_]


@dataclass
class Event:
    kind: str
    sample: float
    time_s: float
    lost: bool = False
    clipped: bool = False
    peak_acc_m_s2: float = np.nan
    pitch_rad: float = np.nan
    rate_rad_s: float = np.nan


def steady(sections: Array, x: Array) -> Array:
    """Filtered as if the first sample had lasted for ever before."""
    return np.asarray(sosfilt(sections, x, zi=sosfilt_zi(sections) * x[0])[0])


def delay_of(sections: Array) -> float:
    """Centre of the impulse response: the group delay at zero frequency, in samples."""
    impulse = np.zeros(20_000)
    impulse[0] = 1.0
    response = sosfilt(sections, impulse)
    return float(np.sum(np.arange(len(response)) * response) / np.sum(response))


def parabola(before: float, here: float, after: float) -> float:
    curvature = before - 2.0 * here + after
    return 0.0 if curvature == 0.0 else float(np.clip(0.5 * (before - after) / curvature, -0.5, 0.5))


class Oracle:
    """Events of one sensor. Only the swing amplitude is handed on from one stretch to the next."""

    def __init__(self, params: DetectorParams, rate_hz: float) -> None:
        self.p, self.rate_hz = params, rate_hz
        self.gate = butter(2, params.gate_hz, fs=rate_hz, output="sos")
        self.feature = bessel(4, min(params.feature_hz, 0.35 * rate_hz), fs=rate_hz, norm="mag", output="sos")
        self.delay = delay_of(self.feature)
        self.gate_lag = round(delay_of(self.gate) - self.delay)
        self.amplitude = params.swing_initial_rad_s

    def samples(self, seconds: float) -> int:
        return round(seconds * self.rate_hz)

    def events(self, stretches: list[Stretch]) -> list[Event]:
        found: list[Event] = []
        for number, stretch in enumerate(stretches):
            if number:
                found.append(Event("restart", stretch.first_sample, stretch.time_s[0]))
            found += self._stretch(stretch)
        return found

    def threshold(self) -> float:
        return max(self.p.swing_floor_rad_s, self.p.swing_threshold_fraction * self.amplitude)

    def _stretch(self, s: Stretch) -> list[Event]:
        rate = -s.gyr[:, 1]
        gate, w, up = steady(self.gate, rate), steady(self.feature, rate), steady(self.feature, s.acc[:, 2])
        found: list[Event] = []
        last, mean_cycle, here, shaken = None, 0.0, 0, False
        while True:
            above = np.flatnonzero(gate[here:] > self.threshold())
            if not len(above):
                return found
            opening = here + int(above[0])
            so_far = np.maximum.accumulate(gate[opening:])
            closed = np.flatnonzero(gate[opening:] < 0.5 * so_far)
            if not len(closed):
                return found
            closing = opening + int(closed[0])
            here = closing + 1
            top = opening + int(np.argmax(gate[opening:closing]))
            swing = top - self.gate_lag
            if last is not None and swing - last < max(
                self.samples(self.p.minimum_stride_s), self.p.refractory_fraction * mean_cycle
            ):
                apart = swing - last > self.samples(self.p.rival_interval_s)
                shaken = shaken or (apart and gate[top] > self.p.rival_fraction * self.amplitude)
                continue
            near = last is not None and swing - last <= self.samples(self.p.maximum_stride_s)
            if near and last - int(np.ceil(self.delay)) > 0:
                contact = [] if shaken else self._contact(s, w, up, last, swing)
                nothing = self._event(s, "no contact", swing - self.delay, may_be_lost=False, rate_rad_s=np.nan)
                found += contact or [nothing]
                mean_cycle = (swing - last) if mean_cycle == 0.0 else mean_cycle + 0.25 * ((swing - last) - mean_cycle)
            else:
                mean_cycle = 0.0
                if last is not None:
                    self.amplitude = self.p.swing_initial_rad_s
            shaken = False
            found.append(self._event(s, "swing", max(0.0, swing - self.delay), rate_rad_s=gate[top], may_be_lost=False))
            self.amplitude += self.p.swing_memory * (gate[top] - self.amplitude)
            last = swing

    def _event(self, s: Stretch, kind: str, sample: float, *, may_be_lost: bool = True, rate_rad_s: float) -> Event:
        margin, centre = self.samples(self.p.gap_margin_s), int(sample)
        lost = bool(s.bridged[max(0, centre - margin) : centre + margin + 2].any())
        known = 0.0 <= sample <= len(s.time_s) - 1  # a swing in which the stretch begins may lie before it
        time_s = float(np.interp(sample, np.arange(len(s.time_s)), s.time_s)) if known else np.nan
        return Event(kind, s.first_sample + sample, time_s, lost=lost and may_be_lost, rate_rad_s=rate_rad_s)

    def _contact(self, s: Stretch, w: Array, up: Array, start: int, stop: int) -> list[Event]:
        """The one contact between two mid-swings, samples of the filtered signals."""
        shortest = self.samples(self.p.minimum_contact_s)
        falls = start + np.flatnonzero(w[start:stop] <= 0.0)
        rises = start + 1 + np.flatnonzero(w[start + 1 : stop + 1] <= 0.0)
        fall = int(falls[0]) if len(falls) else stop
        rise = int(rises[-1]) if len(rises) else start
        if rise - fall < shortest:
            return []
        ic = self._loading(up, fall, rise)
        tc = self._push_off(w, start, fall, rise, int(ic), shortest)
        contact = self._event(s, "ic", ic - self.delay, rate_rad_s=np.nan)
        self._peak(s, contact, ic - self.delay)
        if tc is None:
            return [contact]
        rate = -s.gyr[:, 1]
        begin, span = ic - self.delay, tc - ic
        stance = rate[int(begin + 0.15 * span) : int(begin + 0.40 * span) + 1]
        contact.rate_rad_s = float(np.mean(np.abs(stance)))
        if self.p.placement == "foot":
            contact.pitch_rad = self._pitch(rate, begin, span)
        return [contact, self._event(s, "tc", tc - self.delay, rate_rad_s=np.nan)]

    def _loading(self, up: Array, fall: int, rise: int) -> float:
        """Half way up the first steep rise of the longitudinal force in the window after the fall."""
        slope = np.full(len(up), -np.inf)
        slope[1:-1] = up[2:] - up[:-2]
        first = fall + self.samples(self.p.loading_from_s)
        end = min(fall + self.samples(self.p.loading_to_s), rise - self.samples(self.p.loading_before_rise_s))
        steepest = first + int(np.argmax(slope[first : max(first + 1, end)]))
        earlier = np.arange(first, steepest)
        steep = (slope[earlier] >= 0.65 * slope[steepest]) & (slope[earlier] >= slope[earlier + 1])
        if steep.any():
            steepest = int(earlier[steep][0])
        reach = self.samples(self.p.loading_reach_s)
        before = up[steepest - reach : steepest + 1][::-1]
        after = up[steepest : steepest + reach + 1]
        down, climb = np.diff(before) < 0.0, np.diff(after) > 0.0
        bottom = steepest - (int(np.argmin(down)) if not down.all() else reach)
        top = steepest + (int(np.argmin(climb)) if not climb.all() else reach)
        if top == bottom:
            return float(steepest)
        half = 0.5 * (up[bottom] + up[top])
        return float(np.interp(half, up[bottom : top + 1], np.arange(bottom, top + 1)))

    def _push_off(self, w: Array, start: int, fall: int, rise: int, landing: int, shortest: int) -> float | None:
        if rise - landing <= shortest:
            return None
        if self.p.placement == "foot":
            return self._middle_of_push_off(w, landing + shortest, rise)
        backwards = w[fall : rise + 1][::-1]
        lowest = np.minimum.accumulate(backwards)
        climbed = np.flatnonzero(backwards > lowest + self.p.prominence_fraction * w[start])
        if not len(climbed):
            return None
        place = rise - int(np.argmin(backwards[: climbed[0]]))
        if place - landing < shortest:
            return None
        return place + parabola(*w[place - 1 : place + 2])

    def _middle_of_push_off(self, w: Array, start: int, stop: int) -> float | None:
        """Middle between the first and the last crossing of 80 % of the lowest rate; no push-off without toes down."""
        part = w[start:stop]
        level = 0.8 * part.min()
        if level >= 0.0:
            return None
        below = np.flatnonzero(part <= level)
        first, last = int(below[0]), int(below[-1])
        begin, end = float(first), float(last)
        if first > 0:
            begin = float(np.interp(-level, [-part[first - 1], -part[first]], [first - 1, first]))
        if last < len(part) - 1:
            end = float(np.interp(level, [part[last], part[last + 1]], [last, last + 1]))
        return start + 0.5 * (begin + end)

    def _peak(self, s: Stretch, contact: Event, ic: float) -> None:
        window = slice(int(ic) - 1, int(ic) + 1 + self.samples(self.p.peak_window_s))
        contact.peak_acc_m_s2 = float(np.max(np.linalg.norm(s.acc[window], axis=1)))
        contact.clipped = bool((s.clipped | s.bridged)[window].any())

    def _pitch(self, rate: Array, ic: float, span: float) -> float:
        """Minus the rotation from shortly before contact to the stillest moment of the stance."""
        first = int(ic + 0.15 * span)
        middle = np.abs(rate[first : max(first + 1, int(ic + 0.60 * span))])
        still = first + int(np.argmin(middle))
        begin = int(np.floor(ic - (self.p.ic_bias_s + self.p.strike_angle_lead_s) * self.rate_hz + 0.5))
        return -float(np.sum(rate[begin:still] + rate[begin + 1 : still + 1])) / (2.0 * self.rate_hz)
