"""CSV: the samples of each foot as a plain CSV file, and `strides.csv`, `events.csv` and `sensors.json` beside them.

Samples are written with as many digits as bring back the very same numbers (Python's `repr` of a float64): the importer
`plain_csv` reads them back bit for bit. A lost sample is a row that is not there; the times say so. Without a gyroscope
its three columns are left out. That a sample stood at the end of the range is not in the file: the reader infers it.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from gaitpipe.exporters.cells import table_text
from gaitpipe.exporters.formats._contract import Exporter, ExportOutcome, ExportSession
from gaitpipe.exporters.formats._facts import EVENT_COLUMNS, event_rows, sensor_facts, session_facts
from gaitpipe.exporters.strides_csv import strides_csv_text
from gaitpipe.model import SIDES, SampleBlock, SensorInfo, Side

ACC_COLUMNS = ("acc_x_m_s2", "acc_y_m_s2", "acc_z_m_s2")
GYR_COLUMNS = ("gyr_x_rad_s", "gyr_y_rad_s", "gyr_z_rad_s")


def sample_header(info: SensorInfo) -> str:
    """The first line of a file of samples."""
    return ",".join(("time_s", *ACC_COLUMNS, *(GYR_COLUMNS if info.has_gyro else ()))) + "\n"


def sample_lines(block: SampleBlock, has_gyro: bool) -> str:
    """The rows of a block, one line each."""
    parts = [block.time_s[:, None], block.acc_m_s2, *([block.gyr_rad_s] if has_gyro else [])]
    rows: list[list[float]] = np.hstack(parts).tolist()
    return "".join(",".join(map(repr, row)) + "\n" for row in rows)


class CsvWriter:
    """See the top of this module."""

    def __init__(self, session: ExportSession, folder: Path) -> None:
        self._session, self._folder = session, folder
        self._files: dict[Side, TextIO] = {}
        for info in session.sensors:
            file = (folder / f"{info.side}.csv").open("w", encoding="utf-8", newline="\n")
            self._files[info.side] = file
            file.write(sample_header(info))

    def samples(self, block: SampleBlock) -> None:
        self._files[block.side].write(sample_lines(block, self._session.sensor(block.side).has_gyro))

    def finish(self, outcome: ExportOutcome) -> None:
        for file in self._files.values():
            file.close()
        _write(self._folder / "strides.csv", strides_csv_text(outcome.result.strides))
        _write(self._folder / "events.csv", table_text(EVENT_COLUMNS, event_rows(outcome.events)))
        content: dict[str, Any] = session_facts(self._session)
        content["sensors"] = {info.side: sensor_facts(info, outcome.quality) for info in self._session.sensors}
        _write(self._folder / "sensors.json", json.dumps(content, indent=2, allow_nan=False) + "\n")

    def close(self) -> None:
        for file in self._files.values():
            with suppress(OSError):
                file.close()


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


EXPORTER = Exporter(
    name="csv",
    description="Samples a foot as plain CSV, with strides, events and what is known of the sensors",
    files_text="`left.csv`, `right.csv`, `strides.csv`, `events.csv`, `sensors.json`",
    readers="read back by the importer `plain_csv`: the same samples, bit for bit",
    open=lambda session, folder, _target: CsvWriter(session, folder),
    files=lambda _session: (*(f"{side}.csv" for side in SIDES), "strides.csv", "events.csv", "sensors.json"),
)
