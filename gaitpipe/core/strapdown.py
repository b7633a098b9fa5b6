"""Dead reckoning of one stride, compiled: from the samples between two mid-stances to its length and its angles.

Rules
  1. Each stride stands for itself: nothing is carried over from the stride before, so drift cannot grow and a lost
     stride costs that stride only. The result depends on the samples of the stride alone.
  2. Mid-stance is forced, not detected: for a foot the stillest moment of a window within the contact, for a shank
     (which is never still) a fixed part of it. In running a foot never comes to the rest that thresholds wait for.
  3. At mid-stance the sensor moves as if it turned about a point that stands on the ground: v = omega x r, with r from
     that point (a foot's forefoot, a shank's ankle) to the sensor. Both sides are averaged over a short window.
  4. The rotation rate is summed from the first sample on. The velocity is then known at both mid-stances, so the mean
     specific force between them is gravity: its direction is up, and taking it off also takes off the drift, linearly.
     No zero of a standing sensor and no level of the sole is needed. The ground is taken as level: what is left of
     height is dropped.
  5. The direction of progress is that of the stride's own displacement. Angles are taken in the plane of it and up,
     so an axis of the mounting that is some degrees off hardly matters. Yaw needs no reference.
  6. The frame rides with the ground under the foot, so a belt cannot be seen: on a treadmill the length is that over
     the belt.

Everything compiled stands in this one file on purpose, see `core.kernel`. Only + - * / and square roots are used.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

RESULTS = 10
"""Length [m], time between the mid-stances [s], |mean specific force| [m/s^2], squared rate at both mid-stances
[rad^2/s^2], the segment's axis along progress and up at one and at two leads before contact, and the horizontal speed
one lead before contact [m/s]."""


@njit(cache=True)
def turned(q: Any, x: float, y: float, z: float) -> Any:
    """Attitude `q` (w, x, y, z) followed by a turn about the sensor's own axes by the rotation vector (x, y, z).

    Cosine and sine of half the angle by their series: a turn between two samples stays below one radian.
    """
    s = 0.25 * (x * x + y * y + z * z)
    c = 1.0 - s * (0.5 - s * (1.0 / 24.0 - s / 720.0))
    k = 0.5 * (1.0 - s * (1.0 / 6.0 - s * (1.0 / 120.0 - s / 5040.0)))
    x, y, z = k * x, k * y, k * z
    a = q[0] * c - q[1] * x - q[2] * y - q[3] * z
    b = q[1] * c + q[0] * x + q[2] * z - q[3] * y
    d = q[2] * c + q[0] * y + q[3] * x - q[1] * z
    e = q[3] * c + q[0] * z + q[1] * y - q[2] * x
    size = np.sqrt(a * a + b * b + d * d + e * e)
    return a / size, b / size, d / size, e / size


@njit(cache=True)
def to_world(q: Any, x: float, y: float, z: float) -> Any:
    """The vector (x, y, z) of the sensor in the frame of the first sample."""
    a, b, c = q[2] * z - q[3] * y, q[3] * x - q[1] * z, q[1] * y - q[2] * x
    return (
        x + 2.0 * (q[0] * a + q[2] * c - q[3] * b),
        y + 2.0 * (q[0] * b + q[3] * a - q[1] * c),
        z + 2.0 * (q[0] * c + q[1] * b - q[2] * a),
    )


@njit(cache=True)
def dead_reckon(acc: Any, gyr: Any, interval_s: float, attitude: Any, velocity: Any) -> None:
    """Attitude (n, 4) and summed specific force (n, 3) in the frame of the first sample, by the trapezoidal rule."""
    q = (1.0, 0.0, 0.0, 0.0)
    f = to_world(q, acc[0, 0], acc[0, 1], acc[0, 2])
    h = 0.5 * interval_s
    for i in range(acc.shape[0]):
        if i > 0:
            j = i - 1
            q = turned(q, h * (gyr[j, 0] + gyr[i, 0]), h * (gyr[j, 1] + gyr[i, 1]), h * (gyr[j, 2] + gyr[i, 2]))
            g = to_world(q, acc[i, 0], acc[i, 1], acc[i, 2])
            for k in range(3):
                velocity[i, k] = velocity[j, k] + h * (f[k] + g[k])
            f = g
        else:
            for k in range(3):
                velocity[i, k] = 0.0
        for k in range(4):
            attitude[i, k] = q[k]


@njit(cache=True)
def stillest(gyr: Any, first: int, last: int, half: int) -> int:
    """Sample in [first, last] about which the rotation rate is smallest over 2 `half` + 1 samples."""
    best, least = first, -1.0
    for i in range(first, last + 1):
        energy = squared_rate(gyr, i, half)
        if least < 0.0 or energy < least:
            best, least = i, energy
    return best


@njit(cache=True)
def squared_rate(gyr: Any, middle: int, half: int) -> float:
    """Mean squared rotation rate over 2 `half` + 1 samples."""
    total = 0.0
    for i in range(middle - half, middle + half + 1):
        total += gyr[i, 0] * gyr[i, 0] + gyr[i, 1] * gyr[i, 1] + gyr[i, 2] * gyr[i, 2]
    return total / (2 * half + 1)


@njit(cache=True)
def unexplained(attitude: Any, velocity: Any, gyr: Any, lever: Any, middle: int, half: int) -> Any:
    """Summed specific force less omega x r, averaged about a mid-stance: what gravity and the start have brought."""
    sx, sy, sz = 0.0, 0.0, 0.0
    for i in range(middle - half, middle + half + 1):
        x = gyr[i, 1] * lever[2] - gyr[i, 2] * lever[1]
        y = gyr[i, 2] * lever[0] - gyr[i, 0] * lever[2]
        z = gyr[i, 0] * lever[1] - gyr[i, 1] * lever[0]
        v = to_world(attitude[i], x, y, z)
        sx += velocity[i, 0] - v[0]
        sy += velocity[i, 1] - v[1]
        sz += velocity[i, 2] - v[2]
    n = 2 * half + 1
    return sx / n, sy / n, sz / n


@njit(cache=True)
def mid_stance(gyr: Any, contact: float, length: float, stance: Any) -> int:
    """Sample of mid-stance of a contact that begins at `contact` and lasts `length` samples; -1 when out of reach."""
    first = int(np.floor(contact + stance[0] * length + 0.5))
    last = int(np.floor(contact + stance[1] * length + 0.5))
    if first < stance[2] or last + stance[2] >= len(gyr) or last < first:
        return -1
    return stillest(gyr, first, last, stance[2])


@njit(cache=True)
def take_off(velocity: Any, begin: Any, gravity: Any, start: int, interval_s: float) -> None:
    """Turn the summed specific force into the sensor's own velocity: less what it began with, less gravity."""
    for i in range(len(velocity)):
        for k in range(3):
            velocity[i, k] -= begin[k] + (i - start) * interval_s * gravity[k]


