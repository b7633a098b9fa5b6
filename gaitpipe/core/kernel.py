"""The compiled kernel: from samples in segment axes to gait events, one step a sample, live and offline alike.

Rules
  1. Everything that affects an event is in the state row and the parameter row. `step` sees one sample at a time;
     `advance` only loops it. A block boundary therefore cannot be seen in the result.
  2. Gate. The low-passed sagittal rate above a fraction of the running swing amplitude opens a swing, its fall to half
     of its peak closes it. A swing whose peak comes sooner than the refractory time after the last one is no swing.
     If it is nearly as large as one and not just a second hump, the leg is shaken, not swung: the cycle is dropped.
  3. Two swings one plausible stride apart make a cycle. Its one contact is searched in the ring (see below) and
     reported at once: initial contact, terminal contact, then the swing. A cycle without one is reported as such, so
     that no stride reaches over it. Each event is emitted once, is final, and is known before its stride is over.
  4. Swings further apart than the longest stride start anew: the walker stood, turned or stopped. Nothing is reported.
     So does a swing that takes so long to end that the ring no longer holds the cycle before it.
  5. A hole in the sample numbers of up to `bridge_gap_s` is bridged by straight lines whose samples are marked; a
     feature within `gap_margin_s` of a marked sample is given as lost, not as measured. A longer hole restarts the
     filters and drops the running cycle; what was learned of the amplitude stays.
  6. Events carry the sub-sample place and its time in the time base of the samples, taken between the two samples'
     own times: packet arrival never enters.

How a contact is found in a cycle
A cycle runs from one mid-swing peak of the sagittal rotation rate to the next and holds exactly one ground contact.
The rate w is positive toes up (foot) or ankle forward (shank). The cycle is cut out of the ring and smoothed there with
a symmetric (Gaussian) window: what lies behind is known by then, so nothing is delayed and no impulse rings on.

  1. From the first mid-swing go forward to where w falls through zero, from the second go back to where it rose
     through zero. Between the two the foot lands, stands and pushes off.
  2. Initial contact: the middle of the loading. It is the mean time of a window after the fall, weighted with the
     fourth power of the rise of the supporting force: the steepest rise decides, two rises alike share. For a foot
     the force is the vertical one, with the pitch summed backwards from mid-stance, where the foot lies flat; for a
     shank the longitudinal one.
  3. Terminal contact, foot: the moment the heel has risen by `heel_rise_rad` since mid-stance. The sum of the rate over
     that short time needs no filter and no absolute angle, and the toes leave the ground a rather constant time
     later. Push-off, the time of lowest w, only says where mid-stance ends.
  4. Terminal contact, shank: the middle between the last deep dip of w before the rise and the lowest longitudinal
     force shortly before that dip: two signs from two sensors, whose scatter is not the same.
  5. No room for a stance between landing and rise, no dip, no heel rise: no terminal contact is given, rather than a
     wrong one.
  6. At the end of the stream the last cycle is still open. Its contact is reported when the signs above are all
     inside the data and the next swing is not overdue: a runner who stopped makes no further contact.

The features are precise but late or early by a bias that depends on placement and runner (Falbriard 2018 and others):
the biases live in `gaitpipe.evidence` and are taken off later; nothing here is tuned to be unbiased.

Everything compiled stands in this one file on purpose: numba keys its disk cache on the file of the outermost function
alone, so a change in an imported compiled function would go unseen and an old kernel would run on.
No fastmath anywhere: sums must come out the same to the last bit for any packet size and with the compiler off.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

PLACEMENT_FOOT = 0
PLACEMENT_SHANK = 1

RING_SAMPLES = 2048
"""Length of the look-back memory; a power of two. It must hold the longest cycle plus the filter delays."""

TAPS = 64
"""Places for one half of a smoothing window and its middle."""

NO_SWING = -(2**40)
"""`last_swing` before any swing was seen: far enough back that no cycle reaches it."""

ACC_CLIPPED = 1
"""The bit of `gaitpipe.model.FLAG_ACC_CLIPPED` (checked by a test)."""
GYR_CLIPPED = 2
"""The bit of `gaitpipe.model.FLAG_GYR_CLIPPED` (checked by a test)."""

MASK = RING_SAMPLES - 1
MISSING = -1.0

RATE, FORWARD, UP, NORM_SQUARED, TIME, FLAGS = range(6)
"""Columns of the ring: sagittal rate, forward and longitudinal specific force, squared |specific force|, time, flags.
One row a sample keeps a sample's values together in the cache."""
RING_COLUMNS = 6

