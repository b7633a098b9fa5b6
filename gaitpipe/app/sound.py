"""Where the sounds of a cue go: a sound device, a player of the system, or the terminal's bell.

Rules
  1. `play` never blocks and never raises: sounds are for later, other threads or processes make them heard.
  2. The first way that works is taken: the library `sounddevice`; a player that reads samples (`paplay`, `aplay`); a
     player of files (`afplay`, Windows' own); the bell, which has no pitch: once for low, twice for high; nothing.
  3. A way that stops working later says so once in `problem`; the recording goes on without sound.
"""

from __future__ import annotations

import contextlib
import importlib
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from gaitpipe.app.tones import RATE_HZ, SOUNDS, Mixer, as_pcm, as_wav
from gaitpipe.gait.cues.words import SoundName

BLOCK_S = 0.02
LEAD_S = 0.08
"""A player of samples gets them so much ahead: less, and it runs dry; more, and every sound comes later."""
STARTS_S = 0.3
ADVICE = 'For tones: python -m pip install -e ".[sound]", or a player of the system (paplay or aplay).'
STREAM_PLAYERS: tuple[tuple[str, ...], ...] = (
    ("paplay", "--raw", "--format=s16le", f"--rate={RATE_HZ}", "--channels=1", "--latency-msec=60"),
    ("aplay", "-q", "-t", "raw", "-f", "S16_LE", "-r", str(RATE_HZ), "-c", "1", "--buffer-time=100000", "-"),
)


class SoundOutput(Protocol):
    """A way to be heard. `name` is for people; `problem` says why it went silent, empty while all is well."""

    name: str
    problem: str

    def play(self, name: SoundName, delay_s: float = 0.0) -> None:
        """Let a sound be heard after a delay."""

    def close(self) -> None:
        """Let go of the device; what still waits is not heard."""


class Silent:
    """No sound at all."""

    name = "none"
    problem = ""

    def play(self, name: SoundName, delay_s: float = 0.0) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""


class DeviceOutput:
    """The default sound device, through PortAudio.

    Raises
    ------
    Exception
        Of the library: there is no device, or it cannot be opened.
    """

    def __init__(self, library: Any) -> None:
        self.name, self.problem = "sound device", ""
        self._mixer = Mixer()

        def fill(out: Any, frames: int, _time: Any, _status: Any) -> None:
            out[:, 0] = self._mixer.render(frames, time.monotonic())

        self._stream = library.OutputStream(samplerate=RATE_HZ, channels=1, dtype="float32", callback=fill)
        self._stream.start()

    def play(self, name: SoundName, delay_s: float = 0.0) -> None:
        """Let a sound be heard after a delay."""
        self._mixer.play(name, time.monotonic() + delay_s)

    def close(self) -> None:
        """Let go of the device."""
        with contextlib.suppress(Exception):
            self._stream.close()


