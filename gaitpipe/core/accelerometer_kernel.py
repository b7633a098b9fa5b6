"""The compiled kernel for shank sensors without a gyroscope: from samples in sensor axes, any mounting, to gait events.

Rules
  1. Everything that affects an event is in the state row and the parameter row. `step` sees one sample at a time;
     `advance` only loops it. A block boundary therefore cannot be seen in the result.
  2. Anchor. The energy of what is faster than 8 Hz, in all three axes, smoothed, has one hump a stride: the landing. It
     is there with a hard heel strike and without one, in walking too, and does not know about axes. An anchor is the
     top of a hump that is the highest within half a stride to either side.
  3. Half a stride must be known for that. While it is not (searching), the recent past is compared with itself,
     shifted: the shortest shift that fits nearly as well as the best one is the stride. When one fits well enough, the
     past is scanned once more for anchors, so that the first strides count, and from then on each anchor is given when
     half a stride has passed (tracking). The stride follows the anchors, and humps out of its rhythm count less.
  4. A cycle runs from one anchor to the next. It counts when its landing repeats that of the one before and it swings
     once in it (a sensor shaken by hand repeats too, but often several times a cycle). The first cycle of a chain is
     held until the second one confirms it. A cycle that does not fit breaks the chain and is reported as such; two in
     a row, or no anchor for two strides, and the search begins anew.
  5. Axes are found from each cycle itself: up is the mean specific force of whole strides, front the direction of the
     first harmonic of the rest (highest near push-off, lowest in swing). Both are averaged over recent cycles, so that
     a sensor that turns on the leg is followed.
  6. Initial contact: a quarter of the way up the highest rise of the frontal force near the anchor, from its bottom.
     The leg is braked from there on. The foot of the rise, not its top: tops clip and depend on the strike.
  7. Terminal contact, running: the lowest longitudinal force in the middle of the cycle; the leg is unloaded and hangs.
     Walking: the steepest fall of the frontal force in the third quarter; the leg is thrown forward.
     No such place inside the window: no terminal contact is given, rather than a wrong one.
  8. Running or walking: how strongly the leg is shaken, against what its stride time makes one expect; with
     hysteresis. It decides which terminal contact is looked for.
  9. A hole of up to `bridge_gap_s` is bridged by straight lines whose samples are marked; a terminal contact near a
     marked sample, and an initial contact with one in its window, is given as lost. A longer hole restarts the filters
     and the search.

The features are late or early by a bias: see `gaitpipe.evidence`. Everything compiled stands in this one file: numba
keys its disk cache on the file of the outermost function alone. No fastmath: sums must come out the same to the last
bit for any packet size and with the compiler off.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from gaitpipe.core.kernel import EVENT_CLIPPED, EVENT_IC, EVENT_LOST, EVENT_NO_CONTACT, EVENT_SWING, EVENT_TC

EVENT_WALKED = 4
"""Flag of a terminal contact found by the sign of walking, which has another bias than that of running."""

RING_SAMPLES = 4096
"""Length of the look-back memory; a power of two. It holds what a search looks back on at any rate allowed."""

MASK = RING_SAMPLES - 1
AXIS, ENVELOPE, NORM_SQUARED, TIME, FLAGS = 0, 3, 4, 5, 6
"""Columns of the ring: three filtered axes, height of the energy hump, squared |specific force|, time, flags."""
RING_COLUMNS = 7

FAST, HUMP, SMOOTH = 0, 6, 10
"""Where the delay elements of the high-pass (3 x 2), the hump filter (4) and the feature filter (3 x 4) begin."""
FILTER_MEMORY = 22

NONE = -(2**40)
MISSING = -1.0
ACC_CLIPPED = 1
FLAG_BRIDGED = 64

FRONT_PHASE = 0.35
"""Part of the stride after the anchor at which the frontal force is highest on average: about toe-off in running."""
AXES_MEMORY = 0.25
STRIDE_MEMORY = 0.25
NEAR_BEST = 0.8
RHYTHM_WIDTH = 0.4
RISE_FRACTION = 0.25
UNUSUAL_M_S2 = 3.0
LAST_DIFFERS = 0.15
"""At the end of the stream a hump more out of time than this may be anything."""
FIRST_DIFFERS = 0.12
"""A first cycle that differs more than this from the second begins with no landing, or the rest of one."""
AFTER_LAST = 0.4
"""A new search begins this part of a stride after the last landing that was reported."""
OVERDUE_CYCLES = 1.5
"""A next landing later than this many strides does not come: the runner stopped, the last contact has no end."""
EVENTS_PER_ANCHOR = 8


@njit(cache=True)
def section(taps: Any, x: float, memory: Any, k: int) -> float:
    """One section (b0, b1, b2, a1, a2) with its two delay elements at `k`; returns the output."""
    y = taps[0] * x + memory[k]
    memory[k] = taps[1] * x - taps[3] * y + memory[k + 1]
    memory[k + 1] = taps[2] * x - taps[4] * y
    return float(y)


@njit(cache=True)
def settle(taps: Any, x: float, memory: Any, k: int) -> float:
    """Set the delay elements as if the constant `x` had lasted for ever; returns the output."""
    y = (taps[0] + taps[1] + taps[2]) / (1.0 + taps[3] + taps[4]) * x
    memory[k + 1] = taps[2] * x - taps[4] * y
    memory[k] = taps[1] * x - taps[3] * y + memory[k + 1]
    return float(y)


@njit(cache=True)
def filter_sample(par: Any, memory: Any, slot: Any, acc: Any) -> None:
    """Filter one sample into its ring slot: the three smooth axes and the height of the hump."""
    energy = 0.0
    for axis in range(3):
        fast = section(par["fast"], acc[axis], memory, FAST + 2 * axis)
        energy += fast * fast
        y = section(par["smooth_low"], acc[axis], memory, SMOOTH + 4 * axis)
        slot[AXIS + axis] = section(par["smooth_high"], y, memory, SMOOTH + 4 * axis + 2)
    y = section(par["hump_low"], energy, memory, HUMP)
    slot[ENVELOPE] = np.sqrt(max(0.0, section(par["hump_high"], y, memory, HUMP + 2)))
    slot[NORM_SQUARED] = acc[0] * acc[0] + acc[1] * acc[1] + acc[2] * acc[2]


@njit(cache=True)
def prime(par: Any, memory: Any, acc: Any) -> None:
    """Fill the delay elements as if the first sample had lasted for ever."""
    for axis in range(3):
        settle(par["fast"], acc[axis], memory, FAST + 2 * axis)
        y = settle(par["smooth_low"], acc[axis], memory, SMOOTH + 4 * axis)
        settle(par["smooth_high"], y, memory, SMOOTH + 4 * axis + 2)
    for k in range(HUMP, HUMP + 4):
        memory[k] = 0.0


@njit(cache=True)
def repetition(ring: Any, first: int, last: int, lag: int, stride: int) -> float:
    """Correlation of the three smooth axes in [first, last) with themselves `lag` samples before, every `stride`-th.

    1 for a signal that repeats; it does not depend on the mounting. 0 where nothing moves.
    """
    count = 0
    here_mean, there_mean = np.zeros(3), np.zeros(3)
    for i in range(first, last, stride):
        count += 1
        for axis in range(3):
            here_mean[axis] += ring[i & MASK, axis]
            there_mean[axis] += ring[(i - lag) & MASK, axis]
    product, here_power, there_power = 0.0, 0.0, 0.0
    for i in range(first, last, stride):
        for axis in range(3):
            here = ring[i & MASK, axis] - here_mean[axis] / count
            there = ring[(i - lag) & MASK, axis] - there_mean[axis] / count
            product += here * there
            here_power += here * here
            there_power += there * there
    power = here_power * there_power
    return float(product / np.sqrt(power)) if power > 0.0 else 0.0


@njit(cache=True)
def find_stride(ring: Any, par: Any, first: int, last: int) -> int:
    """Stride in samples of [first, last), or 0 when the signal is weak or hardly repeats."""
    step = par["search_step"]
    highest = 0.0
    for i in range(first, last, step):
        highest = max(highest, ring[i & MASK, ENVELOPE])
    if highest < par["hump_floor"]:
        return 0
    shortest, longest = par["cycle_minimum"], min(par["cycle_maximum"], int(0.6 * (last - first)))
    count = (longest - shortest) // step + 1
    if count < 3:
        return 0
    fits = np.zeros(count)
    for k in range(count):
        lag = shortest + k * step
        fits[k] = repetition(ring, first + lag, last, lag, step)
    best = 0.0
    for k in range(1, count - 1):
        if fits[k] >= fits[k - 1] and fits[k] > fits[k + 1]:
            best = max(best, fits[k])
    if best < par["least_repetition"]:
        return 0
    for k in range(1, count - 1):
        if fits[k] >= fits[k - 1] and fits[k] > fits[k + 1] and fits[k] >= NEAR_BEST * best:
            return int(shortest + k * step)
    return 0


@njit(cache=True)
def best_match(ring: Any, par: Any, anchor: int, stride: float, newest: int) -> float:
    """How well the landing at `anchor` comes back within a quarter of a stride of the usual time.

    At its best shift, not at that of the anchors: a landing that shakes the leg twice moves its anchor, not the signal.
    """
    before, after = int(0.25 * stride), int(0.35 * stride)
    best = -1.0
    for lag in range(int(0.75 * stride), int(1.25 * stride) + 1, par["search_step"]):
        last = min(newest, anchor + lag + after)
        best = max(best, repetition(ring, anchor + lag - before, last, lag, 1))
    return best


@njit(cache=True)
def vertex(before: float, here: float, after: float) -> float:
    """Offset of the extremum from the middle of three samples by a parabola, clamped to half a sample."""
    curvature = before - 2.0 * here + after
    if curvature == 0.0:
        return 0.0
    return float(min(0.5, max(-0.5, 0.5 * (before - after) / curvature)))


@njit(cache=True)
def along(ring: Any, axis: Any, i: int) -> float:
    """Smooth specific force of sample `i` along an axis."""
    slot = i & MASK
    return float(ring[slot, 0] * axis[0] + ring[slot, 1] * axis[1] + ring[slot, 2] * axis[2])


@njit(cache=True)
def _unit(vector: Any) -> None:
    size = np.sqrt(vector[0] * vector[0] + vector[1] * vector[1] + vector[2] * vector[2])
    for axis in range(3):
        vector[axis] = vector[axis] / size if size > 0.0 else 0.0


@njit(cache=True)
def cycle_axes(ring: Any, first: int, last: int, up: Any, front: Any) -> float:
    """Write mean and first harmonic of a cycle's specific force (not unit vectors); returns its rms about the mean."""
    count = last - first
    for axis in range(3):
        total = 0.0
        for i in range(first, last):
            total += ring[i & MASK, axis]
        up[axis] = total / count
        front[axis] = 0.0
    power = 0.0
    for i in range(first, last):
        weight = math.cos(2.0 * math.pi * ((i - first) / count - FRONT_PHASE)) * 2.0 / count
        for axis in range(3):
            rest = ring[i & MASK, axis] - up[axis]
            front[axis] += weight * rest
            power += rest * rest
    return float(np.sqrt(power / count))


