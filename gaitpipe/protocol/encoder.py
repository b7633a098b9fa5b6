"""Samples -> the bytes that a sensor of a profile sends: the other half of the decoder, used by virtual sensors."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gaitpipe.errors import LocalProtocolError
from gaitpipe.model import FloatArray
from gaitpipe.protocol.codecs import codec_named
from gaitpipe.protocol.packets import has_clock
from gaitpipe.protocol.profile import Profile
from gaitpipe.protocol.profile_parts import PacketLayout


class Encoder:
    """Encodes the packets of one virtual sensor and keeps its sequence numbers.

    Parameters
    ----------
    profile : Profile
    settings : mapping
        From `profile.resolve_settings`.
    """

    def __init__(self, profile: Profile, settings: Mapping[str, float]) -> None:
        self._has_gyro = profile.sends("gyr", settings)
        self._packets = [_PacketEncoder(layout, settings) for layout in profile.active_packets(settings)]

    def encode(self, device_time_s: float, acc_m_s2: FloatArray, gyr_rad_s: FloatArray) -> list[tuple[str, bytes]]:
        """Return n samples as their notifications, each with its characteristic.

        Parameters
        ----------
        device_time_s : float
            Device clock at the first sample [s]; it wraps as the real one does.
        acc_m_s2, gyr_rad_s : ndarray, shape (n, 3)
            Specific force [m/s^2] and angular velocity [rad/s]; beyond the range they saturate. Without a gyroscope in
            the stream the second is ignored. What else a packet carries is sent as zeros.

        Raises
        ------
        LocalProtocolError
            Not (n, 3) with n > 0, the two differ in length, or a value is not finite.
        """
        acc, gyr = np.asarray(acc_m_s2, dtype=np.float64), np.asarray(gyr_rad_s, dtype=np.float64)
        if acc.ndim != 2 or acc.shape[1] != 3 or len(acc) == 0 or (self._has_gyro and gyr.shape != acc.shape):
            raise LocalProtocolError(f"a packet needs samples of shape (n, 3), not {acc.shape} and {gyr.shape}")
        values = {"acc": acc, **({"gyr": gyr} if self._has_gyro else {})}
        if not all(np.all(np.isfinite(value)) for value in values.values()):
            raise LocalProtocolError("a sensor cannot send a value that is not finite")
        return [frame for packet in self._packets for frame in packet.encode(device_time_s, values)]

    def reset(self) -> None:
        """The device starts anew: its sequence numbers are 0 again."""
        for packet in self._packets:
            packet.sequence = 0


class _PacketEncoder:
    """One kind of packet."""

    def __init__(self, layout: PacketLayout, settings: Mapping[str, float]) -> None:
        codec = codec_named(layout.codec)
        self._layout = layout
        self._rate_hz = settings["rate_hz"]
        self._format = codec.format(layout, settings)
        self._framing = codec.framing()
        self.sequence = 0

    def encode(self, device_time_s: float, values: Mapping[str, FloatArray]) -> list[tuple[str, bytes]]:
        """The notifications of one packet."""
        count = len(values["acc"])
        packet = self._format.write(self._header(device_time_s, count), values)
        self.sequence += count if self._layout.sequence_counts == "samples" else 1
        return [(self._layout.characteristic, frame) for frame in self._framing.frames(packet)]

    def _header(self, device_time_s: float, count: int) -> dict[str, int]:
        header = {}
        if self._layout.sequence_counts is not None:
            bits = next(int(item.type[1:]) for item in self._layout.header if item.name == "sequence")
            header["sequence"] = self.sequence % (1 << bits)
        if has_clock(self._layout):
            timestamp = self._layout.timestamp
            meant_s = device_time_s
            if timestamp.meaning == "last_sample":
                meant_s += (count - 1) / self._rate_hz
            # A counter shows the last whole tick; the small part is against 0.999999 of a tick from the division.
            header["device_time"] = int(meant_s / timestamp.tick_s + 1e-6) % (1 << timestamp.bits)
        return header