class PipeOutput:
    """A player that reads samples from its standard input, fed by a thread at the pace of the samples.

    Raises
    ------
    OSError
        The player does not start, or ends at once: it has no device.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self.name, self.problem = Path(command[0]).name, ""
        self._mixer, self._ended = Mixer(), threading.Event()
        quiet = subprocess.DEVNULL
        self._player = subprocess.Popen(  # noqa: S603 (a fixed command, found on the user's own path)
            list(command), stdin=subprocess.PIPE, stdout=quiet, stderr=quiet, bufsize=0
        )
        self._thread = threading.Thread(target=self._feed, name="cue sound", daemon=True)
        self._thread.start()
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = self._player.wait(STARTS_S)
            self.close()
            raise OSError(f"{self.name} ended with {code}")

    def play(self, name: SoundName, delay_s: float = 0.0) -> None:
        """Let a sound be heard after a delay."""
        self._mixer.play(name, time.monotonic() + delay_s)

    def close(self) -> None:
        """End the player and the thread."""
        self._ended.set()
        self._player.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._player.wait(1.0)
        self._thread.join(1.0)
        if self._player.stdin is not None:
            with contextlib.suppress(OSError):
                self._player.stdin.close()

    def _feed(self) -> None:
        pipe = self._player.stdin
        begun_s, frames, block = time.monotonic(), 0, round(BLOCK_S * RATE_HZ)
        try:
            while pipe is not None and not self._ended.is_set():
                pipe.write(as_pcm(self._mixer.render(block, time.monotonic())))
                frames += block
                self._ended.wait(max(0.0, begun_s + frames / RATE_HZ - LEAD_S - time.monotonic()))
        except (OSError, ValueError):
            if not self._ended.is_set():
                self.problem = f"the player {self.name} has stopped"


class FileOutput:
    """A player that is started for each sound, with a file; its start takes some hundredths of a second."""

    def __init__(self, name: str, start: Callable[[Path], object]) -> None:
        self.name, self.problem = name, ""
        self._start = start
        self._started: deque[object] = deque(maxlen=8)  # a process that is let go of while it runs is complained of
        self._folder = tempfile.TemporaryDirectory(prefix="gaitpipe-cue-", ignore_cleanup_errors=True)
        self._files: dict[SoundName, Path] = {name: Path(self._folder.name) / f"{name}.wav" for name in SOUNDS}
        for sound, path in self._files.items():
            path.write_bytes(as_wav(SOUNDS[sound]))

    def play(self, name: SoundName, delay_s: float = 0.0) -> None:
        """Let a sound be heard after a delay."""
        _later(delay_s, lambda: self._run(self._files[name]))

    def close(self) -> None:
        """Take the files away."""
        self._folder.cleanup()

    def _run(self, path: Path) -> None:
        try:
            self._started.append(self._start(path))
        except (OSError, RuntimeError) as error:
            self.problem = f"{self.name}: {error}"


class Bell:
    """The terminal's bell: once for a low tone and a beat, twice for a high tone."""

    name, problem = "the terminal's bell", ""

    def play(self, name: SoundName, delay_s: float = 0.0) -> None:
        """Ring after a delay."""
        for k in range(2 if name == "high" else 1):
            _later(delay_s + 0.18 * k, _ring)

    def close(self) -> None:
        """Do nothing: a bell that waits may still ring."""


def _ring() -> None:
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.write("\a")
        sys.stderr.flush()


def _later(delay_s: float, act: Callable[[], None]) -> None:
    timer = threading.Timer(max(0.0, delay_s), act)
    timer.daemon = True
    timer.start()


def open_sound() -> tuple[SoundOutput, str]:
    """Return the best way to be heard on this machine, and what a person should know of it (empty: nothing)."""
    try:
        return DeviceOutput(importlib.import_module("sounddevice")), ""
    except Exception:  # noqa: BLE001, S110 (not installed, no PortAudio, no device: all mean the next way)
        pass
    for command in STREAM_PLAYERS:
        found = shutil.which(command[0])
        if found is not None:
            with contextlib.suppress(OSError):
                return PipeOutput((found, *command[1:])), ""
    player = _file_player()
    if player is not None:
        return player, ""
    if sys.stderr.isatty():
        return Bell(), f"No sound device was found; the terminal's bell is used. {ADVICE}"
    return Silent(), f"No sound device was found: there will be no sound. {ADVICE}"


def _file_player() -> SoundOutput | None:
    if sys.platform == "win32":
        import winsound

        how = winsound.SND_FILENAME | winsound.SND_ASYNC | winsound.SND_NODEFAULT
        return FileOutput("Windows", lambda path: winsound.PlaySound(str(path), how))
    program = shutil.which("afplay")
    if program is None:
        return None

    def start(path: Path) -> object:
        quiet = subprocess.DEVNULL
        return subprocess.Popen([program, str(path)], stdin=quiet, stdout=quiet, stderr=quiet)  # noqa: S603

    return FileOutput("afplay", start)
