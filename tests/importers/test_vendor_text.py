"""Every text format: what is written comes back, the same strides follow, wrong units are seen."""

from __future__ import annotations

import numpy as np
import pytest

from gaitpipe.app.analyze import analyze_input
from gaitpipe.app.inputs import SessionFiles, open_session
from gaitpipe.importers import ReadOptions, available, find_importer, read, read_head
from module_beside import module_beside

vendor_text = module_beside(__file__, "vendor_text")
FORMATS, plain_csv, runner = vendor_text.FORMATS, vendor_text.plain_csv, vendor_text.runner
VENDORS = [name for name in FORMATS if name != "plain_csv"]
KNOWN_BY_CONTENT = [name for name in FORMATS if name != "columns"]


def analysed(path, options=None):
    files = SessionFiles(left=path, placement="foot", options=options or ReadOptions())
    return analyze_input(open_session(files))


@pytest.mark.parametrize("name", FORMATS)
def test_samples_come_back_within_the_resolution_of_the_format(name, tmp_path):
    form = FORMATS[name]
    samples = runner(form.rate_hz)
    recording = read(form.write(tmp_path, samples), "left", "foot", options=form.options)
    [block] = list(recording.blocks)
    time_s = block.time_s - block.time_s[0]
    assert np.abs(time_s - samples.time_s).max() <= 2 * form.time_s
    # a gyroscope of its own file is at rounded times of its own: at most a step between two samples
    moved = np.abs(np.diff(samples.gyr, axis=0)).max() * form.time_s * form.rate_hz * 2
    assert np.abs(block.acc_m_s2 - samples.acc).max() <= form.acc_m_s2 * 1.01
    assert np.abs(block.gyr_rad_s - samples.gyr).max() <= form.gyr_rad_s * 1.01 + moved
    [info] = recording.sensors
    assert info.rate_hz == pytest.approx(form.rate_hz, rel=1e-4)
    assert recording.quality["left"].lost_samples == 0
    assert not [found for found in recording.findings if found.severity != "info"] or name == "movesense_csv"


@pytest.mark.parametrize("name", VENDORS)
def test_same_strides_follow_as_from_the_samples_themselves(name, tmp_path):
    form = FORMATS[name]
    samples = runner(form.rate_hz)
    ours = analysed(plain_csv(tmp_path, samples)).strides
    theirs = analysed(form.write(tmp_path, samples), form.options).strides
    assert len(ours) == len(theirs) > 15
    # Rounded times move a contact by as much; rounded values by far less than that.
    for column in ("stride_time_s", "ground_contact_time_s"):
        apart_s = np.abs(ours[column].to_numpy() - theirs[column].to_numpy())
        assert np.isfinite(apart_s).sum() > 15
        assert np.nanmax(apart_s) <= 2 * form.time_s + 2e-5


@pytest.mark.parametrize("name", KNOWN_BY_CONTENT)
def test_content_is_known_by_one_importer_whatever_the_name_of_the_file(name, tmp_path):
    path = FORMATS[name].write(tmp_path, runner(FORMATS[name].rate_hz))
    renamed = path.rename(tmp_path / "export.dat")
    assert [importer.name for importer in available() if importer.sniff(read_head(renamed), renamed)] == [name]
    assert find_importer(renamed).name == name


@pytest.mark.parametrize("name", VENDORS)
@pytest.mark.parametrize("unit", ["g", "mg", "m/s2"])
def test_wrong_unit_is_seen_against_gravity(name, unit, tmp_path):
    form = FORMATS[name]
    path = form.write(tmp_path, runner(form.rate_hz))
    stated = {"metabase": "g", "witmotion": "g", "polar_sensor_logger": "mg"}.get(name, "m/s2")
    if unit == stated:
        assert "acc_units" not in [found.code for found in analysed(path, form.options).unit_errors]
        return
    options = ReadOptions(unit, form.options.rotation_rate_unit, columns=form.options.columns)
    analysis = analysed(path, options)
    assert "acc_units" in [found.code for found in analysis.unit_errors]
    overridden = [found.code for found in analysis.result.findings if found.code == "unit_overridden"]
    assert overridden == ([] if name == "columns" else ["unit_overridden"])


@pytest.mark.parametrize("name", VENDORS)
def test_degrees_taken_for_radians_are_seen(name, tmp_path):
    form = FORMATS[name]
    path = form.write(tmp_path, runner(form.rate_hz))
    options = ReadOptions(form.options.acceleration_unit, "rad/s", columns=form.options.columns)
    codes = [found.code for found in analysed(path, options).unit_errors]
    assert ("gyr_units" in codes) == (name != "columns")