@njit(cache=True)
def once_a_stride(ring: Any, first: int, last: int) -> float:
    """Part of the first harmonic in a cycle's movement: more than 0.4 in gait, next to nothing in fast shaking."""
    count = last - first
    real, imaginary, total, power = np.zeros(3), np.zeros(3), np.zeros(3), 0.0
    for i in range(first, last):
        angle = 2.0 * math.pi * (i - first) / count
        for axis in range(3):
            here = ring[i & MASK, axis]
            real[axis] += math.cos(angle) * here
            imaginary[axis] += math.sin(angle) * here
            total[axis] += here
            power += here * here
    size = 0.0
    for axis in range(3):
        size += real[axis] * real[axis] + imaginary[axis] * imaginary[axis]
        power -= total[axis] * total[axis] / count
    return float(np.sqrt(2.0 * size / (count * power))) if power > 0.0 else 0.0


@njit(cache=True)
def learn_axes(row: Any, ring: Any, first: int, last: int) -> float:
    """Follow the axes with one more cycle; returns the cycle's rms."""
    up, front = np.zeros(3), np.zeros(3)
    rms = cycle_axes(ring, first, last, up, front)
    share = 1.0 if row["cycles"] == 0 else AXES_MEMORY
    for axis in range(3):
        row["up"][axis] += share * (up[axis] - row["up"][axis])
        row["front"][axis] += share * (front[axis] - row["front"][axis])
    return rms


