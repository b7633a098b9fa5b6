"""Files made to harm: bombs, links out of the file, absurd sizes. Each is refused with its own reason."""

from __future__ import annotations

import io
import json
import struct
import sys
import warnings
import zipfile

import numpy as np
import pytest

from gaitpipe import importers
from gaitpipe.errors import RecordingError, UsageError
from gaitpipe.importers import ReadOptions
from gaitpipe.importers._zip import Archive

HEADER = b"time,seconds_elapsed,z,y,x\n"


def assert_refused(path, name, words):
    """The importer refuses the file with these words, its path and advice; gives the error."""
    importer = next(one for one in importers.available() if one.name == name)
    with pytest.raises(RecordingError, match=words) as caught:
        importer.read(path, ReadOptions())
    assert str(path) in caught.value.message, caught.value.message
    assert caught.value.advice, f"no advice: {caught.value.message}"
    return caught.value


def zipped(path, members, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a name that is there twice
        for name, content in members:
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ([("TotalAcceleration.csv", HEADER + b"0" * 20_000_000)], "packed .* times: it may be a bomb"),
        ([("TotalAcceleration.csv", HEADER), ("inner.zip", b"PK")], "an archive in the archive"),
        ([("TotalAcceleration.csv", HEADER), ("a.tar.gz", b"x")], "an archive in the archive"),
        ([("../TotalAcceleration.csv", HEADER)], "leads out of the archive"),
        ([("/TotalAcceleration.csv", HEADER)], "leads out of the archive"),
        ([("C:/TotalAcceleration.csv", HEADER)], "leads out of the archive"),
        ([("a/Gyroscope.csv", HEADER), ("b/Gyroscope.csv", HEADER)], "in the archive twice"),
        ([(f"{number}.csv", b"") for number in range(2001)], "too many"),
        ([("Accelerometer.csv", HEADER + b"1,2,3,4,5\n")], "without gravity"),
        ([("Gyroscope.csv", HEADER)], "no acceleration"),
        ([("TotalAcceleration.csv", b"a,b\n1,2\n")], "does not name the columns"),
        ([("TotalAcceleration.csv", b"\0" * 400)], "not text|empty"),
        ([], "without any file of the app"),
    ],
)
def test_archive_beyond_a_limit_is_refused_with_its_reason(tmp_path, members, words):
    assert_refused(zipped(tmp_path / "a.zip", members), "sensor_logger", words)


def test_encrypted_archive_is_refused(tmp_path):
    path = zipped(tmp_path / "a.zip", [("TotalAcceleration.csv", HEADER)], zipfile.ZIP_STORED)
    content = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + offset] |= 1
    path.write_bytes(content)
    assert_refused(path, "sensor_logger", "encrypted")


def test_member_that_is_larger_than_it_says_is_not_unpacked(tmp_path):
    rows = b"".join(b"%d,%d,1.5,2.5,3.5\n" % (n, n) for n in range(100_000))
    path = zipped(tmp_path / "a.zip", [("TotalAcceleration.csv", HEADER + rows)])
    content = bytearray(path.read_bytes())
    place = content.index(b"PK\x01\x02") + 24
    content[place : place + 4] = struct.pack("<I", 5000)
    path.write_bytes(content)
    assert_refused(path, "sensor_logger", "larger than the archive says|damaged")


def test_members_that_share_their_bytes_are_refused(tmp_path):
    rows = np.random.default_rng(1).bytes(200_000)
    path = zipped(tmp_path / "a.zip", [("a.csv", rows), ("b.csv", b"1")], zipfile.ZIP_STORED)
    content = bytearray(path.read_bytes())
    second = content.rindex(b"PK\x01\x02")
    content[second + 20 : second + 28] = struct.pack("<II", 200_000, 200_000)
    content[second + 42 : second + 46] = struct.pack("<I", 0)
    path.write_bytes(content)
    with pytest.raises(RecordingError, match=r"share their bytes|not a whole zip"):
        Archive(path)


