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
  5. A hole in the sample numbers of up to `bridge_gap_s` is bridged by straight lines whose samples are marked; a
     feature within `gap_margin_s` of a marked sample is given as lost, not as measured. A longer hole restarts the
     filters and drops the running cycle; what was learned of the amplitude stays.
  6. Events carry the sub-sample place and its time in the time base of the samples, taken between the two samples'
     own times: packet arrival never enters.

How a contact is found in a cycle
A cycle runs from one mid-swing peak of the sagittal rotation rate to the next and holds exactly one ground contact.
The rate w is positive toes up (foot) or ankle forward (shank). The search works on the low-passed signals of the ring;
an index here is an absolute sample number of the filtered signal, so it lies `feature_delay` after the event.

  1. From the first mid-swing go forward to where w falls through zero, from the second go back to where it rose
     through zero. Between the two the foot lands, stands and pushes off.
  2. Initial contact: half way up the first steep rise of the longitudinal specific force in a window after the fall:
     the leg begins to carry. It is there for every strike, with and without an impact spike.
  3. Terminal contact, foot: the middle of push-off, the time of lowest w after the landing. Shank: the last dip of w
     before the rise, which follows the end of contact by a rather constant time.
  4. No room for a stance between landing and rise, or no dip: no terminal contact is given, rather than a wrong one.

The features are precise but late or early by a bias that depends on placement and runner (Falbriard 2018 and others):
the biases live in `gaitpipe.evidence` and are taken off later; nothing here is tuned to be unbiased.

Everything compiled stands in this one file on purpose: numba keys its disk cache on the file of the outermost function
alone, so a change in an imported compiled function would go unseen and an old kernel would run on.
No fastmath anywhere: sums must come out the same to the last bit for any packet size and with the compiler off.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

PLACEMENT_FOOT = 0
PLACEMENT_SHANK = 1

RING_SAMPLES = 2048
"""Length of the look-back memory; a power of two. It must hold the longest cycle plus the filter delays."""

FILTER_MEMORY = 10
"""Delay elements: the gate's two, then four each for the sagittal rate and the longitudinal specific force."""

NO_SWING = -(2**40)
"""`last_swing` before any swing was seen: far enough back that no cycle reaches it."""

ACC_CLIPPED = 1
"""The bit of `gaitpipe.model.FLAG_ACC_CLIPPED` (checked by a test)."""

MASK = RING_SAMPLES - 1
MISSING = -1.0

RATE, UP, RAW_RATE, NORM_SQUARED, TIME, FLAGS = range(6)
"""Columns of the ring: filtered rate, filtered longitudinal force, rate as measured, squared |specific force|,
time, flags. One row a sample keeps a sample's values together in the cache."""
RING_COLUMNS = 6

EVENT_IC = 1
EVENT_TC = 2
EVENT_SWING = 3
EVENT_RESTART = 4
EVENT_NO_CONTACT = 5

EVENT_LOST = 1
"""Flag of an event whose feature fell into a hole: the contact happened, its time is unknown."""
EVENT_CLIPPED = 2
"""Flag of an initial contact whose acceleration peak is cut off by the sensor's range or falls into a hole."""

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
FIRST_RISE_FRACTION = 0.65


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
    """Output and memory of a section that has seen the constant `x` for ever."""
    b0, a1, a2 = taps
    y = (b0 + 2.0 * b0 + b0) / (1.0 + a1 + a2) * x
    z1 = b0 * x - a2 * y
    return y, 2.0 * b0 * x - a1 * y + z1, z1


@njit(cache=True)
def as_taps(row: Any) -> Any:
    """b0, a1 and a2 of a low-pass section (b0, b1, b2, a1, a2) as a tuple, which the compiler keeps in registers."""
    return (row[0], row[3], row[4])


@njit(cache=True)
def prime(memory: Any, taps: Any, rate: float, up: float) -> None:
    """Fill the delay elements as if the first sample had lasted for ever: no start-up transient."""
    gate, low, high = taps
    _, memory[0], memory[1] = settled(gate, rate)
    for channel in range(2):
        x = rate if channel == 0 else up
        k = 2 + 4 * channel
        y, memory[k], memory[k + 1] = settled(low, x)
        _, memory[k + 2], memory[k + 3] = settled(high, y)


@njit(cache=True)
def load(memory: Any) -> Any:
    """The delay elements as a tuple of `FILTER_MEMORY` floats."""
    return (
        memory[0], memory[1], memory[2], memory[3], memory[4],
        memory[5], memory[6], memory[7], memory[8], memory[9],
    )  # fmt: skip


