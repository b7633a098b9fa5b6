"""What `gaitpipe.analyze` refuses before it reads anything, and when the data is in wrong units."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import gaitpipe
from gaitpipe.app.athlete import athlete_of, height_metadata
from gaitpipe.derived import Athlete
from gaitpipe.errors import AnalysisError, UsageError
from gaitpipe.simulate.runner import simulate
from gaitpipe.simulate.runner_config import RunnerConfig, Segment

COLUMNS = ("time_s", *(f"acc_{axis}_m_s2" for axis in "xyz"), *(f"gyr_{axis}_rad_s" for axis in "xyz"))


@pytest.fixture(scope="module")
def feet() -> dict[str, dict[str, np.ndarray]]:
    streams = simulate(RunnerConfig((Segment("stand", 5.0), Segment("run", 12.0, 3.0)))).sensors
    return {
        side: dict(
            zip(COLUMNS, (stream.true_time_s, *stream.acc_m_s2.T, *stream.gyr_rad_s.T), strict=True),
        )
        for side, stream in streams.items()
    }


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"recording": 5}, "recording is a path, not a value of type int"),
        ({"recording": ""}, "recording is a path, not an empty text"),
        ({"left": [1, 2, 3], "placement": "foot"}, "left cannot be a value of type list"),
        ({"right": np.zeros(3), "placement": "foot"}, "right cannot be a value of type ndarray"),
        ({"recording": "a.mcap", "placement": "knee"}, "placement='knee' is not known"),
        ({"recording": "a.mcap", "placement": ["foot"]}, "placement=.* is not known"),
        ({"recording": "a.mcap", "left": "a.csv"}, "not both"),
        ({"left": "a.csv"}, "where the sensors sat"),
        ({}, "nothing to analyse"),
        ({"recording": "a.mcap", "belt_speed_m_s": "fast"}, "belt_speed_m_s='fast' is no speed"),
        ({"recording": "a.mcap", "belt_speed_m_s": float("nan")}, "belt_speed_m_s=nan is no speed"),
        ({"recording": "a.mcap", "belt_speed_m_s": True}, "belt_speed_m_s=True is no speed"),
        ({"recording": "a.mcap", "height_m": "tall"}, "height_m='tall' is no height"),
        ({"recording": "a.mcap", "height_m": float("inf")}, "height_m=inf is no height"),
    ],
)
def test_arguments_that_cannot_be_used_are_refused_with_advice(arguments, words):
    with pytest.raises(UsageError, match=words) as caught:
        gaitpipe.analyze(**arguments)
    assert caught.value.advice


@pytest.mark.parametrize(
    ("sensor", "factor", "words"), [("acc", 1 / 9.80665, "It looks like g"), ("gyr", 57.29578, "deg/s")]
)
def test_wrong_units_raise_with_the_words_and_the_advice_of_the_finding(feet, sensor, factor, words):
    wrong = {name: values * (factor if name.startswith(sensor) else 1.0) for name, values in feet["left"].items()}
    with pytest.raises(AnalysisError, match=words) as caught:
        gaitpipe.analyze(left=wrong, placement="foot")
    assert caught.value.advice


def test_the_stride_table_is_a_data_frame_made_once(feet):
    result = gaitpipe.analyze(**feet, placement="foot", belt_speed_m_s=np.float64(3.0))
    assert result.strides is result.strides
    assert result.strides["ground_contact_time_s"].between(0.15, 0.4).mean() > 0.8
    assert "one_clock" in [finding.code for finding in result.result.findings]


def test_the_example_of_the_readme_runs(monkeypatch):
    root = Path(__file__).parents[2]
    text = (root / "README.md").read_text(encoding="utf-8")
    example = text[text.index("```python\n") + 10 :].split("```")[0]
    assert "gaitpipe.analyze(" in example
    monkeypatch.chdir(root)
    *lines, last = example.strip().splitlines()
    names: dict[str, object] = {}
    exec(compile("\n".join(lines), "README.md", "exec"), names)
    assert np.size(eval(last, names)) > 0


def test_the_same_samples_for_both_feet_are_refused(feet):
    with pytest.raises(UsageError, match="very same samples"):
        gaitpipe.analyze(left=feet["left"], right=feet["left"], placement="foot")


@pytest.mark.parametrize("height_m", [175.0, 0.9, 5.9])
def test_a_height_in_another_unit_is_refused_with_the_right_one(feet, height_m):
    with pytest.raises(UsageError, match=r"height of .* is not between 1\.2 and 2\.3 m") as caught:
        gaitpipe.analyze(**feet, placement="foot", height_m=height_m)
    assert "metres" in caught.value.advice


def test_the_height_is_kept_with_the_result(feet):
    assert gaitpipe.analyze(**feet, placement="foot", height_m=1.75).result.athlete == Athlete(1.75)
    assert gaitpipe.analyze(**feet, placement="foot").result.athlete is None


@pytest.mark.parametrize(
    ("metadata", "given_m", "found"),
    [
        ({"height_m": "1.8"}, None, Athlete(1.8)),
        ({"height_m": "1.8"}, 1.7, Athlete(1.7)),
        (height_metadata(1.755), None, Athlete(1.755)),
        ({"height_m": "tall"}, None, None),
        ({"height_m": "nan"}, None, None),
        (height_metadata(None), None, None),
    ],
)
def test_a_given_height_counts_before_that_of_the_recording(metadata, given_m, found):
    assert athlete_of(metadata, given_m) == found
