"""The sounds of a cue, and a mixer that lays them on an endless stream of samples.

Low is for below the band, high for above, a click for a beat of the metronome: pitch and length tell them apart. Each
sound rises and falls smoothly, so that it does not crack.

The mixer counts frames. Where a frame lies in the host's time is taken from when blocks are asked for, and held until
that is wrong by `EARLY_S` or `LATE_S`: single calls come when they like, and a beat must not move with them. Beats a
second apart are therefore a second apart on the stream, to the sample, but where it is set anew: a device clock 50 ppm
fast needs that every seven minutes.
"""

from __future__ import annotations

import io
import threading
import wave

import numpy as np
from numpy.typing import NDArray

from gaitpipe.gait.cues.words import SoundName

RATE_HZ = 44_100
FADE_S = 0.008
LOUDNESS = 0.6
EARLY_S = 0.02
LATE_S = 0.2
"""Blocks that come this much later than their frames say mean that the stream stood still."""
SHAPES: dict[SoundName, tuple[float, float]] = {"low": (330.0, 0.20), "high": (990.0, 0.20), "click": (1760.0, 0.035)}
"""Pitch [Hz] and length [s]."""

Samples = NDArray[np.float32]


def tone(pitch_hz: float, seconds: float) -> Samples:
    """A sine that fades in and out (raised cosine), shape (n,), at `RATE_HZ`, between -1 and 1."""
    time_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    edge_s = np.minimum(time_s, seconds - time_s)
    envelope = 0.5 - 0.5 * np.cos(np.pi * np.clip(edge_s / FADE_S, 0.0, 1.0))
    return (LOUDNESS * envelope * np.sin(2 * np.pi * pitch_hz * time_s)).astype(np.float32)


SOUNDS: dict[SoundName, Samples] = {name: tone(*shape) for name, shape in SHAPES.items()}


def as_pcm(samples: Samples) -> bytes:
    """Samples as 16-bit integers, little-endian."""
    return np.asarray(np.clip(samples, -1.0, 1.0) * 32767.0).astype("<i2").tobytes()


def as_wav(samples: Samples) -> bytes:
    """Samples as a WAV file of one channel."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(as_pcm(samples))
    return buffer.getvalue()


class Mixer:
    """Sounds at their frames of a stream; `play` and `render` may be called from different threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._frame = 0
        self._zero_s: float | None = None
        self._waiting: list[tuple[int, Samples]] = []

    def play(self, name: SoundName, host_s: float) -> None:
        """Let a sound start at a time of the host's clock; at once when that has gone by."""
        with self._lock:
            zero_s = host_s if self._zero_s is None else self._zero_s
            start = max(self._frame, round((host_s - zero_s) * RATE_HZ))
            self._waiting.append((start, SOUNDS[name]))

    def render(self, frames: int, host_s: float) -> Samples:
        """The next samples of the stream, shape (frames,); `host_s` is when they were asked for."""
        out = np.zeros(frames, np.float32)
        with self._lock:
            zero_s = host_s - self._frame / RATE_HZ
            if self._zero_s is None or zero_s < self._zero_s - EARLY_S or zero_s > self._zero_s + LATE_S:
                self._zero_s = zero_s
            end = self._frame + frames
            for start, samples in self._waiting:
                first, last = max(start, self._frame), min(start + len(samples), end)
                if first < last:
                    out[first - self._frame : last - self._frame] += samples[first - start : last - start]
            self._waiting = [one for one in self._waiting if one[0] + len(one[1]) > end]
            self._frame = end
        return np.clip(out, -1.0, 1.0)