@njit(cache=True)
def level_way(velocity: Any, start: int, stop: int, interval_s: float, up: Any) -> Any:
    """Way from `start` to `stop` by the trapezoidal rule, without its height."""
    way = np.zeros(3)
    for i in range(start, stop):
        for k in range(3):
            way[k] += 0.5 * interval_s * (velocity[i, k] + velocity[i + 1, k])
    height = dot(way, up)
    return way[0] - height * up[0], way[1] - height * up[1], way[2] - height * up[2]


@njit(cache=True)
def between(values: Any, sample: float, column: int) -> float:
    """A column of (n, m) values at a place between two samples."""
    i = int(np.floor(sample))
    part = sample - i
    return float(values[i, column] + part * (values[i + 1, column] - values[i, column]))


@njit(cache=True)
def axis_at(attitude: Any, axis: Any, sample: float) -> Any:
    """An axis of the segment in the frame of the first sample, at a place between two samples."""
    i = int(np.floor(sample))
    part = sample - i
    a = to_world(attitude[i], axis[0], axis[1], axis[2])
    b = to_world(attitude[i + 1], axis[0], axis[1], axis[2])
    return a[0] + part * (b[0] - a[0]), a[1] + part * (b[1] - a[1]), a[2] + part * (b[2] - a[2])


