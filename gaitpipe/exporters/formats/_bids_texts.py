"""What the files of a BIDS data set say beside the samples."""

from __future__ import annotations

from typing import Any

from gaitpipe.exporters.formats._contract import ExportSession
from gaitpipe.model import SensorInfo, StreamQuality

BIDS_VERSION = "1.11.1"
DESCRIPTION_NAME = "dataset_description.json"
_AXES = ("x", "y", "z")

README = """# Running gait from motion sensors

Samples of motion sensors on the feet or shanks of runners, written by gaitpipe as BIDS-Motion. Each sensor is a
tracking system of its own (`tracksys-leftfoot`, `tracksys-rightfoot`), for each has its own rate and clock. The LATENCY
channel is the time since the session began, on one clock for both feet. A lost sample is a row of n/a.

Axes are those of the sensor as it was worn, in any orientation. Accelerations are specific force: +g up at rest.

Dates, device labels, file names and free text of the recordings are left out.
"""

PARTICIPANTS_JSON = {"participant_id": {"Description": "Pseudonym of the participant"}}

EVENTS_JSON = {
    "trial_type": {
        "Description": "Kind of the event: initial_contact and toe_off of a foot, as the software found them in the "
        "samples; all others as the recorder names them (mark, speed, connected, ...)"
    },
    "side": {
        "Description": "The foot of a contact; n/a for other events",
        "Levels": {"left": "Left foot", "right": "Right foot"},
    },
    "quality": {
        "Description": "Quality of the stride that begins with the initial contact, and whose toe-off this is: ok, or "
        "why the stride is not to be used; n/a for other events"
    },
    "uncertainty": {
        "Description": "Standard uncertainty of the onset of a contact; n/a where it is not known",
        "Units": "s",
    },
    "source": {"Description": "The sensor or device that the event is of; n/a for contacts and the whole session"},
    "value": {"Description": "The number that belongs to the event, such as a speed in m/s; n/a where there is none"},
}

CHANNELS_JSON = {
    "reference_frame": {
        "Description": "Frame of the channel's component",
        "Levels": {
            "sensor": {
                "Description": "Axes of the sensor's housing as it was worn, in any orientation on the segment",
                "SpatialAxes": "n/a",
                "RotationOrder": "n/a",
                "RotationRule": "right-hand",
            }
        },
    }
}


def description(software: str) -> dict[str, Any]:
    """`dataset_description.json`; `software` is a name and a version."""
    name, _, version = software.partition(" ")
    return {
        "Name": "Running gait from motion sensors",
        "BIDSVersion": BIDS_VERSION,
        "DatasetType": "raw",
        "GeneratedBy": [{"Name": name, "Version": version or "n/a"}],
    }


def motion_json(session: ExportSession, info: SensorInfo, quality: StreamQuality | None) -> dict[str, Any]:
    """The sidecar of one motion file; counts of the channels, rates and what is known of the sensor."""
    axes = 3 if info.has_gyro else 0
    effective = None if quality is None else quality.measured_rate_hz
    content: dict[str, Any] = {
        "TaskName": session.choices.task,
        "TaskDescription": "Running or walking with a motion sensor on each foot or shank",
        "SamplingFrequency": info.rate_hz,
        "SamplingFrequencyEffective": info.rate_hz if effective is None else effective,
        "TrackingSystemName": f"inertial sensor on the {info.side} {info.placement}",
        "TrackedPointsCount": 1,
        "MotionChannelCount": 4 + axes,
        "ACCELChannelCount": 3,
        "GYROChannelCount": axes,
        "LATENCYChannelCount": 1,
        "ANGACCELChannelCount": 0,
        "JNTANGChannelCount": 0,
        "MAGNChannelCount": 0,
        "MiscChannelCount": 0,
        "ORNTChannelCount": 0,
        "POSChannelCount": 0,
        "VELChannelCount": 0,
        "MissingValues": "n/a",
        "SoftwareVersions": session.software,
    }
    if info.profile_id:
        content["ManufacturersModelName"] = info.profile_id
    if info.acc_range_m_s2 is not None:
        content["AccelerometerRange"] = info.acc_range_m_s2
    if info.gyr_range_rad_s is not None:
        content["GyroscopeRange"] = info.gyr_range_rad_s
    if session.facts.get("synthetic"):
        content["Synthetic"] = session.facts["synthetic"]
    return content


def channel_rows(info: SensorInfo) -> list[list[str]]:
    """`_channels.tsv`: one row a column of the motion file, the header first."""
    point = f"{info.side.capitalize()}{info.placement.capitalize()}"
    place = f"{info.side} {'instep' if info.placement == 'foot' else 'shank'}"
    rows = [["name", "component", "type", "tracked_point", "units", "placement", "reference_frame"]]
    rows.append(["latency", "n/a", "LATENCY", "n/a", "s", "n/a", "n/a"])
    kinds = [("acc", "ACCEL", "m/s^2"), *([("gyr", "GYRO", "rad/s")] if info.has_gyro else [])]
    for name, kind, unit in kinds:
        rows += [[f"{point}_{name}_{axis}", axis, kind, point, unit, place, "sensor"] for axis in _AXES]
    return rows
