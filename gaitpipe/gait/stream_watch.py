"""Looks at a raw stream for what no calibration can mend: wrong units, gravity taken off, dead channels."""

from __future__ import annotations

import numpy as np

from gaitpipe.gait.windows import Windows
from gaitpipe.model import STANDARD_GRAVITY_M_S2, Finding, SampleBlock, SensorInfo

WATCH_S = 120.0
STILL_SPREAD, QUIET_SPREAD = 0.02, 0.1
STILL_G = (0.85, 1.15)
QUIET_G = (0.5, 2.0)
MOVING_G = (0.45, 6.0)
"""Mean |specific force| that a sensor in m/s^2 can show, in g: standing, hardly moving, and in its quietest half second
of running; by the spread of that half second, as a share of the mean."""
NO_GRAVITY_M_S2, NO_GRAVITY_SD_M_S2, NO_GRAVITY_WINDOWS = 2.0, 0.4, 2
"""Half seconds of hardly any force at all: nobody falls for so long, gravity was taken off."""
FASTEST_RAD_S = 70.0
"""4000 deg/s: twice the range of the sensors in use, so more is a wrong unit."""
DEAD_WHILE_M_S2 = 2.0
DEAD_WINDOWS = 6
"""Half seconds in which the sensor is shaken and a channel reads the very same number throughout. Clipping for half a
second without a break does not happen."""


class StreamWatch:
    """Looks at the first two minutes of a raw stream for wrong units, in windows of half a second."""

    def __init__(self, info: SensorInfo) -> None:
        self._info = info
        self._windows = Windows(max(8, round(0.5 * info.rate_hz)))
        self._left = round(WATCH_S * info.rate_hz / self._windows.samples)
        self._quiet_sd = np.inf
        self._quiet_norm = np.nan
        self._fastest = 0.0
        self._acc_sd = 0.0
        self._weightless = 0
        self._dead = np.zeros((2, 3), np.int64)

    def feed(self, block: SampleBlock) -> None:
        """Look at one raw block."""
        if self._left <= 0:
            return
        for acc, gyr in self._windows.push(block):
            # Windows are counted, not blocks: a long block must not be seen further than short ones.
            if self._left <= 0:
                return
            self._left -= 1
            norm = np.sqrt(np.sum(acc * acc, axis=1))
            sd = float(norm.std() / max(norm.mean(), 1e-9))
            self._acc_sd = max(self._acc_sd, float(norm.std()))
            self._weightless += bool(norm.mean() < NO_GRAVITY_M_S2 and norm.std() < NO_GRAVITY_SD_M_S2)
            if sd < self._quiet_sd:
                self._quiet_sd, self._quiet_norm = sd, float(norm.mean())
            if self._info.has_gyro:
                self._fastest = max(self._fastest, float(np.max(np.abs(gyr))))
                if float(norm.std()) > DEAD_WHILE_M_S2:
                    self._dead += np.array([np.ptp(acc, axis=0) == 0.0, np.ptp(gyr, axis=0) == 0.0])

    def findings(self) -> list[Finding]:
        """What is wrong with the units, if anything."""
        side, found = self._info.side, []
        ratio = self._quiet_norm / STANDARD_GRAVITY_M_S2
        low, high = MOVING_G
        if self._quiet_sd < QUIET_SPREAD:
            low, high = STILL_G if self._quiet_sd < STILL_SPREAD else QUIET_G
        if not np.isnan(ratio) and not low < ratio < high:
            guess = " It looks like g." if 0.05 < ratio < low else ""
            guess = " It looks like milli-g." if 50.0 < ratio < 300.0 else guess
            found.append(
                Finding(
                    "acc_units",
                    "error",
                    f"The acceleration of the {side} sensor is {self._quiet_norm:.3g} m/s^2 at its quietest, "
                    f"far from gravity (9.81).{guess}",
                    "Wanted is m/s^2 with gravity. Say with --acc-unit what a file of another program holds (g, mg), "
                    "or correct the profile.",
                    side,
                )
            )
        elif self._weightless >= NO_GRAVITY_WINDOWS:
            message = f"The {side} sensor shows hardly any force while it is still: gravity was taken off."
            found.append(Finding("acc_units", "error", message, "Give acceleration with gravity included.", side))
        if self._fastest > FASTEST_RAD_S:
            found.append(
                Finding(
                    "gyr_units",
                    "error",
                    f"The rotation rate of the {side} sensor reaches {self._fastest:.0f} rad/s; no leg does. "
                    "It looks like deg/s.",
                    "Wanted is rad/s. Say with --gyr-unit what a file of another program holds (deg/s), or correct the "
                    "profile.",
                    side,
                )
            )
        elif self._info.has_gyro and self._acc_sd > 0.5 * STANDARD_GRAVITY_M_S2 and self._fastest < 0.5:
            found.append(
                Finding(
                    "gyr_units",
                    "error",
                    f"The {side} sensor is shaken but its rotation rate stays below {self._fastest:.2f} rad/s.",
                    "Check that the rotation rate is in rad/s and that the gyroscope was on.",
                    side,
                )
            )
        return found + self._dead_channels()

    def _dead_channels(self) -> list[Finding]:
        """Channels that never change while the sensor is moved; a wholly silent gyroscope is told above."""
        side, found = self._info.side, []
        for row, name in enumerate(("accelerometer", "gyroscope")):
            dead = [axis for axis, count in zip("xyz", self._dead[row], strict=True) if count >= DEAD_WINDOWS]
            if dead and not (name == "gyroscope" and len(dead) == 3 and self._fastest < 0.5):
                message = f"The {side} {name} stands still on {' and '.join(dead)} while the sensor moves."
                advice = "That channel is dead or was lost in the export: record again with another sensor."
                found.append(Finding("dead_channel", "error", message, advice, side))
        return found
