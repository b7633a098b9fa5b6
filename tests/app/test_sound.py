"""The sounds of a cue: what they are, that beats keep time on a stream, and that a missing device costs nothing."""

from __future__ import annotations

import subprocess
import sys
import threading
import types
import wave

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaitpipe.app import sound as sound_module
from gaitpipe.app.sound import Bell, DeviceOutput, FileOutput, PipeOutput, Silent, open_sound
from gaitpipe.app.tones import RATE_HZ, SHAPES, SOUNDS, Mixer, as_pcm, as_wav, tone

WAIT_S = 20.0


@pytest.mark.parametrize("name", SOUNDS)
def test_a_sound_has_its_pitch_and_starts_and_ends_without_a_crack(name):
    samples, (pitch_hz, seconds) = SOUNDS[name], SHAPES[name]
    assert len(samples) == round(seconds * RATE_HZ)
    padded = np.pad(samples, (0, RATE_HZ - len(samples)))
    assert np.argmax(np.abs(np.fft.rfft(padded))) == pytest.approx(pitch_hz, rel=0.02)
    assert abs(samples[0]) < 1e-6
    assert abs(samples[-1]) < 0.01
    steepest = 0.65 * 2 * np.pi * pitch_hz / RATE_HZ  # a sine of its loudness, and a little for the fading
    assert np.abs(np.diff(np.pad(samples, 1))).max() < steepest
    assert np.abs(samples).max() <= 0.6


def test_low_and_high_differ_by_more_than_an_octave():
    assert SHAPES["high"][0] / SHAPES["low"][0] > 2.0


def starts_of(stream: np.ndarray) -> np.ndarray:
    """Frames at which a sound begins: the first of each stretch that is not silent."""
    loud = np.flatnonzero(np.abs(stream) > 1e-4)
    return loud[np.concatenate([[True], np.diff(loud) > 200])]


@given(st.lists(st.integers(1, 4000), min_size=1, max_size=40), st.lists(st.floats(0.0, 1.5), min_size=1, max_size=4))
def test_the_stream_does_not_depend_on_its_blocks(blocks, times_s):
    def stream(sizes):
        mixer, frame, parts = Mixer(), 0, []
        mixer.render(0, 0.0)
        for time_s in times_s:
            mixer.play("low", time_s)
        for size in sizes:
            parts.append(mixer.render(size, frame / RATE_HZ))
            frame += size
        return np.concatenate(parts)

    assert np.array_equal(stream(blocks), stream([sum(blocks)]))


def test_beats_keep_time_to_the_sample_although_blocks_are_asked_for_late():
    mixer, draw, parts, frame, beat = Mixer(), np.random.default_rng(4), [], 0, 0
    while frame < 10 * RATE_HZ:
        now_s = frame / RATE_HZ + draw.uniform(0.0, 0.03)  # never early
        while beat * 0.35 < now_s + 0.6:
            mixer.play("click", 100.0 + beat * 0.35)
            beat += 1
        parts.append(mixer.render(882, 100.0 + now_s))
        frame += 882
    gaps = np.diff(starts_of(np.concatenate(parts)))
    assert len(gaps) > 20
    assert sum(abs(gap - 0.35 * RATE_HZ) > 1.0 for gap in gaps) <= 1  # once it may be set anew


def test_after_a_pause_of_the_stream_sounds_come_at_their_new_time():
    mixer = Mixer()
    mixer.render(4410, 10.0)
    mixer.render(4410, 60.0)  # the machine slept
    mixer.play("click", 60.2)
    found = starts_of(mixer.render(RATE_HZ, 60.1))
    assert found[0] == pytest.approx(0.1 * RATE_HZ, abs=20)


def test_a_wav_file_of_a_sound_is_one(tmp_path):
    path = tmp_path / "low.wav"
    path.write_bytes(as_wav(SOUNDS["low"]))
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE_HZ, 1, 2)
        assert file.readframes(file.getnframes()) == as_pcm(SOUNDS["low"])


def test_too_loud_is_clipped_and_not_wrapped():
    assert np.frombuffer(as_pcm(np.array([2.0, -2.0], np.float32)), "<i2").tolist() == [32767, -32767]


PLAYER = """
import sys
with open(sys.argv[1], 'wb') as file:
    while chunk := sys.stdin.buffer.raw.read(4096):
        file.write(chunk)
        file.flush()
        if file.tell() > int(sys.argv[2]):
            break
"""