@njit(cache=True)
def store(memory: Any, values: Any) -> None:
    """Write the tuple of `load` back."""
    for k in range(FILTER_MEMORY):
        memory[k] = values[k]


@njit(cache=True)
def filter_sample(taps: Any, z: Any, rate: float, up: float) -> Any:
    """Gate signal and the two feature signals of one sample, and the new delay elements.

    The second section of a feature filter has b0 = 1: scipy puts the whole gain into the first.
    """
    gate, low, high = taps
    g, a0, a1 = low_pass(gate, gate[0] * rate, z[0], z[1])
    w, b0, b1 = low_pass(low, low[0] * rate, z[2], z[3])
    w, b2, b3 = low_pass(high, w, z[4], z[5])
    u, c0, c1 = low_pass(low, low[0] * up, z[6], z[7])
    u, c2, c3 = low_pass(high, u, z[8], z[9])
    return g, w, u, (a0, a1, b0, b1, b2, b3, c0, c1, c2, c3)


@njit(cache=True)
def vertex(ring: Any, i: int) -> float:
    """Offset of the extremum from sample `i` by a parabola through three samples, clamped to half a sample."""
    before, here, after = ring[(i - 1) & MASK], ring[i & MASK], ring[(i + 1) & MASK]
    curvature = before - 2.0 * here + after
    if curvature == 0.0:
        return 0.0
    offset = 0.5 * (before - after) / curvature
    return float(min(0.5, max(-0.5, offset)))


@njit(cache=True)
def first_fall(rate: Any, start: int, stop: int) -> int:
    """First sample at or after `start` with a rate of zero or below; `stop` when there is none."""
    i = start
    while i < stop and rate[i & MASK] > 0.0:
        i += 1
    return i


@njit(cache=True)
def last_rise(rate: Any, start: int, stop: int) -> int:
    """Last sample before `stop` with a rate of zero or below; `start` when there is none."""
    i = stop
    while i > start and rate[i & MASK] > 0.0:
        i -= 1
    return i


@njit(cache=True)
def dip(rate: Any, start: int, stop: int, prominence: float) -> int:
    """First minimum from `start` towards `stop` (either direction) from which the rate rises by `prominence`.

    -1 when the rate never rises that far.
    """
    direction = 1 if stop >= start else -1
    lowest = start
    i = start
    while i != stop:
        i += direction
        here = rate[i & MASK]
        if here < rate[lowest & MASK]:
            lowest = i
        elif here > rate[lowest & MASK] + prominence:
            return lowest
    return -1


@njit(cache=True)
def push_off_middle(rate: Any, start: int, stop: int) -> float:
    """Middle of the time in [start, stop) during which the rate is below 80 % of its lowest value there.

    A slow runner's push-off is a plateau with two bottoms; either may be the deeper one, their middle stays put.
    MISSING when the rate is nowhere negative: the foot never pushed off.
    """
    deepest = rate[start & MASK]
    for i in range(start, stop):
        deepest = min(deepest, rate[i & MASK])
    if deepest >= 0.0:
        return MISSING
    level = PUSH_OFF_FRACTION * deepest
    first = start
    while rate[first & MASK] > level:
        first += 1
    last = stop - 1
    while rate[last & MASK] > level:
        last -= 1
    begin, end = float(first), float(last)
    if first > start:
        begin -= (level - rate[first & MASK]) / (rate[(first - 1) & MASK] - rate[first & MASK])
    if last < stop - 1:
        end += (level - rate[last & MASK]) / (rate[(last + 1) & MASK] - rate[last & MASK])
    return 0.5 * (begin + end)


@njit(cache=True)
def first_rise(up: Any, first: int, last: int) -> int:
    """Sample of the first peak of the slope in [first, last) that is nearly as steep as the steepest place there.

    A forefoot is loaded in two waves; the second may be the steeper, the first is the contact.
    """
    steepest = first
    for i in range(first + 1, last):
        if up[(i + 1) & MASK] - up[(i - 1) & MASK] > up[(steepest + 1) & MASK] - up[(steepest - 1) & MASK]:
            steepest = i
    enough = FIRST_RISE_FRACTION * (up[(steepest + 1) & MASK] - up[(steepest - 1) & MASK])
    for i in range(first, steepest):
        slope = up[(i + 1) & MASK] - up[(i - 1) & MASK]
        if slope >= enough and slope >= up[(i + 2) & MASK] - up[i & MASK]:
            return i
    return steepest


