"""Imports point down only: the rules of the layers, and proof that their checker sees a broken one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

PARTS = {"errors", "model", "evidence", "core", "protocol", "gait", "metrics", "session", "recording", "importers"} | {
    "exporters", "sources", "simulate", "report", "profile_store", "app", "cli", "rehab", "batch",
}  # fmt: skip


def test_no_module_breaks_a_rule(layers: Any, package: Path) -> None:
    faults = layers.package_faults(package)
    assert not faults, "\n".join(faults)


def test_the_checker_really_reads_the_package(layers: Any, package: Path) -> None:
    """An empty list of faults means something only if the imports were seen."""
    source = (package / "session.py").read_text("utf-8")
    names = {name for name, _ in layers.imported(layers.ast.parse(source), "session.py")}
    assert {"gaitpipe.core.detector.Detector", "gaitpipe.metrics", "numpy"} <= names
    assert len(list(package.rglob("*.py"))) > 50


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("core/kernel.py", "from gaitpipe.protocol.decoder import Decoder"),
        ("protocol/decoder.py", "import gaitpipe.core.kernel"),
        ("protocol/codecs/split.py", "from ...core import kernel"),
        ("gait/strides.py", "from gaitpipe.session import Session"),
        ("model.py", "from gaitpipe.core import state"),
        ("metrics/cadence.py", "def f():\n    from gaitpipe.report import svg"),
        ("report/html.py", "from gaitpipe.recording.reader import read"),
        ("recording/reader.py", "from gaitpipe.importers import find_importer"),
        ("exporters/csv.py", "from gaitpipe import simulate"),
        ("sources/ble.py", "from gaitpipe.recording.writer import RecordingWriter"),
        ("simulate/runner.py", "from gaitpipe.app.demo import demo"),
        ("profile_store.py", "from gaitpipe.recording import reader"),
        ("batch/run.py", "from gaitpipe.app.batch import run_batch"),
        ("batch/finding.py", "from gaitpipe.importers import find_importer"),
        ("core/state.py", "import time"),
        ("session.py", "from datetime import datetime"),
        ("protocol/timebase.py", "import logging"),
        ("gait/strides.py", "import asyncio.events"),
        ("errors.py", "from pathlib import Path"),
        ("app/record.py", "from bleak import BleakClient"),
        ("sources/replay.py", "import bleak"),
        ("gait/quality.py", "print('here')"),
        ("app/demo.py", "def f():\n    print('here')"),
        ("gait/sine_model.py", "from gaitpipe.rehab.load import step_of"),
        ("metrics/cadence.py", "import gaitpipe.rehab.load"),
        ("rehab/decide.py", "import time"),
        ("rehab/decide.py", "import datetime\nday = datetime.date.today()"),
        ("rehab/decide.py", "from datetime import date\nask = date.today"),
        ("helpers/misc.py", "x = 1"),
    ],
)
def test_a_planted_violation_is_caught(layers: Any, file: str, line: str) -> None:
    assert len(layers.faults_of(f"from __future__ import annotations\n{line}\n", file, PARTS)) == 1


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("core/detector.py", "from gaitpipe.core.kernel import advance\nfrom gaitpipe.model import SampleBlock"),
        ("session.py", "import gaitpipe.metrics\nfrom gaitpipe.gait.table import StrideTable"),
        ("sources/replay.py", "from gaitpipe.recording.reader import read\nimport time"),
        ("importers/mcap.py", "from gaitpipe.recording.decode import read_recording"),
        ("sources/ble_scan.py", "import bleak"),
        ("simulate/bleak_backend.py", "from bleak.backends.client import BaseBleakClient"),
        ("report/html.py", "from gaitpipe import __version__"),
        ("cli.py", "from gaitpipe.app.analyze import analyze\nprint('done')"),
        ("metrics/cadence.py", "from gaitpipe.gait.table import StrideTable"),
        ("rehab/decide.py", "from datetime import date, timedelta"),
        ("rehab/decide.py", "speed_m_s = compared.today.speed_m_s"),
        ("rehab/load.py", "from gaitpipe.gait import sine_model"),
    ],
)
def test_what_is_allowed_passes(layers: Any, file: str, line: str) -> None:
    assert layers.faults_of(line, file, PARTS) == []
