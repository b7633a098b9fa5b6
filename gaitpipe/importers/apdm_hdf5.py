"""APDM Opal: HDF5 files of Mobility Lab and Moveo Explorer; several sensors with labels.

Rules:

1. File format 5: `/Sensors/<number>/` with `Time`, `Accelerometer`, `Gyroscope`, and the label in the attribute
   `Label 0` of `Configuration`. Older formats: `/<case>/Time` and `/<case>/Calibrated/Accelerometers`, `Gyroscopes`,
   labels in `MonitorLabelList` beside `CaseIdList`, as attributes or as data of the root.
2. Time is Unix time in microseconds. Acceleration is in m/s^2 and rotation rate in rad/s unless an attribute `Units`
   says otherwise.
3. Side and placement come from the label. A sensor that cannot be read is left out, and said.
4. Links to other files are not followed. What a file says of its size is checked before it is read.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np

from gaitpipe.errors import RecordingError
from gaitpipe.importers._contract import ImportedFile, Importer, ReadOptions, SensorSamples
from gaitpipe.importers._extras import needed
from gaitpipe.importers._labels import placement_of, side_of
from gaitpipe.importers._text import read_bytes
from gaitpipe.importers._units import ACC_FACTORS, GYR_FACTORS, acceleration_factor, rotation_rate_factor, unit_of
from gaitpipe.model import Finding

MAGIC = b"\x89HDF\r\n\x1a\n"
MAX_SENSORS = 64
MAX_ROWS = 100_000_000
MAX_EXPANSION = 200
"""HDF5 packs its data: measurements by 2 to 5. A file that claims more than this times its size is no recording."""
DAMAGED = (
    OSError, RuntimeError, KeyError, ValueError, TypeError, AttributeError, IndexError, OverflowError, MemoryError,
    SystemError, NotImplementedError,
)  # fmt: skip
_ADVICE = "Export the recording again."


def sniff(head: bytes, path: Path) -> bool:
    """True for an HDF5 file with the names of Opal's groups in its beginning."""
    del path
    named = b"Sensors" in head or b"CaseIdList" in head or b"Calibrated" in head
    return head.startswith(MAGIC) and named


def read(path: Path, options: ReadOptions) -> ImportedFile:
    """Read all sensors of a file.

    Raises
    ------
    RecordingError
        It is no such file, or damaged.
    UsageError
        h5py is not installed.
    """
    content = read_bytes(path)
    if not content.startswith(MAGIC):
        raise RecordingError(str(path), "not an HDF5 file", "Give the .h5 file of Mobility Lab or Moveo Explorer.")
    h5py = needed("h5py", "hdf5", "HDF5 files")
    findings: list[Finding] = []
    try:
        with h5py.File(path, "r") as file:
            sensors = _sensors(file, path, options, findings)
    except DAMAGED as error:
        message = f"the HDF5 file is damaged: {str(error)[:150] or type(error).__name__}"
        raise RecordingError(str(path), message, _ADVICE) from None
    if not sensors:
        message = "no sensor of it can be read" if findings else "there are no Opal sensors in it"
        raise RecordingError(str(path), message, "Give a file that Mobility Lab or Moveo Explorer wrote.")
    return ImportedFile(tuple(sensors), hashlib.sha256(content).hexdigest(), tuple(findings))


def _sensors(file: Any, path: Path, options: ReadOptions, findings: list[Finding]) -> list[SensorSamples]:
    found = _newer(file) if "Sensors" in file else _older(file)
    sensors: list[SensorSamples] = []
    for place, label, names in found[:MAX_SENSORS]:
        if not _inside(file, place):
            raise RecordingError(str(path), f"{place} is a link to another file", "Give the file that holds the data.")
        try:
            sensors.append(_sensor(file[place], label, names, path, options, findings))
        except DAMAGED as error:
            message = f"{path.name}: sensor '{label}' cannot be read: {str(error)[:120] or type(error).__name__}."
            findings.append(Finding("sensor_lost", "warning", message, _ADVICE))
    return sensors


def _newer(file: Any) -> list[tuple[str, str, tuple[str, str]]]:
    """Place, label and names of the data of each sensor, in file format 5."""
    out = []
    for number in file["Sensors"]:
        place = f"Sensors/{number}"
        if not _inside(file, place) or "Configuration" not in file[place]:
            continue
        label = _text(file[place]["Configuration"].attrs.get("Label 0", b"")) or str(number)
        out.append((place, label, ("Accelerometer", "Gyroscope")))
    return out