EVENT_IC = 1
EVENT_TC = 2
EVENT_SWING = 3
EVENT_RESTART = 4
EVENT_NO_CONTACT = 5

EVENT_LOST = 1
"""Flag of an event whose feature fell into a hole: the contact happened, its time is unknown."""
EVENT_CLIPPED = 2
"""Flag of an initial contact whose acceleration peak is cut off by the sensor's range or falls into a hole, and of a
terminal contact that was found on rotation rates at the end of their range: it is then late."""

FLAG_BRIDGED = 64
"""Ring flag of a sample that was not measured but bridged."""

EVENT_DTYPE = np.dtype(
    [
        ("kind", "i8"),
        ("sample", "f8"),
        ("time_s", "f8"),
        ("flags", "i8"),
        ("peak_acc_m_s2", "f8"),
        ("pitch_rad", "f8"),
        ("rate_rad_s", "f8"),
    ]
)
"""One event: kind, place in samples, raw feature time, flags. An initial contact also carries the peak |specific force|
of the 60 ms from it, the mean |rate| of its mid-stance and, for a foot, the pitch shortly before contact against
its own mid-stance. `rate_rad_s` of a swing is its peak."""

EVENTS_PER_CYCLE = 3
SWING_END_FRACTION = 0.5
PUSH_OFF_FRACTION = 0.8
DIP_SHARE = 0.5
HEEL_RISE_SHARE = 0.5
"""A foot that never rises by twice the heel rise (a shuffle) leaves the ground in the middle of what it does rise."""
OVERDUE_CYCLES = 1.25
"""A next swing later than this many usual cycles does not come: the runner stopped."""


@njit(cache=True)
def low_pass(taps: Any, x: float, z0: float, z1: float) -> Any:
    """One section, one sample: the output and the two new memories.

    `x` comes times b0. Both zeros of a low-pass lie at half the rate, so b1 = 2 b0 and b2 = b0, exactly. Doubling is
    exact in binary: the result is that of the general section to the last bit, with fewer multiplications.
    """
    y = x + z0
    return y, (x + x) - taps[1] * y + z1, x - taps[2] * y


@njit(cache=True)
def settled(taps: Any, x: float) -> Any:
    """Memory of a section that has seen the constant `x` for ever."""
    b0, a1, a2 = taps
    y = (b0 + 2.0 * b0 + b0) / (1.0 + a1 + a2) * x
    z1 = b0 * x - a2 * y
    return 2.0 * b0 * x - a1 * y + z1, z1


@njit(cache=True)
def as_taps(row: Any) -> Any:
    """b0, a1 and a2 of a low-pass section (b0, b1, b2, a1, a2) as a tuple, which the compiler keeps in registers."""
    return (row[0], row[3], row[4])


@njit(cache=True)
def smoothed(ring: Any, column: int, first: int, count: int, limits: Any, window: Any) -> Any:
    """`count` samples of a ring column from sample `first`, smoothed; shape (count,).

    `window` holds the middle and one half of a symmetric window. Samples outside `limits` (first, last known) take no
    part: there the window is cut and scaled up. Tap by tap over all samples: so the compiler takes several at once.
    """
    half = 0
    while half < window.shape[0] - 1 and window[half + 1] != 0.0:
        half += 1
    low, high = first - half, first + count + half
    raw = np.zeros(high - low)
    for i in range(max(low, limits[0]), min(high, limits[1] + 1)):
        raw[i - low] = ring[i & MASK, column]
    out = window[0] * raw[half : half + count]
    for k in range(1, half + 1):
        weight, before, after = window[k], raw[half - k : half - k + count], raw[half + k : half + k + count]
        for i in range(count):
            out[i] += weight * (before[i] + after[i])
    if low < limits[0] or high > limits[1] + 1:
        for i in range(count):
            out[i] /= share(window, half, first + i - limits[0], limits[1] - first - i)
    return out


