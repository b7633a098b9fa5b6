"""Samples that are in memory already: a data frame or a mapping of columns, one sensor each."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from gaitpipe.errors import RecordingError
from gaitpipe.importers._samples import recording_of_samples
from gaitpipe.importers._table import NumberTable
from gaitpipe.importers.plain_csv import GYR_COLUMNS, REQUIRED, samples_of
from gaitpipe.model import Placement, Recording, Side


def recording_of_columns(columns: Mapping[str, Any], side: Side, placement: Placement) -> Recording:
    """Return the samples of one sensor from columns with the names of the plain CSV file, each (n,).

    Raises
    ------
    RecordingError
        A column is missing, holds no numbers or is of another length; or what `plain_csv` refuses.
    """
    name = f"{side} samples"
    wanted = [*REQUIRED, *(GYR_COLUMNS if any(column in columns for column in GYR_COLUMNS) else ())]
    missing = [column for column in wanted if column not in columns]
    if missing:
        raise RecordingError(name, f"no column {', '.join(missing)}", f"Needed: {', '.join(wanted)}.")
    try:
        found = {column: np.array(columns[column], dtype=np.float64) for column in wanted}
    except (TypeError, ValueError) as error:
        raise RecordingError(name, f"a column holds something that is no number: {error}") from None
    if len({values.shape for values in found.values()}) != 1 or found["time_s"].ndim != 1:
        raise RecordingError(name, "the columns differ in length", "Give one value a sample in each column.")
    digest = hashlib.sha256(b"".join(values.tobytes() for values in found.values())).hexdigest()
    samples = samples_of(NumberTable(found, (), None, digest))
    recording = recording_of_samples(samples, Path(name), side, placement, [])
    recording.input_sha256 = digest
    return recording
