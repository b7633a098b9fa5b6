"""A slow, readable second statement of the detector's rules, on whole arrays: the oracle of the compiled kernel.

No ring, no state row, no block: everything is filtered and smoothed whole, then swing after swing is looked up in the
arrays. The last cycle of the last stretch is open: the recording ends in it.
A recording is a list of `Stretch`es; a hole too long to bridge lies between two of them, bridged samples lie inside.
Written from the rules at the top of `gaitpipe/core/kernel.py`, not from its code.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import cumulative_trapezoid
from scipy.signal import butter, sosfilt, sosfilt_zi

from gaitpipe.core.params import DetectorParams

Array = NDArray[np.float64]


@dataclass
class Stretch:
    """Samples without a hole, in segment axes; `bridged`, `clipped` (force) and `rate_clipped` are masks."""

    first_sample: int
    time_s: Array
    acc: Array
    gyr: Array
    bridged: NDArray[np.bool_]
    clipped: NDArray[np.bool_]
    rate_clipped: NDArray[np.bool_]


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


class Oracle:
    """Events of one sensor. Only the swing amplitude is handed on from one stretch to the next."""

    def __init__(self, params: DetectorParams, rate_hz: float) -> None:
        self.p, self.rate_hz = params, rate_hz
        self.gate = butter(2, params.gate_hz, fs=rate_hz, output="sos")
        self.gate_lag = round(delay_of(self.gate))
        self.shortest = self.samples(params.minimum_contact_s)
        self.amplitude = params.swing_initial_rad_s

    def samples(self, seconds: float) -> int:
        return round(seconds * self.rate_hz)

    def events(self, stretches: list[Stretch]) -> list[Event]:
        found: list[Event] = []
        for number, stretch in enumerate(stretches):
            if number:
                found.append(Event("restart", stretch.first_sample, stretch.time_s[0]))
            found += self._stretch(stretch, is_last=number == len(stretches) - 1)
        return found

    def threshold(self) -> float:
        return max(self.p.swing_floor_rad_s, self.p.swing_threshold_fraction * self.amplitude)

    def _stretch(self, s: Stretch, *, is_last: bool) -> list[Event]:
        finder = Finder(self.p, self.rate_hz, s)
        gate = steady(self.gate, finder.rate)
        found: list[Event] = []
        last, mean_cycle, here, shaken = None, 0.0, 0, False
        while (swing_found := self._next_swing(gate, here)) is not None:
            top, here = swing_found
            swing = top - self.gate_lag
            if last is not None and swing - last < max(
                self.samples(self.p.minimum_stride_s), self.p.refractory_fraction * mean_cycle
            ):
                apart = swing - last > self.samples(self.p.rival_interval_s)
                shaken = shaken or (apart and gate[top] > self.p.rival_fraction * self.amplitude)
                continue
            near = last is not None and swing - last <= self.samples(self.p.maximum_stride_s)
            if near and last > 0:
                contact = [] if shaken else finder.contact(last, swing, is_complete=True)
                found += contact or [finder.event("no contact", swing)]
                mean_cycle = (swing - last) if mean_cycle == 0.0 else mean_cycle + 0.25 * ((swing - last) - mean_cycle)
            else:
                mean_cycle = 0.0
                if last is not None:
                    self.amplitude = self.p.swing_initial_rad_s
            shaken = False
            found.append(finder.event("swing", max(0.0, swing), rate_rad_s=gate[top]))
            self.amplitude += self.p.swing_memory * (gate[top] - self.amplitude)
            last = swing
        end = len(gate) - 1
        is_due = last is not None and end - last <= min(1.25 * mean_cycle, self.samples(self.p.maximum_stride_s))
        if is_last and is_due and last > 0 and not shaken:
            found += finder.contact(last, end, is_complete=False)
        return found

    def _next_swing(self, gate: Array, here: int) -> tuple[int, int] | None:
        """Peak of the next swing that opens at or after `here`, and the sample after its close."""
        above = np.flatnonzero(gate[here:] > self.threshold())
        if not len(above):
            return None
        opening = here + int(above[0])
        closed = np.flatnonzero(gate[opening:] < 0.5 * np.maximum.accumulate(gate[opening:]))
        if not len(closed):
            return None
        closing = opening + int(closed[0])
        return opening + int(np.argmax(gate[opening:closing])), closing + 1


class Finder:
    """The contact of a cycle of one stretch; samples count from the beginning of the stretch."""

    def __init__(self, params: DetectorParams, rate_hz: float, s: Stretch) -> None:
        self.p, self.rate_hz, self.s = params, rate_hz, s
        self.rate = -s.gyr[:, 1]
        self.angle = cumulative_trapezoid(self.rate, dx=1.0 / rate_hz, initial=0.0)
        self.w = self.smooth(self.rate, params.rate_hz)
        self.forward = self.smooth(s.acc[:, 0], params.force_hz)
        self.up = self.smooth(s.acc[:, 2], params.force_hz)
        self.shortest = self.samples(params.minimum_contact_s)

    def samples(self, seconds: float) -> int:
        return round(seconds * self.rate_hz)

    def smooth(self, x: Array, corner_hz: float) -> Array:
        """Gaussian window whose gain is -3 dB at the corner, cut at 3 sigma and at the ends of the stretch."""
        sigma = np.sqrt(np.log(2.0)) / (2.0 * np.pi * corner_hz) * self.rate_hz
        half = int(3.0 * sigma)
        window = np.exp(-0.5 * (np.arange(-half, half + 1) / sigma) ** 2)
        here = slice(half, half + len(x))
        return np.asarray(np.convolve(x, window)[here] / np.convolve(np.ones(len(x)), window)[here])

    def event(self, kind: str, sample: float, *, may_be_lost: bool = False, rate_rad_s: float = np.nan) -> Event:
        margin, centre, s = self.samples(self.p.gap_margin_s), int(sample), self.s
        lost = bool(s.bridged[max(0, centre - margin) : centre + margin + 2].any())
        time_s = float(np.interp(sample, np.arange(len(s.time_s)), s.time_s))
        return Event(kind, s.first_sample + sample, time_s, lost=lost and may_be_lost, rate_rad_s=rate_rad_s)

    def contact(self, start: int, stop: int, *, is_complete: bool) -> list[Event]:
        """The one contact between two mid-swings, or between a mid-swing and the end of the recording."""
        at_or_below = start + np.flatnonzero(self.w[start : stop + 1] <= 0.0)
        if not len(at_or_below):
            return []
        fall, rise = int(at_or_below[0]), int(at_or_below[-1])
        window = np.arange(
            max(start + 1, fall + self.samples(self.p.loading_from_s)),
            min(fall + self.samples(self.p.loading_to_s), rise - self.samples(self.p.loading_before_rise_s)),
        )
        has_risen = is_complete or fall < rise < stop
        is_cut_off = not has_risen and rise - self.samples(self.p.loading_before_rise_s) < fall + self.samples(
            self.p.loading_to_s
        )
        if rise - fall < self.shortest or not len(window) or is_cut_off:
            return []
        if self.p.placement == "foot":
            ic, tc, still = self._foot(window, rise, is_complete=has_risen)
        else:
            tc = self._shank_push_off(start, fall, rise) if has_risen else None
            ic, still = self._loading(self.up, window), None
        if ic is None:
            return []
        contact = self.event("ic", ic, may_be_lost=True)
        self._peak(contact, ic)
        if tc is None or tc - ic < self.shortest:
            return [contact]
        stance = self.rate[int(ic + 0.15 * (tc - ic)) : int(ic + 0.40 * (tc - ic)) + 1]
        contact.rate_rad_s = float(np.mean(np.abs(stance)))
        if still is not None:
            lead = (self.p.ic_bias_s + self.p.strike_angle_lead_s) * self.rate_hz
            before = int(np.floor(ic - lead + 0.5))
            contact.pitch_rad = float(self.angle[before] - self.angle[still]) if before < still else 0.0
        end = self.event("tc", tc, may_be_lost=True)
        seen = slice(still, int(tc) + 2) if still is not None else self._around_push_off(tc)
        end.clipped = bool(self.s.rate_clipped[seen].any())
        return [contact, end]

    def _around_push_off(self, tc: float) -> slice:
        """Where a shank's rate must not be clipped: its dip follows the end of contact."""
        return slice(int(tc), int(tc) + self.samples(self.p.unloading_from_s) + 1)

    def _foot(self, window: NDArray[np.intp], rise: int, *, is_complete: bool) -> tuple[float | None, ...]:
        """Initial contact, terminal contact and mid-stance."""
        rough = self._loading(self.up, window)
        if rough is None or rise - rough <= self.shortest:
            return None, None, None
        begin = int(rough) + self.shortest
        low = self.w[begin:rise]
        if low.min() >= 0.0:
            return rough, None, None
        deep = begin + np.flatnonzero(low <= 0.8 * low.min())
        span = 0.5 * (deep[0] + deep[-1]) - rough
        middle = np.arange(int(rough + 0.15 * span), max(int(rough + 0.15 * span) + 1, int(rough + 0.60 * span)))
        still = int(middle[np.argmin(np.abs(self.rate[middle]))])
        pitch = self.angle - self.angle[still]
        vertical = np.sin(pitch) * self.forward + np.cos(pitch) * self.up
        ic = self._loading(vertical, window[window < still])
        if ic is None:
            return rough, None, None
        return ic, self._heel_rise(-pitch[still : rise + 1], still, is_complete=is_complete), still

    def _loading(self, force: Array, window: NDArray[np.intp]) -> float | None:
        """Centroid of the fourth power of the rise of the force; where it falls least when it never rises."""
        if not len(window):
            return None
        slope = force[window + 1] - force[window - 1]
        if slope.max() <= 0.0:
            return float(window[np.argmax(slope)])
        return float(window[0] + np.average(window - window[0], weights=np.clip(slope, 0.0, None) ** 4))

    def _heel_rise(self, risen: Array, still: int, *, is_complete: bool) -> float | None:
        level = min(self.p.heel_rise_rad, 0.5 * float(risen.max())) if is_complete else self.p.heel_rise_rad
        reached = np.flatnonzero(risen >= level)
        if level <= 0.0 or not len(reached):
            return None
        after = int(reached[0])
        return still + float(np.interp(level, risen[after - 1 : after + 1], [after - 1, after]))

    def _shank_push_off(self, start: int, fall: int, rise: int) -> float | None:
        """Middle between the last dip of the rate and the lowest longitudinal force shortly before it."""
        backwards = self.w[fall : rise + 1][::-1]
        lowest = np.minimum.accumulate(backwards)
        climbed = backwards > lowest + self.p.prominence_fraction * self.w[start]
        climbed = np.flatnonzero(climbed & (lowest <= 0.5 * min(0.0, backwards.min())))
        if not len(climbed):
            return None
        dip = rise - int(np.argmin(backwards[: climbed[0]]))
        early, late = self.samples(self.p.unloading_from_s), self.samples(self.p.unloading_to_s)
        if dip < fall + early or dip >= rise - 1:
            return None
        lightest = dip - early + int(np.argmin(self.up[dip - early : dip - late + 1]))
        turn, low = self._vertex(self.w, dip), self._vertex(self.up, lightest)
        first, last = (turn - seconds * self.rate_hz for seconds in (self.p.unloading_from_s, self.p.unloading_to_s))
        if lightest == dip - late and self.up[lightest + 1] < self.up[lightest]:
            low = last  # falls on at the edge
        elif lightest == dip - early and self.up[lightest - 1] < self.up[lightest]:
            low = first
        return 0.5 * (turn + float(np.clip(low, first, last)))

    def _vertex(self, x: Array, i: int) -> float:
        before, here, after = x[i - 1 : i + 2]
        curvature = before - 2.0 * here + after
        return i + (0.0 if curvature == 0.0 else float(np.clip(0.5 * (before - after) / curvature, -0.5, 0.5)))

    def _peak(self, contact: Event, ic: float) -> None:
        window = slice(int(ic) - 1, int(ic) + 1 + self.samples(self.p.peak_window_s))
        contact.peak_acc_m_s2 = float(np.max(np.linalg.norm(self.s.acc[window], axis=1)))
        contact.clipped = bool((self.s.clipped | self.s.bridged)[window].any())