@njit(cache=True)
def share(window: Any, half: int, before: int, after: int) -> float:
    """Sum of a window of which `before` and `after` taps beside the middle are known."""
    total = window[0]
    for k in range(1, half + 1):
        if k <= before:
            total += window[k]
        if k <= after:
            total += window[k]
    return float(total)


@njit(cache=True)
def vertex(x: Any, i: int) -> float:
    """Offset of the extremum from sample `i` by a parabola through three samples, clamped to half a sample."""
    if i < 1 or i > x.shape[0] - 2:
        return 0.0
    curvature = x[i - 1] - 2.0 * x[i] + x[i + 1]
    if curvature == 0.0:
        return 0.0
    return float(min(0.5, max(-0.5, 0.5 * (x[i - 1] - x[i + 1]) / curvature)))


@njit(cache=True)
def first_fall(rate: Any) -> int:
    """First sample with a rate of zero or below; the last sample when there is none."""
    i = 0
    while i < rate.shape[0] - 1 and rate[i] > 0.0:
        i += 1
    return i


@njit(cache=True)
def last_rise(rate: Any) -> int:
    """Last sample with a rate of zero or below; 0 when there is none."""
    i = int(rate.shape[0] - 1)
    while i > 0 and rate[i] > 0.0:
        i -= 1
    return i


@njit(cache=True)
def last_dip(rate: Any, rise: int, fall: int, prominence: float) -> int:
    """Going back from `rise` to `fall`, the first minimum behind which the rate is higher by `prominence`; -1: none.

    It must be at least half as deep as the deepest place there: the rate may wobble as it comes back to zero.
    """
    deepest = 0.0
    for i in range(fall, rise + 1):
        deepest = min(deepest, rate[i])
    low = rise
    for i in range(rise - 1, fall - 1, -1):
        if rate[i] < rate[low]:
            low = i
        elif rate[i] > rate[low] + prominence and rate[low] <= DIP_SHARE * deepest:
            return low
    return -1


@njit(cache=True)
def push_off_middle(rate: Any, start: int, stop: int) -> float:
    """Middle of the time in [start, stop) during which the rate is below 80 % of its lowest value there.

    A slow runner's push-off is a plateau with two bottoms; either may be the deeper one, their middle stays put.
    MISSING when the rate is nowhere negative: the foot never pushed off.
    """
    deepest = 0.0
    for i in range(start, stop):
        deepest = min(deepest, rate[i])
    if deepest >= 0.0:
        return MISSING
    level = PUSH_OFF_FRACTION * deepest
    first = start
    while rate[first] > level:
        first += 1
    last = stop - 1
    while rate[last] > level:
        last -= 1
    return 0.5 * (first + last)


@njit(cache=True)
def loading(force: Any, first: int, last: int) -> float:
    """Mean sample of [first, last), weighted with the fourth power of the rise of the force.

    Without any rise (a slow sensor in walking) it is where the force falls least. MISSING for an empty window.
    """
    total, moment, steepest, where = 0.0, 0.0, -math.inf, MISSING
    for i in range(first, last):
        slope = force[i + 1] - force[i - 1]
        if slope > steepest:
            steepest, where = slope, float(i)
        if slope > 0.0:
            weight = slope * slope * slope * slope
            total += weight
            moment += weight * (i - first)
    return first + moment / total if total > 0.0 else where


@njit(cache=True)
def stillest(ring: Any, ic: float, push_off: float) -> int:
    """Sample of the smallest |rate| between 15 and 60 % of the way to push-off: mid-stance, where a foot lies flat."""
    span = push_off - ic
    still = int(ic + 0.15 * span)
    for i in range(still, int(ic + 0.60 * span)):
        if abs(ring[i & MASK, RATE]) < abs(ring[still & MASK, RATE]):
            still = i
    return still