@njit(cache=True)
def loading(up: Any, first: int, last: int, reach: int) -> float:
    """Half way up the first steep rise of the longitudinal force in [first, last).

    The rise reaches from the bottom before its steepest place to the top after it, at most `reach` samples either way.
    Half of its height is passed at a steadier time than its steepest place, which hops along a rise with two steps.
    """
    steep = first_rise(up, first, last)
    bottom = steep
    while bottom > steep - reach and up[(bottom - 1) & MASK] < up[bottom & MASK]:
        bottom -= 1
    top = steep
    while top < steep + reach and up[(top + 1) & MASK] > up[top & MASK]:
        top += 1
    if top == bottom:
        return float(steep)
    level = up[bottom & MASK] + 0.5 * (up[top & MASK] - up[bottom & MASK])
    i = bottom
    while up[(i + 1) & MASK] < level:
        i += 1
    return float(i + (level - up[i & MASK]) / (up[(i + 1) & MASK] - up[i & MASK]))


@njit(cache=True)
def find_contact(ring: Any, par: Any, start: int, stop: int) -> Any:
    """Feature samples (initial, terminal) of the contact between two mid-swings; MISSING where none was found."""
    rate = ring[:, RATE]
    fall = first_fall(rate, start, stop)
    rise = last_rise(rate, start, stop)
    shortest = par["contact_minimum"]
    if rise - fall < shortest:
        return MISSING, MISSING
    last = min(fall + par["loading_to"], rise - par["loading_before_rise"])
    ic = loading(ring[:, UP], fall + par["loading_from"], last, par["loading_reach"])
    landing = int(ic)
    if rise - landing <= shortest:
        return ic, MISSING
    if par["placement"] == PLACEMENT_FOOT:
        return ic, push_off_middle(rate, landing + shortest, rise)
    push_off = dip(rate, rise, fall, par["prominence"] * rate[start & MASK])
    if push_off - landing < shortest:
        return ic, MISSING
    return ic, push_off + vertex(rate, push_off)


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
def _in_hole(ring: Any, sample: float, margin: int) -> bool:
    centre = int(sample)
    bridged = 0
    for i in range(centre - margin, centre + margin + 2):
        bridged |= int(ring[i & MASK, FLAGS]) & FLAG_BRIDGED
    return bridged != 0


@njit(cache=True)
def _stillest(ring: Any, ic: float, tc: float) -> int:
    """Sample of the smallest |rate| between 15 and 60 % of the contact: mid-stance, where a foot lies flat."""
    raw = ring[:, RAW_RATE]
    span = tc - ic
    still = int(ic + 0.15 * span)
    for i in range(still, int(ic + 0.60 * span)):
        if abs(raw[i & MASK]) < abs(raw[still & MASK]):
            still = i
    return still


@njit(cache=True)
def _pitch_before(ring: Any, par: Any, ic: float, still: int) -> float:
    """Foot pitch shortly before contact, with zero at the stillest moment of its own stance.

    The rate is summed from (ic - bias - lead) to mid-stance; at mid-stance the foot lies flat, so the pitch before was
    minus that sum. Over a tenth of a second the gyroscope's bias does not matter.
    """
    raw = ring[:, RAW_RATE]
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
def _stance_rate(ring: Any, ic: float, tc: float) -> float:
    """Mean |rate| between 15 and 40 % of the contact: small for a foot, which lies flat then, large for a shank."""
    raw = ring[:, RAW_RATE]
    span = tc - ic
    first, last = int(ic + 0.15 * span), int(ic + 0.40 * span) + 1
    total = 0.0
    for i in range(first, last):
        total += abs(raw[i & MASK])
    return total / (last - first)


@njit(cache=True)
def _report_contact(ring: Any, par: Any, start: int, stop: int, events: Any, n: int) -> int:
    """Search the cycle between two mid-swings (samples of the filtered signals) and emit its contact."""
    ic, tc = find_contact(ring, par, start, stop)
    if ic == MISSING:
        return n
    delay = par["feature_delay"]
    lost = _in_hole(ring, ic - delay, par["gap_margin"])
    n = _emit(events, n, EVENT_IC, ic - delay, _time_at(ring, ic - delay), EVENT_LOST if lost else 0)
    peak, clipped = _peak_acc(ring, par, ic - delay)
    events[n - 1]["peak_acc_m_s2"] = peak
    events[n - 1]["flags"] |= clipped
    if tc == MISSING:
        return n
    events[n - 1]["rate_rad_s"] = _stance_rate(ring, ic - delay, tc - delay)
    if par["placement"] == PLACEMENT_FOOT:
        events[n - 1]["pitch_rad"] = _pitch_before(ring, par, ic - delay, _stillest(ring, ic - delay, tc - delay))
    lost = _in_hole(ring, tc - delay, par["gap_margin"])
    return _emit(events, n, EVENT_TC, tc - delay, _time_at(ring, tc - delay), EVENT_LOST if lost else 0)