def test_a_player_of_samples_gets_the_sounds_in_real_pace(tmp_path):
    heard = tmp_path / "heard.raw"
    output = PipeOutput((sys.executable, "-c", PLAYER, str(heard), str(2 * RATE_HZ)))  # takes one second
    output.play("high", 0.1)
    output.play("high", 0.6)
    assert output._player.wait(WAIT_S) == 0
    output.close()
    stream = np.frombuffer(heard.read_bytes()[: 2 * RATE_HZ], "<i2") / 32767.0
    found = starts_of(stream)
    assert len(found) == 2
    assert (found[1] - found[0]) / RATE_HZ == pytest.approx(0.5, abs=0.001)


def test_a_player_that_ends_during_the_run_is_told_once_and_does_not_raise(tmp_path):
    output = PipeOutput((sys.executable, "-c", PLAYER, str(tmp_path / "heard.raw"), str(RATE_HZ)))
    output._player.wait(WAIT_S)
    output._thread.join(WAIT_S)
    assert "has stopped" in output.problem
    output.play("low")
    output.close()


def test_a_player_without_a_device_is_refused_at_once():
    with pytest.raises(OSError, match="ended with 3"):
        PipeOutput((sys.executable, "-c", "import sys; sys.exit(3)"))


def test_a_player_of_files_is_started_for_each_sound():
    played, done = [], threading.Event()

    def start(path):
        played.append(path.read_bytes())
        if len(played) == 2:
            done.set()

    output = FileOutput("player", start)
    output.play("low")
    output.play("high", 0.05)
    assert done.wait(WAIT_S)
    output.close()
    assert set(played) == {as_wav(SOUNDS["low"]), as_wav(SOUNDS["high"])}


def test_a_player_of_files_that_fails_is_told():
    failed = threading.Event()

    def start(_path):
        failed.set()
        raise OSError("gone")

    output = FileOutput("player", start)
    output.play("low")
    assert failed.wait(WAIT_S)
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer):
            thread.join(WAIT_S)
    output.close()
    assert output.problem == "player: gone"


class Library:
    """A stand-in for the library `sounddevice`."""

    def __init__(self, works: bool = True) -> None:
        self.works = works
        self.streams: list[types.SimpleNamespace] = []

    def OutputStream(self, **options):  # noqa: N802 (the library's name)
        if not self.works:
            raise RuntimeError("Error querying device -1")
        stream = types.SimpleNamespace(options=options, start=lambda: None, close=lambda: None)
        self.streams.append(stream)
        return stream


def test_the_sound_device_is_filled_from_the_mixer():
    library = Library()
    output = DeviceOutput(library)
    fill, out = library.streams[0].options["callback"], np.ones((4410, 1), np.float32)
    output.play("low")
    fill(out, 4410, None, None)
    output.close()
    assert np.allclose(out[:, 0], SOUNDS["low"][:4410], atol=1e-6)


@pytest.mark.parametrize("library", [None, Library(works=False)], ids=["not installed", "no device"])
@pytest.mark.parametrize(("terminal", "kind", "words"), [(True, Bell, "bell"), (False, Silent, "no sound")])
def test_without_a_device_or_player_there_is_the_bell_or_nothing_and_it_is_said(
    monkeypatch, library, terminal, kind, words
):
    def load(name):
        if library is None:
            raise ImportError(name)
        return library

    monkeypatch.setattr(sound_module.importlib, "import_module", load)
    monkeypatch.setattr(sound_module.shutil, "which", lambda _program: None)
    monkeypatch.setattr(sound_module.sys, "platform", "linux")
    monkeypatch.setattr(sound_module.sys.stderr, "isatty", lambda: terminal, raising=False)
    output, note = open_sound()
    assert isinstance(output, kind)
    assert words in note
    assert "[sound]" in note


def test_a_player_that_does_not_start_gives_way_to_the_next(monkeypatch, tmp_path):
    monkeypatch.setattr(sound_module.importlib, "import_module", lambda _name: Library(works=False))
    monkeypatch.setattr(sound_module.shutil, "which", lambda program: str(tmp_path / program))
    real = subprocess.Popen

    def start(command, **options):
        broken = command[0].endswith("paplay")
        code = "import sys; sys.exit(1)" if broken else "import sys; sys.stdin.buffer.read()"
        return real([sys.executable, "-c", code], **options)

    monkeypatch.setattr(sound_module.subprocess, "Popen", start)
    output, note = open_sound()
    assert (output.name, note) == ("aplay", "")
    output.close()


def test_the_bell_rings_twice_for_high(monkeypatch):
    rung, done = [], threading.Event()

    def ring():
        rung.append("\a")
        if len(rung) == 3:
            done.set()

    monkeypatch.setattr(sound_module, "_ring", ring)
    Bell().play("low")
    Bell().play("high")
    assert done.wait(WAIT_S)


def test_a_tone_of_no_length_is_empty():
    assert tone(440.0, 0.0).shape == (0,)