@njit(cache=True)
def vertical(ring: Any, forward: Any, up: Any, begin: int, still: int, interval_s: float) -> Any:
    """Vertical specific force of a foot from sample `begin` on, up to mid-stance `still`, in place of `up`.

    The pitch is summed backwards from mid-stance, where it is zero.
    """
    pitch = 0.0
    for i in range(still, begin - 1, -1):
        k = i - begin
        if k < up.shape[0]:
            up[k] = math.sin(pitch) * forward[k] + math.cos(pitch) * up[k]
        pitch -= 0.5 * interval_s * (ring[i & MASK, RATE] + ring[(i - 1) & MASK, RATE])
    return up


@njit(cache=True)
def heel_rise(ring: Any, still: int, stop: int, level: float, complete: bool) -> float:
    """Where the sum of the rate since `still` has fallen to -`level` (in rad times the rate), before `stop`.

    In a complete cycle the level is at most half of the whole rise. MISSING when it is not reached.
    """
    if complete:
        deepest, total = 0.0, 0.0
        for i in range(still, stop):
            total += 0.5 * (ring[i & MASK, RATE] + ring[(i + 1) & MASK, RATE])
            deepest = min(deepest, total)
        level = min(level, -HEEL_RISE_SHARE * deepest)
    total = 0.0
    for i in range(still, stop):
        more = 0.5 * (ring[i & MASK, RATE] + ring[(i + 1) & MASK, RATE])
        if more < 0.0 and total + more <= -level:
            return float(i + (-level - total) / more)
        total += more
    return MISSING


@njit(cache=True)
def shank_push_off(ring: Any, par: Any, start: int, limits: Any, rate: Any, fall: int, rise: int) -> float:
    """Middle between the last dip of the rate before the rise and the lowest longitudinal force before that dip."""
    turned = last_dip(rate, rise, fall, par["prominence"] * rate[0])
    if turned < fall + par["unloading_from"] or turned >= rise - 1:
        return MISSING
    begin = turned - par["unloading_from"] - 1
    count = par["unloading_from"] - par["unloading_to"] + 3
    up = smoothed(ring, UP, start + begin, count, limits, par["force_window"])
    low = 1
    for i in range(1, count - 1):
        if up[i] < up[low]:
            low = i
    dip, lightest = turned + vertex(rate, turned), begin + low + vertex(up, low)
    # A force that falls on at an edge has no lowest place inside: then it is the edge itself, whatever the rate.
    if low == count - 2 and up[low + 1] < up[low]:
        lightest = dip
    elif low == 1 and up[0] < up[1]:
        lightest = float(begin)
    lightest = min(max(lightest, dip - par["unloading_begin"]), dip - par["unloading_end"])
    return float(0.5 * (dip + lightest))


@njit(cache=True)
def foot_contact(ring: Any, par: Any, start: int, limits: Any, rate: Any, marks: Any) -> Any:
    """(initial contact, terminal contact, mid-stance) of a foot; `marks`: (first, last of the window, rise, complete).

    The longitudinal force says roughly where the foot lands, that and push-off where mid-stance is, and that the rest.
    """
    first, last, rise, complete = marks
    begin, count = start + first - 1, last - first + 2
    up = smoothed(ring, UP, begin, count, limits, par["force_window"])
    rough = loading(up, 1, count - 1)
    shortest = par["contact_minimum"]
    if rough == MISSING or rise - (first - 1 + rough) <= shortest:
        return MISSING, MISSING, -1
    push_off = push_off_middle(rate, int(first - 1 + rough) + shortest, rise)
    if push_off == MISSING:
        return begin + rough, MISSING, -1
    still = stillest(ring, begin + rough, start + push_off)
    forward = smoothed(ring, FORWARD, begin, count, limits, par["force_window"])
    up = vertical(ring, forward, up, begin, still, par["interval_s"])
    ic = loading(up, 1, min(count - 1, still - begin))
    if ic == MISSING:
        return begin + rough, MISSING, -1
    return begin + ic, heel_rise(ring, still, start + rise, par["heel_rise"], complete), still


