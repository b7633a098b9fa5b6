"""Whether samples look like m/s^2: what an accelerometer at rest reads is gravity."""

from __future__ import annotations

import numpy as np

from gaitpipe.model import STANDARD_GRAVITY_M_S2, FloatArray

WINDOW_S = 0.5
STILL_SHARE = 0.03
"""A window is still when no axis varies (standard deviation) by more than this share of the mean reading."""
TOLERANCE_M_S2 = 0.6
"""Offset and scale of such sensors are off by a few per cent at most."""


class GravityCheck:
    """Collects the readings of still windows of one sensor."""

    def __init__(self, rate_hz: float) -> None:
        self._rows = max(8, round(WINDOW_S * rate_hz))
        self._rest = np.empty((0, 3))
        self._still: list[float] = []

    def feed(self, acc_m_s2: FloatArray) -> None:
        """Take consecutive samples (n, 3); a gap before them does no harm."""
        rows = np.concatenate([self._rest, acc_m_s2])
        whole = len(rows) // self._rows * self._rows
        windows = rows[:whole].reshape(-1, self._rows, 3)
        self._rest = rows[whole:]
        reading = np.linalg.norm(windows.mean(axis=1), axis=1)
        spread = windows.std(axis=1).max(axis=1) if len(windows) else np.empty(0)
        self._still += reading[(spread < STILL_SHARE * reading) & (reading > 0)].tolist()

    @property
    def reading_m_s2(self) -> float | None:
        """Median reading of the still windows; None when the sensor was never still."""
        return float(np.median(self._still)) if self._still else None

    @property
    def words(self) -> str:
        """What the reading says, for a person."""
        reading = self.reading_m_s2
        if reading is None:
            return f"not checked: the sensor is never still for {WINDOW_S:g} s"
        still = f"in the {len(self._still) * WINDOW_S:.1f} s in which it hardly moves"
        if abs(reading - STANDARD_GRAVITY_M_S2) <= TOLERANCE_M_S2:
            return f"{reading:.2f} m/s^2 {still} (gravity is 9.81)"
        looks = "this is not gravity: the unit or the calibration is wrong, or gravity was taken off"
        if abs(reading - 1.0) <= 0.1:
            looks = "this looks like g: give --acc-unit g"
        elif abs(reading - 1000.0) <= 100.0:
            looks = "this looks like mg: give --acc-unit mg"
        elif abs(reading / STANDARD_GRAVITY_M_S2 - STANDARD_GRAVITY_M_S2) <= TOLERANCE_M_S2:
            looks = "this looks like m/s^2 that were taken for g: give --acc-unit m/s2"
        return f"{reading:.4g} m/s^2 {still}: {looks}"