def _older(file: Any) -> list[tuple[str, str, tuple[str, str]]]:
    def listed(name: str) -> list[str]:
        values = file.attrs[name] if name in file.attrs else file[name][:MAX_SENSORS] if name in file else ()
        return [_text(value) for value in np.atleast_1d(np.asarray(values, dtype=object)).ravel()[:MAX_SENSORS]]

    cases, labels = listed("CaseIdList"), listed("MonitorLabelList")
    labels += cases[len(labels) :]
    names = ("Calibrated/Accelerometers", "Calibrated/Gyroscopes")
    return [(case, label or case, names) for case, label in zip(cases, labels, strict=False) if case in file]


def _inside(file: Any, place: str) -> bool:
    """Whether no part of a place is a link out of the file."""
    parts = place.split("/")
    links = [file.get("/".join(parts[: number + 1]), getlink=True) for number in range(len(parts))]
    return not any(hasattr(link, "filename") for link in links)


def _sensor(
    group: Any, label: str, names: tuple[str, str], path: Path, options: ReadOptions, findings: list[Finding]
) -> SensorSamples:
    size = path.stat().st_size
    time_us = _array(group, "Time", size)
    acc = _array(group, names[0], size, 3)
    gyr = _array(group, names[1], size, 3) if names[1] in group else None
    lengths = {len(time_us), len(acc), len(acc if gyr is None else gyr)}
    if len(lengths) > 1:
        text = f"its arrays have different lengths: {sorted(lengths)}"
        raise ValueError(text)
    first_us = int(time_us[0]) if len(time_us) else 0
    ticks = time_us.astype(np.int64) - first_us if time_us.dtype.kind in "iu" else time_us - first_us
    acc_unit = unit_of(_units(group[names[0]]), ACC_FACTORS) or "m/s2"
    acc_m_s2 = acc.astype(np.float64) * acceleration_factor(acc_unit, options, path, findings)
    gyr_rad_s = None
    if gyr is not None:
        gyr_unit = unit_of(_units(group[names[1]]), GYR_FACTORS) or "rad/s"
        gyr_rad_s = gyr.astype(np.float64) * rotation_rate_factor(gyr_unit, options, path, findings)
    return SensorSamples(
        label,
        np.asarray(ticks * 1e-6, dtype=np.float64),
        acc_m_s2,
        gyr_rad_s,
        side=side_of(label),
        placement=placement_of(label),
        clock_origin_s=first_us * 1e-6 if 1e14 < first_us < 1e16 else None,
    )


def _array(group: Any, name: str, size: int, width: int = 0) -> Any:
    """A data set, read after its shape, its kind and its place were checked: (n,) or, with a width, (n, 3)."""
    if not _inside(group, name):
        text = f"{name} is a link to another file"
        raise ValueError(text)
    data = group[name]
    shape = tuple(data.shape)
    if data.external or data.is_virtual:
        text = f"{name} lies in another file"
        raise ValueError(text)
    if data.dtype.kind not in "iuf":
        text = f"{name} does not hold numbers"
        raise ValueError(text)
    if len(shape) != (2 if width else 1) or (width and width not in shape):
        text = f"{name} has the shape {shape}"
        raise ValueError(text)
    if max(shape) > MAX_ROWS or data.nbytes > MAX_EXPANSION * size + 2**20:
        text = f"{name} claims {max(shape)} rows, too many for a file of {size} bytes"
        raise ValueError(text)
    values = data[()]
    return values.T if width and shape[1] != width else values


def _units(data: Any) -> str:
    return _text(data.attrs.get("Units", b""))


def _text(value: Any) -> str:
    if isinstance(value, np.ndarray):
        value = value.ravel()[0] if value.size else b""
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    return text.replace("\0", " ").strip()[:100]


IMPORTER = Importer(
    name="apdm_hdf5",
    extensions=(".h5", ".hdf5"),
    description="HDF5 files of APDM Opal sensors (Mobility Lab, Moveo Explorer)",
    sniff=sniff,
    read=read,
    layout="code",
    layout_source="public programs that read file formats 2 to 5; units from memory, checked against gravity",
    tested_against="synthetic files of the older and the newer layout",
)