def test_a_bomb_of_bombs_is_never_opened(tmp_path):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("0.csv", b"0" * 50_000_000)
    content = [(f"{n}.zip", inner.getvalue()) for n in range(10)]
    path = zipped(tmp_path / "a.zip", [("TotalAcceleration.csv", HEADER), *content])
    assert_refused(path, "sensor_logger", "an archive in the archive")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[" * 100_000, "cannot be read|not JSON|cut"),
        (
            '{"Samples": ['
            + ",".join(f'{{"A":{{"Timestamp":{n},"ArrayAcc":[{{"x":1,"y":2}}]}}}}' for n in range(3))
            + "]}",
            "not x, y and z",
        ),
        ('{"Samples": [{"MeasAcc":{"Timestamp":"1","ArrayAcc":[]}}]}', "no batches"),
        ('{"Samples": [1, 2, 3, {"MeasAcc":{"Timestamp":1,"ArrayAcc":[{"x":1,"y":2,"z":3}]}}]}', "no batches"),
        ('{"Samples": [{"MeasAcc":{"Timestamp":1,"ArrayAcc":[{"x":1,"y":2,"z":3}]}}]}', "only one batch"),
        ('{"data": [{"gyro":{"Timestamp":1,"ArrayGyro":[{"x":1,"y":2,"z":3}]}}]}', "the gyroscope alone"),
        ('{"Samples": [' + "9" * 10_000 + "]}", "cannot be read|no batches"),
        ('{"Samples": {"a": 1}}', "no accelerations"),
    ],
)
def test_json_of_another_form_is_refused_with_its_reason(tmp_path, text, words):
    path = tmp_path / "a.json"
    path.write_text(text)
    assert_refused(path, "movesense_json", words)


def test_null_and_absurd_numbers_in_json_are_lost_samples(tmp_path, writers, runner):
    path = writers.movesense_datalogger(tmp_path / "a.json", runner["left"])
    document = json.loads(path.read_text())
    document["Samples"][100]["MeasIMU6"]["ArrayAcc"][3]["y"] = None
    path.write_text(json.dumps(document).replace('"y": null', '"y": 1e999', 0))
    recording = importers.read(path, "left", "foot")
    list(recording.blocks)
    assert {"rows_lost"} <= {finding.code for finding in recording.findings}
    assert recording.quality["left"].lost_samples == 1


def test_hdf5_links_to_other_files_are_not_followed(tmp_path, writers, runner):
    h5py = pytest.importorskip("h5py")
    secret = writers.apdm_new(tmp_path / "secret.h5", {"Left Foot": runner["left"]})
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file.create_group("Sensors")["1200"] = h5py.ExternalLink(str(secret), "/Sensors/1200")
    assert_refused(path, "apdm_hdf5", "no Opal sensors")
    with h5py.File(path, "w") as file:
        group = file.create_group("Sensors/1200")
        group.create_group("Configuration").attrs["Label 0"] = np.bytes_("Left Foot")
        group["Time"] = np.arange(1000)
        group["Accelerometer"] = h5py.ExternalLink(str(secret), "/Sensors/1200/Accelerometer")
    assert_refused(path, "apdm_hdf5", "no sensor of it can be read")


def test_hdf5_data_that_claim_to_be_huge_are_not_read(tmp_path):
    h5py = pytest.importorskip("h5py")
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        group = file.create_group("Sensors/1200")
        group.create_group("Configuration").attrs["Label 0"] = np.bytes_("Left Foot")
        for name, shape in (("Time", (10**9,)), ("Accelerometer", (10**9, 3))):
            group.create_dataset(name, shape, dtype="f8", chunks=True, compression="gzip")
    assert path.stat().st_size < 100_000
    assert_refused(path, "apdm_hdf5", "no sensor of it can be read")


def test_hdf5_sensor_that_cannot_be_read_is_said_and_the_others_are_read(tmp_path, writers, runner):
    h5py = pytest.importorskip("h5py")
    path = writers.apdm_new(tmp_path / "a.h5", {"Left Foot": runner["left"], "Lumbar": runner["right"]})
    with h5py.File(path, "a") as file:
        del file["Sensors/1201/Accelerometer"]
    importer = importers.find_importer(path)
    file = importer.read(path, ReadOptions())
    assert [sensor.label for sensor in file.sensors] == ["Left Foot"]
    assert ["Lumbar" in finding.message for finding in file.findings] == [True]


def test_parquet_that_declares_too_much_is_not_unpacked(tmp_path, monkeypatch):
    pyarrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    monkeypatch.setattr("gaitpipe.importers.parquet.MAX_ROWS", 1_000_000)
    names = ["time_s", "acc_x_m_s2", "acc_y_m_s2", "acc_z_m_s2"]
    path = tmp_path / "a.parquet"
    parquet.write_table(pyarrow.table({name: np.zeros(1_500_000) for name in names}), path)
    assert path.stat().st_size < 100_000
    assert_refused(path, "parquet", "declares 1500000 rows")


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"time_s": [0.0], "a": [1.0]}, "no column acc_x_m_s2"),
        ({"acc_x_m_s2": [0.0], "acc_y_m_s2": [0.0], "acc_z_m_s2": [0.0]}, "no column time_s"),
        ({"time_s": [0.0], "acc_x_m_s2": ["a"], "acc_y_m_s2": [0.0], "acc_z_m_s2": [0.0]}, "does not hold numbers"),
        ({"time_s": [0.0], "acc_x_rad_s": [1.0], "acc_y_m_s2": [0.0], "acc_z_m_s2": [0.0]}, "not of its kind"),
        ({"time_s": [0.0], "acc_x_g": [1.0], "acc_x_m_s2": [1.0], "acc_y_g": [0.0], "acc_z_g": [0.0]}, "there twice"),
    ],
)
def test_parquet_with_other_columns_is_refused_with_its_reason(tmp_path, columns, words):
    pyarrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    parquet.write_table(pyarrow.table(columns), tmp_path / "a.parquet")
    assert_refused(tmp_path / "a.parquet", "parquet", words)