@njit(cache=True)
def unit_axes(row: Any, up: Any, front: Any) -> None:
    """Unit vectors up and to the front, square to each other, from the averages."""
    for axis in range(3):
        up[axis] = row["up"][axis]
    _unit(up)
    part = row["front"][0] * up[0] + row["front"][1] * up[1] + row["front"][2] * up[2]
    for axis in range(3):
        front[axis] = row["front"][axis] - part * up[axis]
    _unit(front)


@njit(cache=True)
def bottom_of_rise(ring: Any, axis: Any, i: int, valid_from: int) -> int:
    """Where the rise began that sample `i` stands on; `i` itself when the force does not rise there."""
    while i > valid_from and along(ring, axis, i - 1) < along(ring, axis, i):
        i -= 1
    return i


@njit(cache=True)
def braking(ring: Any, par: Any, front: Any, anchor: int, valid_from: int) -> float:
    """A quarter of the way up the rise of the frontal force that is the landing's; MISSING without a rise.

    Of all rises near the anchor it is the highest, those far from where it usually lies counting less. A rise that
    began before that reach is taken whole: cut off there, its bottom would move with the anchor, which is good to a
    sample. What lies within that reach of the first sample may be the rest of a landing before it: not used.
    """
    first, last = anchor - par["braking_before"], anchor + par["braking_after"]
    if first < valid_from:
        return MISSING
    best, chosen, top = 0.0, first, first
    i = bottom_of_rise(ring, front, first, valid_from)
    while i < last:
        while i < last and along(ring, front, i + 1) <= along(ring, front, i):
            i += 1
        bottom = i
        while i < last + par["braking_reach"] and along(ring, front, i + 1) > along(ring, front, i):
            i += 1
        off = (0.5 * (bottom + i) - anchor + par["braking_lead"]) / par["braking_width"]
        height = (along(ring, front, i) - along(ring, front, bottom)) * (1.0 - off * off)
        if height > best:
            best, chosen, top = height, bottom, i
        i += 1
    if best <= 0.0:
        return MISSING
    low, high = along(ring, front, chosen), along(ring, front, top)
    level = low + RISE_FRACTION * (high - low)
    i = chosen
    while along(ring, front, i + 1) < level:
        i += 1
    here, after = along(ring, front, i), along(ring, front, i + 1)
    return float(i + (level - here) / (after - here))


