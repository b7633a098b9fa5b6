"""Fits the biases of the event features on force plates: python -m benchmarks.accuracy.fit [--data DIR] [--check]

The features of the detector are precise, but early or late by a bias. Here it is measured on the computed sensors of
the treadmill runners (reference: vertical force over 50 N) and printed as it stands in `gaitpipe.evidence`:

- initial contact, foot: a straight line in the foot strike angle, held outside the angles it was fitted on;
- terminal contact, shank: a straight line in the raw duty factor, held outside what it was fitted on;
- the other events: a constant.

Each runner weighs the same, whatever the number of contacts. The spreads are held out: each runner is left out of the
fit in turn, and the mean error of each of its feet and speeds is looked at. `--check` compares with the shipped numbers
and leaves with 3 when one is off by more than rounding.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from benchmarks.accuracy.readers import Case, data_folder, read_virtual_imu
from benchmarks.accuracy.score.matching import EVENT_WINDOW_S, match, scored
from gaitpipe.core.detector import Detector
from gaitpipe.core.kernel import EVENT_IC, EVENT_TC
from gaitpipe.core.params import DetectorParams, default_params, initial_contact_bias_s, terminal_contact_bias_s
from gaitpipe.evidence import value
from gaitpipe.gait.alignment import Aligner
from gaitpipe.model import FloatArray, Placement

PLACEMENTS: tuple[Placement, ...] = ("foot", "shank")
HULL_PCT = (1.0, 99.0)
"""Percentiles of the strike angles between which the line holds."""


@dataclass(frozen=True, slots=True)
class Features:
    """Contacts of one sensor beside the force plate: raw feature time minus reference [s], and foot pitch [rad].

    `duty_factor` is the median raw one of the sensor's strides.
    """

    runner: str
    ic_s: FloatArray
    tc_s: FloatArray
    pitch_rad: FloatArray
    duty_factor: float


def features_of(case: Case) -> Iterable[Features]:
    """One item a sensor: the features of its scored contacts, without any bias taken off."""
    for info in case.recording.sensors:
        aligner, detector = Aligner(info), Detector(default_params(info.placement), info.rate_hz)
        blocks = [block for block in case.recording if block.side == info.side]
        ready = [part for block in blocks for part in aligner.push(block)] + aligner.flush()
        events = np.concatenate([detector.push(aligner.align(part)) for part in ready] + [detector.finish()])
        contacts = np.flatnonzero(events["kind"] == EVENT_IC)
        ic_s, pitch = events["time_s"][contacts], events["pitch_rad"][contacts]
        follows = np.append(events, np.zeros(1, events.dtype))[contacts + 1]
        tc_s = np.where(follows["kind"] == EVENT_TC, follows["time_s"], np.nan)
        truth = case.truth[info.side]
        bias_s = default_params(info.placement).ic_bias_s
        found, true = match(ic_s - bias_s, np.where(scored(truth), truth.ic_s, np.nan), EVENT_WINDOW_S)
        stride_s = np.append(np.diff(ic_s), np.nan)
        stride_s[stride_s > value("stride_time_maximum_s")] = np.nan
        yield Features(
            case.subject,
            ic_s[found] - truth.ic_s[true],
            tc_s[found] - truth.tc_s[true],
            pitch[found],
            float(np.nanmedian((tc_s - ic_s) / stride_s)),
        )


def collect(cases: Iterable[Case]) -> dict[Placement, list[Features]]:
    """Features of all treadmill runners, by placement."""
    found: dict[Placement, list[Features]] = {placement: [] for placement in PLACEMENTS}
    for case in cases:
        if case.dataset == "virtual_imu":
            found[case.placement].extend(features_of(case))
    return found


def fit(placement: Placement, streams: Sequence[Features]) -> DetectorParams:
    """The shipped parameters with the biases of these streams."""
    counts = {name: sum(len(s.ic_s) for s in streams if s.runner == name) for name in {s.runner for s in streams}}
    weight = np.concatenate([np.full(len(s.ic_s), 1.0 / counts[s.runner]) for s in streams])
    ic_s, tc_s = np.concatenate([s.ic_s for s in streams]), np.concatenate([s.tc_s for s in streams])
    seen = np.isfinite(tc_s)
    params = replace(
        default_params(placement),
        ic_bias_s=float(np.average(ic_s, weights=weight)),
        tc_bias_s=float(np.average(tc_s[seen], weights=weight[seen])),
    )
    if placement == "shank":
        duty = np.concatenate([np.full(len(s.tc_s), s.duty_factor) for s in streams])
        slope, _ = np.polyfit(duty[seen], tc_s[seen], 1, w=np.sqrt(weight[seen]))
        return replace(
            params,
            tc_bias_slope_s=float(slope),
            tc_bias_pivot=float(np.average(duty[seen], weights=weight[seen])),
            tc_bias_lowest=float(duty.min()),
            tc_bias_highest=float(duty.max()),
        )
    pitch = np.concatenate([s.pitch_rad for s in streams])
    seen = np.isfinite(pitch)
    slope, _ = np.polyfit(pitch[seen], ic_s[seen], 1, w=np.sqrt(weight[seen]))
    lowest, highest = np.percentile(pitch[seen], HULL_PCT)
    return replace(
        params,
        ic_bias_slope_s_per_rad=float(slope),
        ic_bias_pivot_rad=float(np.average(pitch[seen], weights=weight[seen])),
        ic_bias_lowest_rad=float(lowest),
        ic_bias_highest_rad=float(highest),
    )


def held_out(cases: Iterable[Case]) -> dict[tuple[str, str], dict[str, Any]]:
    """Options of the `Session` by (placement, runner), fitted without that runner."""
    return {
        (placement, runner): {
            "detector_params": {placement: fit(placement, [s for s in streams if s.runner != runner])}
        }
        for placement, streams in collect(cases).items()
        for runner in sorted({s.runner for s in streams})
    }


def spreads(placement: Placement, streams: Sequence[Features]) -> dict[str, float]:
    """Held-out spread of the bias and noise of single contacts around it [s], for ic, tc and contact time."""
    means: dict[str, list[float]] = {"ic": [], "tc": [], "contact": []}
    within: dict[str, list[float]] = {"ic": [], "tc": [], "contact": []}
    for runner in sorted({s.runner for s in streams}):
        params = fit(placement, [s for s in streams if s.runner != runner])
        for stream in (s for s in streams if s.runner == runner):
            ic = stream.ic_s - np.array([initial_contact_bias_s(params, float(p)) for p in stream.pitch_rad])
            tc = stream.tc_s - terminal_contact_bias_s(params, stream.duty_factor)
            for name, errors in (("ic", ic), ("tc", tc), ("contact", tc - ic)):
                means[name].append(float(np.nanmean(errors)))
                within[name].append(float(np.nanvar(errors, ddof=1)))
    return {f"{name}_bias_sd_s": math.sqrt(np.mean(np.square(v))) for name, v in means.items()} | {
        f"{name}_noise_sd_s": math.sqrt(np.mean(v)) for name, v in within.items()
    }


def numbers(placement: Placement, streams: Sequence[Features]) -> dict[str, float]:
    """What stands in `gaitpipe.evidence`, by key."""
    params = fit(placement, streams)
    fitted = {"ic_bias_s": params.ic_bias_s, "tc_bias_s": params.tc_bias_s}
    if placement == "foot":
        fitted |= {
            "ic_bias_slope_s_per_deg": math.radians(params.ic_bias_slope_s_per_rad),
            "ic_bias_pivot_deg": math.degrees(params.ic_bias_pivot_rad),
            "ic_bias_lowest_deg": math.degrees(params.ic_bias_lowest_rad),
            "ic_bias_highest_deg": math.degrees(params.ic_bias_highest_rad),
        }
    else:
        fitted |= {
            "tc_bias_slope_s": params.tc_bias_slope_s,
            "tc_bias_pivot": params.tc_bias_pivot,
            "tc_bias_lowest": params.tc_bias_lowest,
            "tc_bias_highest": params.tc_bias_highest,
        }
    return {f"{placement}_{key}": number for key, number in (fitted | spreads(placement, streams)).items()}


def rounded(key: str, number: float) -> float:
    """As it stands in the evidence table: tenths of a millisecond and of a degree, 0.01 ms a degree, else 4 digits."""
    return round(number, 5 if key.endswith("_s_per_deg") else 1 if key.endswith("_deg") else 4)


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit, print, and compare with what is shipped."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy.fit", description="Biases of the events.")
    parser.add_argument("--data", help="folder of the reference recordings")
    parser.add_argument("--check", action="store_true", help="leave with 3 when a shipped number is another")
    options = parser.parse_args(arguments)
    features = collect(read_virtual_imu(data_folder(options.data) / "virtual_imu"))
    differing = 0
    for placement, streams in features.items():
        contacts = sum(len(s.ic_s) for s in streams)
        sys.stdout.write(f"{placement}: {contacts} contacts of {len({s.runner for s in streams})} runners\n")
        for key, number in numbers(placement, streams).items():
            same = math.isclose(rounded(key, number), value(key), abs_tol=1e-9)
            differing += not same
            sys.stdout.write(f"  {key:34} {rounded(key, number):9g}{'' if same else f'   shipped: {value(key):g}'}\n")
    return 3 if options.check and differing else 0


if __name__ == "__main__":
    sys.exit(main())