@njit(cache=True)
def dot(a: Any, b: Any) -> float:
    """Scalar product of two triples."""
    return float(a[0] * b[0] + a[1] * b[1] + a[2] * b[2])


@njit(cache=True)
def measure_stride(
    acc: Any, gyr: Any, interval_s: float, contacts: Any, stance: Any, lever: Any, lead: float, segment: Any, out: Any
) -> None:
    """Length, angles and speeds of the stride between the mid-stances of two contacts.

    Parameters
    ----------
    acc, gyr : float64 (n, 3)
        Specific force [m/s^2] and rotation rate [rad/s] in segment axes, equally spaced, no sample missing.
    interval_s : float
        Time between two samples.
    contacts : tuple of float
        Places of the two initial contacts and the length of the contact, in samples.
    stance : tuple
        Where mid-stance is looked for, from and to, as parts of the contact, and half the window in samples.
    lever : tuple of float
        From the point that stands on the ground to the sensor, in segment axes [m].
    lead : float
        Samples before contact at which angles are taken; twice that is needed before the first contact.
    segment : tuple of bool
        Whether this is a foot: then the axis whose angle is asked for is the one that points along progress at
        mid-stance, else the segment's own z. And whether angles are asked for at the second contact, not the first.
    out : float64 (`RESULTS`,)
        The results; all NaN when the samples do not reach far enough or the foot did not get anywhere.
    """
    out[:] = np.nan
    half = stance[2]
    start = mid_stance(gyr, contacts[0], contacts[2], stance)
    stop = mid_stance(gyr, contacts[1], contacts[2], stance)
    if start < 0 or stop <= start or contacts[0] < 2.0 * lead:
        return
    attitude, velocity = np.empty((len(acc), 4)), np.empty((len(acc), 3))
    dead_reckon(acc, gyr, interval_s, attitude, velocity)
    begin = unexplained(attitude, velocity, gyr, lever, start, half)
    end = unexplained(attitude, velocity, gyr, lever, stop, half)
    time_s = (stop - start) * interval_s
    gravity = ((end[0] - begin[0]) / time_s, (end[1] - begin[1]) / time_s, (end[2] - begin[2]) / time_s)
    gravity_m_s2 = np.sqrt(dot(gravity, gravity))
    if gravity_m_s2 == 0.0:
        return
    up = (gravity[0] / gravity_m_s2, gravity[1] / gravity_m_s2, gravity[2] / gravity_m_s2)
    take_off(velocity, begin, gravity, start, interval_s)
    way = level_way(velocity, start, stop, interval_s, up)
    length_m = np.sqrt(dot(way, way))
    if length_m == 0.0:
        return
    ahead = (way[0] / length_m, way[1] / length_m, way[2] / length_m)
    out[0], out[1], out[2] = length_m, time_s, gravity_m_s2
    out[3], out[4] = squared_rate(gyr, start, half), squared_rate(gyr, stop, half)
    axis = (0.0, 0.0, 1.0)
    landing = contacts[1] if segment[1] else contacts[0]
    if segment[0]:
        q = attitude[stop if segment[1] else start]
        axis = to_world((q[0], -q[1], -q[2], -q[3]), ahead[0], ahead[1], ahead[2])
    for k in range(2):
        pointing = axis_at(attitude, axis, landing - (k + 1) * lead)
        out[5 + 2 * k], out[6 + 2 * k] = dot(pointing, ahead), dot(pointing, up)
    place = landing - lead
    out[9] = dot((between(velocity, place, 0), between(velocity, place, 1), between(velocity, place, 2)), ahead)
