"""JSON schemas of the messages in a decoded MCAP file (draft 2020-12), as its readers look them up."""

from __future__ import annotations

from typing import Any

from gaitpipe.model import STRIDE_COLUMNS, STRIDE_DTYPE, STRIDE_TEXT_COLUMNS

_NUMBER = {"type": "number"}
_VECTOR = {
    "type": "object",
    "properties": {"x": _NUMBER, "y": _NUMBER, "z": _NUMBER},
    "required": ["x", "y", "z"],
    "additionalProperties": False,
}


def imu_schema(has_gyro: bool) -> dict[str, Any]:
    """One sample: `acc_m_s2` and, if there is a gyroscope, `gyr_rad_s`, each with x, y and z in the sensor's axes."""
    properties: dict[str, Any] = {
        "time_s": _NUMBER | {"description": "session time"},
        "sample": {"type": "integer", "description": "counts lost samples too"},
        "acc_m_s2": _VECTOR | {"description": "specific force in sensor axes, +g up at rest"},
    }
    if has_gyro:
        properties["gyr_rad_s"] = _VECTOR | {"description": "rotation rate in sensor axes"}
    required = list(properties)
    flags = {name: {"type": "boolean"} for name in ("acc_clipped", "gyr_clipped", "gap_before")}
    return _object("gaitpipe.ImuSample", properties | flags, required)


def stride_schema() -> dict[str, Any]:
    """One stride: the columns of `strides.csv`; what was not computed is left out."""
    properties = {
        name: {"type": "string" if name in STRIDE_TEXT_COLUMNS else "integer"}
        if name in STRIDE_TEXT_COLUMNS or STRIDE_DTYPE[name].kind == "i"
        else _NUMBER
        for name in STRIDE_COLUMNS
    }
    return _object("gaitpipe.Stride", properties, ["side", "stride", "mode", "quality"])


def event_schema() -> dict[str, Any]:
    """One event of the recording."""
    words = {name: {"type": "string"} for name in ("kind", "source", "text")}
    return _object("gaitpipe.Event", {"time_s": _NUMBER, **words, "value": _NUMBER}, ["time_s", "kind"])


def _object(title: str, properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }
