"""The page `docs/add-a-sensor.md`, done by the letter: its snippets are the profile, its commands are run.

The sensor of the page is invented; its virtual twin is made of the page's own profile.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from gaitpipe import cli
from gaitpipe.protocol.profile import Profile, parse_profile
from gaitpipe.recording.decode import read_recording
from module_beside import module_beside

REPOSITORY = Path(__file__).resolve().parents[2]
PAGE = (REPOSITORY / "docs" / "add-a-sensor.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+(?: \w+)?)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
PROFILE_TEXT = "\n".join(text for kind, text in BLOCKS if kind == "toml")
COMMANDS = [line for kind, text in BLOCKS if kind == "sh" for line in text.splitlines()]
BY_RADIO = [line for line in COMMANDS if line.startswith(("gaitpipe profiles try", "gaitpipe record"))]
WAIT_S = 90.0


def block(kind: str) -> str:
    (found,) = [text for name, text in BLOCKS if name == kind]
    return found


def page_profile() -> Profile:
    return parse_profile(PROFILE_TEXT, "the page")


def test_every_command_of_the_page_is_one_that_a_test_runs():
    assert len(COMMANDS) == 5
    assert len(BY_RADIO) == 2
    assert all(line.startswith("gaitpipe ") for line in COMMANDS)


def test_new_then_the_edits_then_check_and_decode_give_what_the_page_shows(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    outputs = []
    for command in COMMANDS:
        if command in BY_RADIO:
            continue
        assert cli.run(shlex.split(command)[1:]) == 0, capsys.readouterr().err
        outputs.append(capsys.readouterr())
        if " profiles new " in command:
            begun = (tmp_path / "kestrel_km2.toml").read_text("utf-8")
            assert parse_profile(begun, "begun").name == page_profile().name
            (tmp_path / "kestrel_km2.toml").write_text(PROFILE_TEXT, "utf-8")
    _, checked, decoded = outputs
    assert checked.out.startswith("kestrel_km2.toml: ok (kestrel_km2, Kestrel KM-2)")
    assert checked.err == "", "nothing is left to fill in"
    lines = decoded.out.splitlines()
    assert len(lines) == 5
    assert json.loads(lines[0]) == json.loads(block("json"))


def test_table_of_the_datasheet_and_the_profile_name_the_same_things():
    profile = page_profile()
    datasheet = PAGE.split("## 2.")[0]
    for service in profile.services:
        for item in (service, *service.characteristics):
            assert item.uuid in datasheet or item.uuid[4:8] in datasheet
    settings = {"rate_hz": 100}
    (start,) = profile.start_commands(profile.resolve_settings(settings))
    assert start.payload == bytes.fromhex("A1 02")
    assert profile.required_mtu(profile.resolve_settings()) == 3 + 7 + 5 * 12


def test_package_of_the_page_brings_its_profile(tmp_path):
    """Builds the wheel as the page says, and asks a fresh program that has it on its path."""
    if importlib.util.find_spec("hatchling") is None:
        pytest.skip("hatchling is not installed: the wheel cannot be built here")
    source = tmp_path / "source"
    (source / "kestrel_profiles").mkdir(parents=True)
    (source / "pyproject.toml").write_text(block("toml package"), "utf-8")
    (source / "kestrel_profiles" / "__init__.py").write_text("")
    (source / "kestrel_profiles" / "kestrel_km2.toml").write_text(PROFILE_TEXT, "utf-8")
    build = "import sys, hatchling.build; hatchling.build.build_wheel(sys.argv[1])"
    subprocess.run([sys.executable, "-c", build, str(tmp_path)], cwd=source, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    path = os.pathsep.join([str(tmp_path / "site"), str(REPOSITORY), os.environ.get("PYTHONPATH", "")])
    listed = subprocess.run(
        [sys.executable, "-m", "gaitpipe", "profiles", "list"],
        env={**os.environ, "PYTHONPATH": path, "GAITPIPE_PROFILES": ""},
        capture_output=True, text=True, check=True, timeout=WAIT_S,
    )  # fmt: skip
    (line,) = [line for line in listed.stdout.splitlines() if line.startswith("kestrel_km2")]
    assert "(plug-in kestrel)" in line


@contextlib.asynccontextmanager
async def air(address: str, virtual_time: Any) -> AsyncIterator[None]:
    """A virtual KM-2 behind bleak's own BlueZ backend, in virtual time: it stands for 20 s, then runs."""
    from gaitpipe.app.simulate import runner_for
    from gaitpipe.simulate.peripheral import VirtualSensor
    from gaitpipe.simulate.radio import VirtualRadio
    from gaitpipe.simulate.runner import RunnerConfig, Segment, simulate

    fake, profile = module_beside(__file__, "../ble/fake_bluez"), page_profile()
    settings = profile.resolve_settings()
    course = RunnerConfig((Segment("stand", 20.0), Segment("run", 60.0, 3.0)))
    stream = simulate(runner_for(course, settings)).sensors["left"]
    with module_beside(__file__, "../ble/bus_witness").BusWitness(address) as witness, virtual_time(witness.settle):
        async with VirtualRadio() as radio:
            await radio.add_sensor(VirtualSensor(profile, settings, stream))
            bluez = fake.FakeBluez(address, radio)
            await bluez.start()
            try:
                yield
            finally:
                await bluez.stop()
                await fake.forget_bluez_manager()


@pytest.fixture
def commands_in_the_air(tmp_path_factory, virtual_time, monkeypatch) -> Iterator[None]:
    """What a command does with Bluetooth happens beside the virtual sensor, in the command's own event loop."""
    real = asyncio.run

    def run(command: Any) -> Any:
        async def inside() -> Any:
            async with air(address, virtual_time):
                return await command

        return real(inside())

    with module_beside(__file__, "../ble/fake_bluez").dbus_daemon(tmp_path_factory.mktemp("bus")) as address:
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
        monkeypatch.setattr(asyncio, "run", run)
        yield


def verdicts(text: str) -> list[tuple[str, str]]:
    return re.findall(r"^(ok|look|wrong) +(\w+) ", text, re.MULTILINE)


@pytest.mark.bluez
@pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("dbus-daemon") is None, reason="needs Linux and dbus-daemon"
)
@pytest.mark.skipif(importlib.util.find_spec("bumble") is None, reason="virtual sensors need bumble")
def test_try_and_record_as_the_page_says(commands_in_the_air, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "kestrel_km2.toml").write_text(PROFILE_TEXT, "utf-8")
    trying, recording = BY_RADIO
    assert cli.run(shlex.split(trying)[1:]) == 0, capsys.readouterr()
    out = capsys.readouterr().out
    assert verdicts(out) == verdicts(block("text"))
    assert len(verdicts(out)) == 9
    assert cli.run(shlex.split(recording)[1:]) == 0, capsys.readouterr()
    (path,) = (tmp_path / "run1").glob("*.mcap")
    read = read_recording(path)
    samples = sum(len(part) for part in read)
    assert samples > 200 * 9
    assert (read.sensors[0].side, read.sensors[0].rate_hz) == ("left", 200.0)
    assert read.quality["left"].lost_samples == 0
    assert not read.quality["left"].faults
    assert (path.with_suffix("") / "report.html").is_file()