@njit(cache=True)
def find_contact(ring: Any, par: Any, start: int, stop: int, limits: Any, complete: bool) -> Any:
    """Samples (initial contact, terminal contact, mid-stance) between the mid-swings `start` and `stop`.

    `complete` is false when `stop` is the end of the data, not a mid-swing. `limits` are the first and the last sample
    that is known. MISSING where something was not found.
    """
    count = stop - start + 1
    rate = smoothed(ring, RATE, start, count, limits, par["rate_window"])
    fall, rise = first_fall(rate), last_rise(rate)
    complete = complete or fall < rise < count - 1
    first = max(1, fall + par["loading_from"])
    last = min(fall + par["loading_to"], rise - par["loading_before_rise"])
    if rise - fall < par["contact_minimum"] or last <= first:
        return MISSING, MISSING, -1
    if not complete and last < fall + par["loading_to"]:
        return MISSING, MISSING, -1
    if par["placement"] == PLACEMENT_FOOT:
        ic, tc, still = foot_contact(ring, par, start, limits, rate, (first, last, rise, complete))
    else:
        up = smoothed(ring, UP, start + first - 1, last - first + 2, limits, par["force_window"])
        ic, tc, still = loading(up, 1, last - first + 1), MISSING, -1
        ic = start + first - 1 + ic if ic != MISSING else MISSING
        if complete:
            tc = shank_push_off(ring, par, start, limits, rate, fall, rise)
        tc = start + tc if tc != MISSING else MISSING
    if ic < start:
        return MISSING, MISSING, -1
    if tc != MISSING and tc - ic < par["contact_minimum"]:
        tc = MISSING
    return ic, tc, still


@njit(cache=True)
def _time_at(ring: Any, sample: float) -> float:
    times = ring[:, TIME]
    whole = int(np.floor(sample))
    fraction = sample - whole
    return float(times[whole & MASK] + fraction * (times[(whole + 1) & MASK] - times[whole & MASK]))


@njit(cache=True)
def _emit(events: Any, n: int, kind: int, sample: float, time_s: float, flags: int) -> int:
    event = events[n]
    event["kind"] = kind
    event["sample"] = sample
    event["time_s"] = time_s
    event["flags"] = flags
    event["peak_acc_m_s2"] = np.nan
    event["pitch_rad"] = np.nan
    event["rate_rad_s"] = np.nan
    return n + 1


@njit(cache=True)
def _in_hole(ring: Any, sample: float, margin: int, limits: Any) -> bool:
    centre = int(sample)
    bridged = 0
    for i in range(max(limits[0], centre - margin), min(limits[1] + 1, centre + margin + 2)):
        bridged |= int(ring[i & MASK, FLAGS]) & FLAG_BRIDGED
    return bridged != 0


@njit(cache=True)
def _pitch_before(ring: Any, par: Any, ic: float, still: int) -> float:
    """Foot pitch shortly before contact, with zero at the stillest moment of its own stance.

    The rate is summed from (ic - bias - lead) to mid-stance; at mid-stance the foot lies flat, so the pitch before was
    minus that sum. Over a tenth of a second the gyroscope's bias does not matter.
    """
    raw = ring[:, RATE]
    start = int(np.floor(ic - par["ic_lead"] + 0.5))
    total = 0.0
    for i in range(start, still):
        total += 0.5 * (raw[i & MASK] + raw[(i + 1) & MASK])
    return float(-total * par["interval_s"])


@njit(cache=True)
def _peak_acc(ring: Any, par: Any, ic: float) -> Any:
    """Largest |specific force| from one sample before contact to the end of the window, and the clip flag."""
    norm_squared, flags = ring[:, NORM_SQUARED], ring[:, FLAGS]
    first = int(ic) - 1
    peak = 0.0
    clipped = 0
    for i in range(first, first + par["peak_window"] + 2):
        peak = max(peak, norm_squared[i & MASK])
        if int(flags[i & MASK]) & (ACC_CLIPPED | FLAG_BRIDGED):
            clipped = EVENT_CLIPPED
    return np.sqrt(peak), clipped


@njit(cache=True)
def _rate_clipped(ring: Any, first: int, last: int) -> int:
    """EVENT_CLIPPED when a rotation rate in [first, last] stands at the end of its range, else 0."""
    clipped = 0
    for i in range(first, last + 1):
        clipped |= int(ring[i & MASK, FLAGS]) & GYR_CLIPPED
    return EVENT_CLIPPED if clipped else 0