@njit(cache=True)
def unloading(ring: Any, up: Any, first: int, last: int, middle: float, width: float) -> float:
    """Sub-sample place of the lowest dip of the longitudinal force in [first, last]; MISSING without a dip.

    Dips away from the usual place count less: `UNUSUAL_M_S2` more at `width` from `middle`.
    """
    low, best = -1, np.inf
    for i in range(first, last + 1):
        here = along(ring, up, i)
        if here <= along(ring, up, i - 1) and here < along(ring, up, i + 1):
            off = (i - middle) / width
            if here + UNUSUAL_M_S2 * off * off < best:
                low, best = i, here + UNUSUAL_M_S2 * off * off
    if low < 0:
        return MISSING
    return low + vertex(along(ring, up, low - 1), along(ring, up, low), along(ring, up, low + 1))


@njit(cache=True)
def throw(ring: Any, front: Any, first: int, last: int) -> float:
    """Sub-sample place of the steepest fall of the frontal force inside (first, last); MISSING at an end."""
    steepest, steep = first, np.inf
    for i in range(first, last + 1):
        slope = along(ring, front, i + 1) - along(ring, front, i - 1)
        if slope < steep:
            steepest, steep = i, slope
    if steepest in (first, last) or steep >= 0.0:
        return MISSING
    before = along(ring, front, steepest) - along(ring, front, steepest - 2)
    after = along(ring, front, steepest + 2) - along(ring, front, steepest)
    return steepest + vertex(before, steep, after)


