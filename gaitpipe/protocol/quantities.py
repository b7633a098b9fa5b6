"""What one field of a packet may hold: its number of components, its units with their size in SI, its name in output.

Gait needs `acc` and `gyr`. The others are decoded so that nothing that a sensor says is hidden.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gaitpipe.model import STANDARD_GRAVITY_M_S2

DEGREE_RAD = 0.017453292519943295


@dataclass(frozen=True, slots=True)
class Quantity:
    """`components` values a sample; `si_per_unit` by unit; `output` is its key where samples are printed."""

    components: int
    si_per_unit: Mapping[str, float]
    output: str


_ACCELERATION = {"m/s2": 1.0, "g": STANDARD_GRAVITY_M_S2, "mg": STANDARD_GRAVITY_M_S2 / 1000.0}

QUANTITIES: dict[str, Quantity] = {
    "acc": Quantity(3, _ACCELERATION, "acc_m_s2"),
    "gyr": Quantity(3, {"rad/s": 1.0, "deg/s": DEGREE_RAD}, "gyr_rad_s"),
    "mag": Quantity(3, {"uT": 1.0, "mG": 0.1}, "mag_ut"),
    "mag_relative": Quantity(3, {"1": 1.0}, "mag_relative"),  # in units of the local field
    "free_acc": Quantity(3, _ACCELERATION, "free_acc_m_s2"),  # gravity taken off, in the earth's frame
    "euler": Quantity(3, {"deg": DEGREE_RAD, "rad": 1.0}, "euler_rad"),
    "quaternion": Quantity(4, {"1": 1.0}, "quaternion_wxyz"),
    "delta_quaternion": Quantity(4, {"1": 1.0}, "delta_quaternion_wxyz"),
    "delta_velocity": Quantity(3, {"m/s": 1.0}, "delta_velocity_m_s"),
    "status_word": Quantity(1, {"1": 1.0}, "status_word"),
    "acc_clip_count": Quantity(1, {"1": 1.0}, "acc_clip_count"),  # samples inside the sensor that were out of range
    "gyr_clip_count": Quantity(1, {"1": 1.0}, "gyr_clip_count"),
}
"""All quantities; the magnetometer is given in microtesla. One of a single component is printed as a number."""

SIGNAL_QUANTITIES = ("acc", "gyr", "mag")
"""Always present in output, null where the sensor sends none."""

UNUSED = "unused"
"""Name of a field of bytes that are passed over."""