def test_bids_data_without_their_tables_are_refused(tmp_path, writers, runner):
    path = writers.bids(tmp_path / "r_motion.tsv", {"left_foot": runner["left"]})
    channels = tmp_path / "r_channels.tsv"
    text = channels.read_text()
    channels.write_text(text.replace("units", "unit", 1))
    assert_refused(channels, "bids_motion", "only describes")
    importer = importers.find_importer(path)
    for spoiled, words in (
        (text.replace("units", "unit", 1), "no column units"),
        (text + "more\tx\tACCEL\tp\tg\n", "7.*columns, but .* describes|columns, but"),
        (text.replace("ACCEL_z\tz", "ACCEL_z\ty"), "two channels of ACCEL y"),
        (text.replace("\tACCEL\t", "\tMAGN\t"), "no tracked point has accelerations"),
        (text.replace("\tg\n", "\tfurlong\n"), "does not say the unit"),
    ):
        channels.write_text(spoiled)
        with pytest.raises(RecordingError, match=words) as caught:
            importer.read(path, ReadOptions())
        assert caught.value.advice
    channels.unlink()
    assert_refused(path, "bids_motion", r"r_channels\.tsv is missing")


def test_cwa_block_that_is_damaged_is_a_gap_and_counted(tmp_path, writers, runner):
    path = writers.cwa(tmp_path / "a.cwa", runner["left"])
    content = bytearray(path.read_bytes())
    content[1024 + 512 * 20 + 100] ^= 0x40
    path.write_bytes(content)
    recording = importers.read(path, "left", "foot")
    blocks = list(recording.blocks)
    assert {"blocks_lost", "time_gaps"} <= {finding.code for finding in recording.findings}
    assert recording.quality["left"].lost_samples == 40
    kept = np.delete(np.arange(len(runner["left"].time_s)), np.s_[800:840])
    acc = np.vstack([block.acc_m_s2 for block in blocks])
    assert np.abs(acc - runner["left"].acc[kept]).max() < 0.003


def test_cwa_clock_that_was_lost_in_a_block_is_taken_from_those_beside(tmp_path, writers, runner):
    path = writers.cwa(tmp_path / "a.cwa", runner["left"])
    content = bytearray(path.read_bytes())
    block = np.frombuffer(content, "<u2", offset=1024 + 512 * 20, count=256).copy()
    block[7:9], block[255] = 0, 0
    block[255] = -int(block.sum()) & 0xFFFF
    content[1024 + 512 * 20 : 1024 + 512 * 21] = block.tobytes()
    path.write_bytes(content)
    sensor = importers.find_importer(path).read(path, ReadOptions())
    assert "clock_lost" in {finding.code for finding in sensor.findings}
    (samples,) = sensor.sensors
    assert np.abs(np.diff(samples.time_s) - 0.005).max() < 1e-4


def test_cwa_is_read_as_the_vendors_open_reader_reads_it(tmp_path, writers, runner):
    loader = pytest.importorskip("openmovement.load.cwa_load", reason="only where openmovement is installed")
    for layout in (0x62, 0x32):
        path = writers.cwa(tmp_path / f"{layout}.cwa", runner["left"], layout)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with loader.CwaData(str(path), include_gyro=layout == 0x62, include_time=False) as data:
                theirs = np.asarray(data.get_sample_values())
        (samples,) = importers.find_importer(path).read(path, ReadOptions()).sensors
        count = len(samples.time_s)
        assert np.abs(theirs[:count, -3 if layout == 0x32 else 0 :][:, :3] * 9.80665 - samples.acc_m_s2).max() < 1e-4
        if layout == 0x62:
            assert np.abs(np.deg2rad(theirs[:count, 3:6]) - samples.gyr_rad_s).max() < 1e-5