@njit(cache=True)
def terminal_contact(ring: Any, par: Any, up: Any, front: Any, ic: float, cycle: float, walking: bool) -> float:
    """Place of the terminal contact after `ic` in a cycle of so many samples; MISSING where none is seen."""
    if walking:
        return throw(ring, front, int(ic + par["walk_from"] * cycle), int(ic + par["walk_to"] * cycle))
    first = int(ic + max(par["contact_minimum"], par["run_from"] * cycle))
    return unloading(
        ring, up, first, int(ic + par["run_to"] * cycle), ic + par["run_usual"] * cycle, par["run_width"] * cycle
    )


@njit(cache=True)
def walks(par: Any, rms: float, cycle: float, walking: bool) -> bool:
    """Running when the leg is shaken more strongly than its stride time lets walking explain; hysteresis either way.

    The border rises with the fourth power of stride time: a quick stride is run even when soft, a slow one walked even
    when hard.
    """
    slow = cycle / par["mode_cycle"]
    border = par["mode_rms"] * (slow * slow) * (slow * slow)
    return bool(rms < border * (par["mode_margin"] if walking else 1.0 / par["mode_margin"]))


@njit(cache=True)
def _time_at(ring: Any, sample: float) -> float:
    whole = int(np.floor(sample))
    here, after = ring[whole & MASK, TIME], ring[(whole + 1) & MASK, TIME]
    return float(here + (sample - whole) * (after - here))


@njit(cache=True)
def _lost(ring: Any, first: int, last: int) -> int:
    """EVENT_LOST when a sample of [first, last] was bridged."""
    bridged = 0
    for i in range(first, last + 1):
        bridged |= int(ring[i & MASK, FLAGS]) & FLAG_BRIDGED
    return EVENT_LOST if bridged else 0


@njit(cache=True)
def _emit(events: Any, n: int, kind: int, ring: Any, sample: float, flags: int) -> int:
    event = events[n]
    event["kind"] = kind
    event["sample"] = sample
    event["time_s"] = _time_at(ring, sample)
    event["flags"] = flags
    event["peak_acc_m_s2"] = np.nan
    event["pitch_rad"] = np.nan
    event["rate_rad_s"] = np.nan
    return n + 1


@njit(cache=True)
def _emit_initial(events: Any, n: int, ring: Any, par: Any, anchor: int, ic: float) -> int:
    """The initial contact of an anchor, with the peak |specific force| of the time after it.

    It is the highest of several rises: a hole anywhere near the anchor may have hidden a higher one, so it is lost.
    """
    sample = ic - par["smooth_delay"]
    first = min(anchor - par["braking_before"], int(ic)) - int(par["smooth_delay"]) - par["gap_margin"]
    last = max(anchor + par["braking_after"], int(ic) + 1) - int(par["smooth_delay"]) + par["gap_margin"]
    n = _emit(events, n, EVENT_IC, ring, sample, _lost(ring, first, last))
    first = int(sample) - 1
    peak, clipped = 0.0, 0
    for i in range(first, first + par["peak_window"] + 2):
        peak = max(peak, ring[i & MASK, NORM_SQUARED])
        if int(ring[i & MASK, FLAGS]) & (ACC_CLIPPED | FLAG_BRIDGED):
            clipped = EVENT_CLIPPED
    events[n - 1]["peak_acc_m_s2"] = np.sqrt(peak)
    events[n - 1]["flags"] |= clipped
    return n


@njit(cache=True)
def _emit_terminal(row: Any, par: Any, ring: Any, up: Any, front: Any, cycle: float, events: Any, n: int) -> int:
    """The terminal contact after the last initial contact, if one is seen."""
    walking = row["walking"] != 0
    tc = terminal_contact(ring, par, up, front, row["ic"], cycle, walking)
    if tc == MISSING:
        return n
    sample = tc - par["smooth_delay"]
    flags = _lost(ring, int(sample) - par["gap_margin"], int(sample) + par["gap_margin"] + 1)
    flags |= EVENT_WALKED if walking else 0
    return _emit(events, n, EVENT_TC, ring, sample, flags)