@njit(cache=True)
def _close_swing(row: Any, par: Any, ring: Any, peak: float, peak_sample: int, events: Any, n: int) -> int:
    """A swing has ended: judge it, search the cycle behind it, and learn from it."""
    mid_swing = peak_sample - par["gate_lag"]
    interval = mid_swing - row["last_swing"]
    if interval < max(par["cycle_minimum"], par["refractory"] * row["cycle"]):
        if interval > par["rival_interval"] and peak > par["rival_fraction"] * row["amplitude"]:
            row["rival"] = 1
        return n
    if interval <= par["cycle_maximum"] and row["last_swing"] - par["feature_lag"] > row["valid_from"]:
        found = n
        if row["rival"] == 0:
            n = _report_contact(ring, par, row["last_swing"], mid_swing, events, n)
        if n == found:
            sample = mid_swing - par["feature_delay"]
            n = _emit(events, n, EVENT_NO_CONTACT, sample, _time_at(ring, sample), 0)
        row["cycle"] = interval if row["cycle"] == 0.0 else row["cycle"] + 0.25 * (interval - row["cycle"])
    else:
        row["cycle"] = 0.0
        if row["last_swing"] != NO_SWING:
            row["amplitude"] = par["swing_initial"]
    row["rival"] = 0
    sample = max(mid_swing - par["feature_delay"], float(row["valid_from"]))
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
def step(taps: Any, memory: Any, swing: Any, threshold: float, ring: Any, sample: int, values: Any) -> Any:
    """One sample: filter it, remember it, watch the swing. Returns (swing closed, new memory, new swing).

    `values` is (rate, up, norm squared, time_s, flags). What changes with every sample passes through the arguments, so
    that it stays in registers; what changes with a swing lives in the state row (`_close_swing`).
    """
    rate, up, norm_squared, time_s, flags = values
    g, w, u, memory = filter_sample(taps, memory, rate, up)
    slot = sample & MASK
    ring[slot, RATE] = w
    ring[slot, UP] = u
    ring[slot, RAW_RATE] = rate
    ring[slot, NORM_SQUARED] = norm_squared
    ring[slot, TIME] = time_s
    ring[slot, FLAGS] = flags
    closed, swing = _watch_swing(swing, threshold, sample, g)
    return closed, memory, swing


@njit(cache=True)
def _restart(row: Any, par: Any, taps: Any, sample: int, rate: float, up: float) -> None:
    """Begin to filter at `sample`, with nothing before it; what was learned of the amplitude stays."""
    prime(row["memory"], taps, rate, up)
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
    taps = (as_taps(par["gate"]), as_taps(par["low"]), as_taps(par["high"]))
    if row["next_sample"] != first_sample:
        _restart(row, par, taps, first_sample, -gyr[0, 1], acc[0, 2])
    memory = load(row["memory"])
    swing = (row["in_swing"], row["peak"], row["peak_sample"])
    threshold = row["swing_threshold"]
    n = 0
    total = 0.0
    for i in range(time_s.shape[0]):
        up = acc[i, 2]
        norm_squared = acc[i, 0] * acc[i, 0] + acc[i, 1] * acc[i, 1] + up * up
        total += norm_squared
        values = (-gyr[i, 1], up, norm_squared, time_s[i], flags[i])
        closed, memory, swing = step(taps, memory, swing, threshold, ring, first_sample + i, values)
        if closed:
            n = _close_swing(row, par, ring, swing[1], swing[2], events, n)
            threshold = row["swing_threshold"]
    store(row["memory"], memory)
    row["in_swing"], row["peak"], row["peak_sample"] = swing
    last = time_s.shape[0] - 1
    row["next_sample"] = first_sample + last + 1
    row["last_time_s"] = time_s[last]
    for axis in range(3):
        row["last_acc"][axis] = acc[last, axis]
        row["last_gyr"][axis] = gyr[last, axis]
    return n if np.isfinite(total + memory[0] + memory[2]) else -1