@njit(cache=True)
def _stance_rate(ring: Any, ic: float, tc: float) -> float:
    """Mean |rate| between 15 and 40 % of the contact: small for a foot, which lies flat then, large for a shank."""
    raw = ring[:, RATE]
    span = tc - ic
    first, last = int(ic + 0.15 * span), int(ic + 0.40 * span) + 1
    total = 0.0
    for i in range(first, last):
        total += abs(raw[i & MASK])
    return total / (last - first)


@njit(cache=True)
def _report_contact(row: Any, par: Any, stop: int, last_known: int, complete: bool, events: Any, n: int) -> int:
    """Search the cycle from the last mid-swing to `stop` and emit its contact."""
    ring = row["ring"]
    limits = (row["valid_from"], last_known)
    ic, tc, still = find_contact(ring, par, row["last_swing"], stop, limits, complete)
    if ic == MISSING:
        return n
    lost = _in_hole(ring, ic, par["gap_margin"], limits)
    n = _emit(events, n, EVENT_IC, ic, _time_at(ring, ic), EVENT_LOST if lost else 0)
    peak, clipped = _peak_acc(ring, par, ic)
    events[n - 1]["peak_acc_m_s2"] = peak
    events[n - 1]["flags"] |= clipped
    if tc == MISSING:
        return n
    events[n - 1]["rate_rad_s"] = _stance_rate(ring, ic, tc)
    if par["placement"] == PLACEMENT_FOOT:
        events[n - 1]["pitch_rad"] = _pitch_before(ring, par, ic, still)
    flags = EVENT_LOST if _in_hole(ring, tc, par["gap_margin"], limits) else 0
    if still >= 0:
        flags |= _rate_clipped(ring, still, int(tc) + 1)
    else:
        flags |= _rate_clipped(ring, int(tc), min(int(tc) + par["unloading_from"], last_known))
    return _emit(events, n, EVENT_TC, tc, _time_at(ring, tc), flags)


@njit(cache=True)
def _close_swing(row: Any, par: Any, now: int, peak: float, peak_sample: int, events: Any, n: int) -> int:
    """A swing has ended at sample `now`: judge it, search the cycle behind it, and learn from it."""
    mid_swing = peak_sample - par["gate_lag"]
    interval = mid_swing - row["last_swing"]
    if interval < max(par["cycle_minimum"], par["refractory"] * row["cycle"]):
        if interval > par["rival_interval"] and peak > par["rival_fraction"] * row["amplitude"]:
            row["rival"] = 1
        return n
    ring = row["ring"]
    remembered = now - row["last_swing"] + TAPS < RING_SAMPLES  # else a leg was lifted for long: no gait
    if interval <= par["cycle_maximum"] and remembered and row["last_swing"] > row["valid_from"]:
        found = n
        if row["rival"] == 0:
            n = _report_contact(row, par, mid_swing, now, True, events, n)
        if n == found:
            n = _emit(events, n, EVENT_NO_CONTACT, float(mid_swing), _time_at(ring, float(mid_swing)), 0)
        row["cycle"] = interval if row["cycle"] == 0.0 else row["cycle"] + 0.25 * (interval - row["cycle"])
    else:
        row["cycle"] = 0.0
        if row["last_swing"] != NO_SWING:
            row["amplitude"] = par["swing_initial"]
    row["rival"] = 0
    sample = float(max(mid_swing, row["valid_from"]))
    n = _emit(events, n, EVENT_SWING, sample, _time_at(ring, sample), 0)
    events[n - 1]["rate_rad_s"] = peak
    row["amplitude"] += par["swing_memory"] * (peak - row["amplitude"])
    row["swing_threshold"] = max(par["swing_floor"], par["swing_fraction"] * row["amplitude"])
    row["last_swing"] = mid_swing
    return n


@njit(cache=True)
def _watch_swing(swing: Any, threshold: float, sample: int, g: float) -> Any:
    """Follow the gate signal for one sample: whether a swing closed, and the new (in swing, peak, peak sample)."""
    in_swing, peak, peak_sample = swing
    if in_swing == 0:
        if g > threshold:
            return False, (1, g, sample)
        return False, swing
    if g > peak:
        return False, (1, g, sample)
    if g < SWING_END_FRACTION * peak:
        return True, (0, peak, peak_sample)
    return False, swing