@njit(cache=True)
def _report(row: Any, par: Any, ring: Any, first: int, last: int, events: Any, n: int) -> int:
    """Report a cycle between two anchors that counts: the end of its contact and the beginning of the next one."""
    up, front = np.zeros(3), np.zeros(3)
    rms = learn_axes(row, ring, first, last)
    unit_axes(row, up, front)
    delay, cycle = par["smooth_delay"], float(last - first)
    fresh = row["cycles"] == 0
    row["walking"] = walks(par, rms, row["stride"], row["walking"] != 0 and not fresh)
    if fresh:
        row["ic"] = braking(ring, par, front, first, row["valid_from"])
        if row["ic"] != MISSING:
            n = _emit_initial(events, n, ring, par, first, row["ic"])
    if row["ic"] == MISSING:
        n = _emit(events, n, EVENT_NO_CONTACT, ring, first - delay, 0)
    else:
        n = _emit_terminal(row, par, ring, up, front, cycle, events, n)
    row["ic"] = braking(ring, par, front, last, row["valid_from"])
    if row["ic"] != MISSING:
        n = _emit_initial(events, n, ring, par, last, row["ic"])
    row["cycles"] += 1
    row["last_end"] = last + par["hump_lag"] + int(AFTER_LAST * row["stride"])
    return _emit(events, n, EVENT_SWING, ring, last - delay, 0)


@njit(cache=True)
def _search_anew(row: Any, scan_from: int) -> None:
    row["tracking"] = 0
    row["scan_from"] = scan_from
    row["anchor"] = NONE
    row["held"] = NONE
    row["hump"] = 0.0
    row["misfits"] = 0
    row["cycles"] = 0


@njit(cache=True)
def _take_anchor(row: Any, par: Any, ring: Any, anchor: int, newest: int, events: Any, n: int) -> int:
    """One more anchor: judge the cycle it ends, and report what that makes certain."""
    previous, held = row["anchor"], row["held"]
    row["anchor"], row["held"] = anchor, previous
    if previous == NONE:
        return n
    fit = best_match(ring, par, previous, row["stride"], newest)
    cycle = anchor - previous
    shortest, longest = (0.8, 1.2) if row["cycles"] == 0 else (0.6, 1.6)
    fits = shortest * row["stride"] < cycle < longest * row["stride"] and cycle <= par["cycle_maximum"]
    if fits:
        fits = fit >= par["least_fit"] and once_a_stride(ring, previous, anchor) >= par["least_harmonic"]
    if not fits:
        if row["cycles"] > 0:
            n = _emit(events, n, EVENT_NO_CONTACT, ring, anchor - par["smooth_delay"], 0)
        row["cycles"] = 0
        row["misfits"] += 1
        row["held"] = NONE
        return n
    row["misfits"] = 0
    row["stride"] += STRIDE_MEMORY * (cycle - row["stride"])
    if held == NONE:
        return n
    if row["cycles"] == 0:
        if abs(previous - held - cycle) > FIRST_DIFFERS * cycle:
            return n
        n = _report(row, par, ring, held, previous, events, n)
    return _report(row, par, ring, previous, anchor, events, n)


@njit(cache=True)
def _watch_hump(row: Any, par: Any, ring: Any, sample: int, newest: int, events: Any, n: int) -> int:
    """Follow the hump for one sample; takes an anchor when a top has stood for half a stride."""
    height = ring[sample & MASK, ENVELOPE]
    if row["anchor"] != NONE:
        # In a chain, what comes in time counts most; before one, only what comes much too early is left out.
        off = (sample - par["hump_lag"] - row["anchor"] - row["stride"]) / (RHYTHM_WIDTH * row["stride"])
        in_time = max(0.0, 1.0 - off * off)
        if row["cycles"] > 0 or off <= -1.0:
            height *= in_time
    # On the way down there is no top: what is left of a landing before the first sample is none.
    rising = ring[sample & MASK, ENVELOPE] >= max(par["hump_floor"], ring[(sample - 1) & MASK, ENVELOPE])
    if height > row["hump"] and rising and sample >= row["valid_from"] + par["hump_first"]:
        row["hump"], row["hump_sample"] = height, sample
    elif row["hump"] > 0.0 and sample - row["hump_sample"] >= 0.5 * row["stride"]:
        n = _take_anchor(row, par, ring, row["hump_sample"] - par["hump_lag"], newest, events, n)
        row["hump"] = 0.0
    return n