@pytest.mark.parametrize(
    ("module", "extra", "name", "write"),
    [
        ("h5py", "hdf5", "apdm_hdf5", b"\x89HDF\r\n\x1a\nSensors"),
        ("pyarrow", "parquet", "parquet", b"PAR1" + bytes(20) + b"PAR1"),
        ("fitdecode", "fit", "garmin_fit", bytes([14, 16]) + bytes(6) + b".FIT" + bytes(10)),
    ],
)
def test_library_that_is_missing_is_named_with_what_to_install(monkeypatch, tmp_path, module, extra, name, write):
    monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.setitem(sys.modules, f"{module}.parquet", None)
    path = tmp_path / "a"
    path.write_bytes(write)
    importer = importers.find_importer(path, name)
    with pytest.raises(UsageError, match=f"need {module}, which is not installed") as caught:
        importer.read(path, ReadOptions())
    assert f'".[{extra}]"' in caught.value.advice


def test_iphone_without_its_metadata_is_warned_of(tmp_path, writers, runner):
    files = writers.phone_files(runner["left"], "ios")
    del files["Metadata.csv"]
    path = zipped(tmp_path / "a.zip", files.items())
    found = importers.find_importer(path).read(path, ReadOptions()).findings
    assert {"phone_not_known", "gravity_added"} <= {finding.code for finding in found}


def test_phone_folder_of_csv_files_is_read_from_its_main_file(tmp_path, writers, runner):
    for name, content in writers.phone_files(runner["left"], "android").items():
        (tmp_path / name).write_text(content)
    path = tmp_path / "TotalAcceleration.csv"
    importer = importers.find_importer(path)
    (sensor,) = importer.read(path, ReadOptions()).sensors
    assert np.abs(sensor.acc_m_s2 - runner["left"].acc).max() < 1e-9
    assert sensor.gyr_rad_s is not None
    others = {name: importer.is_companion((tmp_path / name).read_bytes(), tmp_path / name) for name in (
        "TotalAcceleration.csv", "Accelerometer.csv", "Gyroscope.csv", "Gravity.csv")}  # fmt: skip
    assert others == {
        "TotalAcceleration.csv": False, "Accelerometer.csv": True, "Gyroscope.csv": True, "Gravity.csv": True
    }  # fmt: skip


def test_movesense_files_of_the_app_are_joined_and_the_gyroscopes_is_a_companion(tmp_path, writers, runner):
    path = writers.movesense_showcase(tmp_path / "x", runner["left"])
    importer = importers.find_importer(path)
    gyro = tmp_path / "a_gyro_stream.json"
    assert importer.companions(path) == (gyro,)
    assert importer.is_companion(gyro.read_bytes(), gyro)
    assert not importer.is_companion(path.read_bytes(), path)
    error = assert_refused(gyro, "movesense_json", "the gyroscope alone")
    assert "a_acc_stream.json" in error.advice


def test_movesense_streams_of_the_two_sensors_are_joined(tmp_path, writers, runner):
    path = writers.movesense_datalogger(tmp_path / "a.json", runner["left"], split=True)
    file = importers.find_importer(path).read(path, ReadOptions())
    (sensor,) = file.sensors
    assert [finding.code for finding in file.findings] == ["streams_joined"]
    assert sensor.clock_origin_s == writers.FIRST_UNIX_S
    assert np.isfinite(sensor.gyr_rad_s[1:]).all()


def test_parquet_columns_that_a_person_names_are_read(tmp_path, runner):
    pyarrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    stream = runner["left"]
    columns = {"t_ms": stream.time_s * 1000, **{f"a{axis}": stream.acc[:, n] / 9.80665 for n, axis in enumerate("xyz")}}
    path = tmp_path / "a.parquet"
    parquet.write_table(pyarrow.table(columns | {"more": stream.time_s}), path)
    importer = importers.find_importer(path)
    named = importers.column_names("time=t_ms acc=ax,ay,az")
    file = importer.read(path, ReadOptions(acceleration_unit="g", columns=named))
    assert np.abs(file.sensors[0].acc_m_s2 - stream.acc).max() < 1e-9
    assert np.abs(file.sensors[0].time_s - stream.time_s).max() < 1e-9
    assert [finding.code for finding in file.findings] == ["columns_ignored"]
    with pytest.raises(RecordingError, match="no column bx") as caught:
        importer.read(path, ReadOptions(columns=importers.column_names("time=t_ms acc=bx,ay,az")))
    assert caught.value.advice


def test_recording_cut_at_its_start_and_foreign_mcap_are_refused_with_a_reason(tmp_path):
    from gaitpipe.app.inputs import SessionFiles, open_session

    magic = b"\x89MCAP0\r\n"
    for name, content in (
        ("a.mcap", magic),
        ("b.mcap", magic + bytes(50)),
        ("c.mcap", bytes(500)),
        ("d.bag", magic + bytes([1, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]) + magic),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(RecordingError) as caught:
            list(open_session(SessionFiles(recording=tmp_path / name, placement="foot")).recording)
        assert name in caught.value.message
        assert caught.value.advice