@njit(cache=True)
def step(gate: Any, memory: Any, swing: Any, threshold: float, ring: Any, sample: int, values: Any) -> Any:
    """One sample: filter it, remember it, watch the swing. Returns (swing closed, new memory, new swing).

    `values` is a row of the ring. What changes with every sample passes through the arguments, so that it stays in
    registers; what changes with a swing lives in the state row (`_close_swing`).
    """
    rate, forward, up, norm_squared, time_s, flags = values
    g, z0, z1 = low_pass(gate, gate[0] * rate, memory[0], memory[1])
    slot = sample & MASK
    ring[slot, RATE] = rate
    ring[slot, FORWARD] = forward
    ring[slot, UP] = up
    ring[slot, NORM_SQUARED] = norm_squared
    ring[slot, TIME] = time_s
    ring[slot, FLAGS] = flags
    closed, swing = _watch_swing(swing, threshold, sample, g)
    return closed, (z0, z1), swing


@njit(cache=True)
def _restart(row: Any, par: Any, sample: int, rate: float) -> None:
    """Begin to filter at `sample`, with nothing before it; what was learned of the amplitude stays.

    The filter starts as if the first sample had lasted for ever: no start-up transient.
    """
    row["memory"][0], row["memory"][1] = settled(as_taps(par["gate"]), rate)
    if row["primed"] == 0:
        row["amplitude"] = par["swing_initial"]
        row["primed"] = 1
    row["swing_threshold"] = max(par["swing_floor"], par["swing_fraction"] * row["amplitude"])
    row["in_swing"] = 0
    row["rival"] = 0
    row["last_swing"] = NO_SWING
    row["valid_from"] = sample


@njit(cache=True)
def advance(
    state: Any, params: Any, first_sample: int, time_s: Any, acc: Any, gyr: Any, flags: Any, events: Any
) -> int:
    """Run `step` over consecutive samples in segment axes (x forward, y left, z up); returns the number of events.

    A value that is not finite poisons the running sums: -1 is returned, and the state is of no further use.
    `events` must hold `EVENTS_PER_CYCLE` rows for every shortest stride in the block, and for two more.
    """
    row, par = state[0], params[0]
    ring = row["ring"]
    gate = as_taps(par["gate"])
    if row["next_sample"] != first_sample:
        _restart(row, par, first_sample, -gyr[0, 1])
    memory = (row["memory"][0], row["memory"][1])
    swing = (row["in_swing"], row["peak"], row["peak_sample"])
    threshold = row["swing_threshold"]
    n = 0
    total = 0.0
    for i in range(time_s.shape[0]):
        forward, up = acc[i, 0], acc[i, 2]
        norm_squared = forward * forward + acc[i, 1] * acc[i, 1] + up * up
        total += norm_squared
        values = (-gyr[i, 1], forward, up, norm_squared, time_s[i], flags[i])
        closed, memory, swing = step(gate, memory, swing, threshold, ring, first_sample + i, values)
        if closed:
            n = _close_swing(row, par, first_sample + i, swing[1], swing[2], events, n)
            threshold = row["swing_threshold"]
    row["memory"][0], row["memory"][1] = memory
    row["in_swing"], row["peak"], row["peak_sample"] = swing
    last = time_s.shape[0] - 1
    row["next_sample"] = first_sample + last + 1
    row["last_time_s"] = time_s[last]
    for axis in range(3):
        row["last_acc"][axis] = acc[last, axis]
        row["last_gyr"][axis] = gyr[last, axis]
    return n if np.isfinite(total + memory[0]) else -1


@njit(cache=True)
def finish(state: Any, params: Any, events: Any) -> int:
    """The contact of the cycle that is still open at the end of the stream; returns the number of events."""
    row, par = state[0], params[0]
    stop = row["next_sample"] - 1
    open_for = stop - row["last_swing"]
    if row["cycle"] == 0.0 or row["rival"] != 0 or row["last_swing"] <= row["valid_from"]:
        return 0
    if open_for > OVERDUE_CYCLES * row["cycle"] or open_for > par["cycle_maximum"]:
        return 0
    return _report_contact(row, par, stop, stop, False, events, 0)