@njit(cache=True)
def _search(row: Any, par: Any, ring: Any, sample: int, least: int, events: Any, n: int) -> int:
    """Look for a stride in the recent past; when there is one, scan the past for its anchors and track from there."""
    first = max(row["valid_from"], sample - par["search_window"])
    if sample - first < least:
        return n
    stride = find_stride(ring, par, first, sample)
    if stride == 0:
        return n
    start = max(row["scan_from"], sample - par["reach"])
    _search_anew(row, start)
    row["tracking"] = 1
    row["stride"] = float(stride)
    for i in range(start, sample + 1):
        n = _watch_hump(row, par, ring, i, sample, events, n)
    if row["cycles"] == 0:
        _search_anew(row, max(start, row["last_end"]))
    return n


@njit(cache=True)
def step(row: Any, par: Any, ring: Any, sample: int, events: Any, n: int) -> int:
    """One sample that was filtered into the ring: search or track."""
    if row["tracking"] == 0:
        if (sample - row["valid_from"]) % par["search_hop"] == 0:
            n = _search(row, par, ring, sample, par["search_least"], events, n)
        return n
    n = _watch_hump(row, par, ring, sample, sample, events, n)
    silent = row["anchor"] != NONE and sample - row["anchor"] > par["hump_lag"] + 2.0 * row["stride"]
    if row["misfits"] >= 2 or silent:
        if row["cycles"] > 0:
            n = _emit(events, n, EVENT_NO_CONTACT, ring, sample - par["smooth_delay"], 0)
        _search_anew(row, max(row["valid_from"], row["last_end"]))
    return n


@njit(cache=True)
def advance(state: Any, params: Any, first_sample: int, time_s: Any, acc: Any, flags: Any, events: Any) -> int:
    """Run `step` over consecutive samples in sensor axes; returns the number of events.

    A value that is not finite poisons the running sums: -1 is returned, and the state is of no further use.
    `events` must hold `EVENTS_PER_ANCHOR` rows for every shortest stride in the block and in the reach of a search.
    """
    row, par = state[0], params[0]
    ring, memory = row["ring"], row["memory"]
    if row["next_sample"] != first_sample:
        prime(par, memory, acc[0])
        row["valid_from"] = first_sample
        row["last_end"] = first_sample
        _search_anew(row, first_sample)
    n = 0
    total = 0.0
    for i in range(time_s.shape[0]):
        sample = first_sample + i
        slot = ring[sample & MASK]
        filter_sample(par, memory, slot, acc[i])
        slot[TIME] = time_s[i]
        slot[FLAGS] = flags[i]
        total += slot[NORM_SQUARED]
        n = step(row, par, ring, sample, events, n)
    last = time_s.shape[0] - 1
    row["next_sample"] = first_sample + last + 1
    row["last_time_s"] = time_s[last]
    for axis in range(3):
        row["last_acc"][axis] = acc[last, axis]
    return n if np.isfinite(total) else -1


@njit(cache=True)
def finish(state: Any, params: Any, events: Any) -> int:
    """The end of the stream: a short recording is searched as it is, and the last hump need not stand for so long."""
    row, par = state[0], params[0]
    ring = row["ring"]
    last = row["next_sample"] - 1
    n = 0
    if row["tracking"] == 0:
        n = _search(row, par, ring, last, par["search_least"] // 2, events, n)
    off = row["hump_sample"] - par["hump_lag"] - row["anchor"] - row["stride"]
    in_time = row["cycles"] > 0 and abs(off) < LAST_DIFFERS * row["stride"]
    if in_time and row["hump"] > 0.0 and last - row["hump_sample"] >= par["last_wait"]:
        n = _take_anchor(row, par, ring, row["hump_sample"] - par["hump_lag"], last, events, n)
        row["hump"] = 0.0
    if row["cycles"] > 0 and row["ic"] != MISSING:
        up, front = np.zeros(3), np.zeros(3)
        unit_axes(row, up, front)
        part = par["walk_to"] if row["walking"] != 0 else par["run_to"]
        if row["ic"] + part * row["stride"] + 2.0 < last < row["ic"] + OVERDUE_CYCLES * row["stride"]:
            n = _emit_terminal(row, par, ring, up, front, row["stride"], events, n)
    return n
