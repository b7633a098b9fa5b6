"""Writes samples into the layouts of other programs, as their public readers expect them; synthetic files only."""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

G = 9.80665
FIRST_UNIX_S = 1_780_000_000.0


@dataclass(frozen=True)
class Stream:
    """Times (n,) [s], accelerations and rotation rates (n, 3) of one foot."""

    time_s: np.ndarray
    acc: np.ndarray
    gyr: np.ndarray

    def cut(self, rows: slice) -> Stream:
        return Stream(self.time_s[rows], self.acc[rows], self.gyr[rows])


def _vectors(values: np.ndarray) -> list[dict[str, float]]:
    return [dict(zip("xyz", row, strict=True)) for row in np.round(values, 6).tolist()]


def _batches(stream: Stream, count: int, parts: tuple[str, ...]) -> list[dict]:
    arrays = {"Acc": stream.acc, "Gyro": np.rad2deg(stream.gyr)}
    out = []
    for start in range(0, len(stream.time_s) - count + 1, count):
        batch: dict = {"Timestamp": round(stream.time_s[start] * 1000)}
        for part in parts:
            batch[f"Array{part}"] = _vectors(arrays[part][start : start + count])
        out.append(batch)
    return out


def movesense_datalogger(path: Path, stream: Stream, *, split: bool = False, magnet: bool = False) -> Path:
    samples: list[dict] = [{"TimeDetailed": {"relativeTime": 0, "utcTime": int(FIRST_UNIX_S * 1e6)}}]
    if split:
        samples += [{"MeasAcc": batch} for batch in _batches(stream, 8, ("Acc",))]
        later = Stream(stream.time_s + 0.003, stream.acc, stream.gyr)
        samples += [{"MeasGyro": batch} for batch in _batches(later, 8, ("Gyro",))]
    else:
        samples += [{"MeasIMU9" if magnet else "MeasIMU6": b} for b in _batches(stream, 8, ("Acc", "Gyro"))]
    samples.append({"MeasHR": {"average": 140.0, "rrData": [430]}})
    path.write_text(json.dumps({"Meta": {}, "Samples": samples}))
    return path


def movesense_showcase(path: Path, stream: Stream) -> Path:
    acc, gyro = path.with_name("a_acc_stream.json"), path.with_name("a_gyro_stream.json")
    acc.write_text(json.dumps({"data": [{"acc": batch} for batch in _batches(stream, 8, ("Acc",))]}))
    gyro.write_text(json.dumps({"data": [{"gyro": batch} for batch in _batches(stream, 8, ("Gyro",))]}))
    return acc


def movesense_live(path: Path, streams: dict[str, Stream]) -> Path:
    lines = []
    for serial, stream in streams.items():
        uri = f"{serial}/Meas/IMU6/208"
        lines += [json.dumps({"Body": batch, "Uri": uri}) for batch in _batches(stream, 8, ("Acc", "Gyro"))]
    path.write_text("\n".join(lines) + "\n")
    return path


def _phone_csv(time_s: np.ndarray, values: np.ndarray) -> str:
    times = np.round((FIRST_UNIX_S + time_s) * 1e9).astype(np.int64)
    rows = zip(times.tolist(), time_s.tolist(), *values[:, ::-1].T.tolist(), strict=True)
    lines = [",".join(map(repr, row)) for row in rows]
    return "\n".join(["time,seconds_elapsed,z,y,x", *lines]) + "\n"


def phone_files(stream: Stream, phone: str, *, standard: bool = False) -> dict[str, str]:
    """The CSV files of Sensor Logger by name; a gyroscope at 0.9 of the rate, begun earlier."""
    times = np.arange(stream.time_s[0] - 0.02, stream.time_s[-1] + 0.02, 1 / 180.0)
    gyr = np.column_stack([np.interp(times, stream.time_s, axis) for axis in stream.gyr.T])
    turned = -1.0 if phone == "ios" and not standard else 1.0
    gravity = np.tile([0.0, G * 0.6, G * 0.8], (len(stream.time_s), 1))
    files = {
        "Accelerometer.csv": _phone_csv(stream.time_s, turned * (stream.acc - gravity)),
        "Gravity.csv": _phone_csv(stream.time_s, turned * gravity),
        "Gyroscope.csv": _phone_csv(times, gyr),
        "Metadata.csv": f"version,device name,platform,standardisation\n3,phone,{phone},{str(standard).lower()}\n",
        "Annotation.csv": "time,seconds_elapsed,text,millisecond_press_duration\n",
    }
    if phone == "android":
        files["TotalAcceleration.csv"] = _phone_csv(stream.time_s, stream.acc)
    return files


def sensor_logger(path: Path, stream: Stream, phone: str = "android", *, standard: bool = False) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in phone_files(stream, phone, standard=standard).items():
            archive.writestr(name, content)
    return path


def _clock(unix_s: float) -> int:
    moment = np.datetime64(int(unix_s), "s").astype(object)
    fields = ((moment.year - 2000, 26), (moment.month, 22), (moment.day, 17))
    fields += ((moment.hour, 12), (moment.minute, 6), (moment.second, 0))
    return sum(value << shift for value, shift in fields)


def cwa(path: Path, stream: Stream, layout: int = 0x62, rate_hz: int = 200, *, fraction: bool = True) -> Path:
    """AX6 (0x62), AX3 (0x32) or AX3 packed (0x30), 16 g and 2000 deg/s; blocks of 512 bytes."""
    header = bytearray(b"\xff" * 1024)
    header[:4], header[4] = b"MD\xfc\x03", 0x64 if layout == 0x62 else 0x17
    header[5:7], header[11:13] = (1234).to_bytes(2, "little"), b"\xff\xff"
    header[64:] = b" " * 960
    unit = 256 if layout == 0x30 else 2048
    acc = np.clip(np.rint(stream.acc / G * unit), -16 * unit, 16 * unit - 1).astype(np.int64)
    gyr = np.clip(np.rint(np.rad2deg(stream.gyr) / 2000.0 * 32768), -32768, 32767).astype(np.int64)
    rate = 15 - round(np.log2(3200 / rate_hz))
    size = {0x62: 12, 0x32: 6, 0x30: 4}[layout]
    per_block = 480 // size
    blocks = [bytes(header)]
    for number, start in enumerate(range(0, len(acc), per_block)):
        rows = slice(start, min(start + per_block, len(acc)))
        count = rows.stop - rows.start
        at_s = FIRST_UNIX_S + stream.time_s[start]
        offset, share = 0, int((at_s % 1.0) * 32768)
        whole_s = np.floor(at_s)
        if not fraction:  # the whole second that falls into the block or before it, as a sample of it
            share, offset = 0, -round((at_s % 1.0) * rate_hz)
        moved = (share * 2 * rate_hz) >> 16 if fraction else 0
        block = bytearray(512)
        block[0:4] = b"AX" + (508).to_bytes(2, "little")
        block[4:6] = ((0x8000 | share) if fraction else 77).to_bytes(2, "little")
        block[10:14] = number.to_bytes(4, "little")
        block[14:18] = _clock(whole_s).to_bytes(4, "little")
        code = {256: 0, 2048: 3}[unit] << 13 | (2 << 10 if layout == 0x62 else 0) | 300
        block[18:20] = code.to_bytes(2, "little")
        block[24], block[25] = rate, layout
        block[26:28] = (offset - moved).to_bytes(2, "little", signed=True)
        block[28:30] = count.to_bytes(2, "little")
        block[30 : 30 + count * size] = _payload(acc[rows], gyr[rows], layout)
        total = int(np.frombuffer(bytes(block), "<u2").sum()) & 0xFFFF
        block[510:512] = ((-total) & 0xFFFF).to_bytes(2, "little")
        blocks.append(bytes(block))
    path.write_bytes(b"".join(blocks))
    return path


def _payload(acc: np.ndarray, gyr: np.ndarray, layout: int) -> bytes:
    if layout == 0x62:
        return np.column_stack([gyr, acc]).astype("<i2").tobytes()
    if layout == 0x32:
        return acc.astype("<i2").tobytes()
    largest = np.abs(acc).max(axis=1)
    exponent = np.searchsorted([511, 1022, 2044], largest)
    small = np.clip(acc >> exponent[:, None], -512, 511) & 0x3FF
    words = small[:, 0] | small[:, 1] << 10 | small[:, 2] << 20 | exponent << 30
    return words.astype("<u4").tobytes()


def apdm_new(path: Path, streams: dict[str, Stream], *, units: bool = False) -> Path:
    import h5py

    with h5py.File(path, "w") as file:
        file.attrs["FileFormatVersion"] = 5
        for number, (label, stream) in enumerate(streams.items(), 1200):
            group = file.create_group(f"Sensors/{number}")
            group["Time"] = np.round((FIRST_UNIX_S + stream.time_s) * 1e6).astype(np.uint64)
            group.create_dataset("Accelerometer", data=stream.acc, compression="gzip", chunks=(500, 3))
            group.create_dataset("Gyroscope", data=stream.gyr, compression="gzip", chunks=(500, 3))
            if units:
                group["Accelerometer"].attrs["Units"] = np.bytes_("m/s^2")
                group["Gyroscope"].attrs["Units"] = np.bytes_("rad/s")
            group.create_group("Configuration").attrs["Label 0"] = np.bytes_(label)
            file.create_group(f"Processed/{number}")["Orientation"] = np.zeros((len(stream.time_s), 4))
    return path


def apdm_old(path: Path, streams: dict[str, Stream], *, as_data: bool = False) -> Path:
    import h5py

    with h5py.File(path, "w") as file:
        cases = [f"SI-{number:06d}" for number in range(len(streams))]
        lists = {"CaseIdList": np.array(cases, "S16"), "MonitorLabelList": np.array(list(streams), "S16")}
        for name, value in lists.items():
            if as_data:
                file[name] = value
            else:
                file.attrs[name] = value
        file.attrs["FileFormatVersion"] = 2 if as_data else 4
        for case, stream in zip(cases, streams.values(), strict=True):
            file[f"{case}/Time"] = np.round((FIRST_UNIX_S + stream.time_s) * 1e6).astype(np.uint64)
            file[f"{case}/Calibrated/Accelerometers"] = stream.acc
            file[f"{case}/Calibrated/Gyroscopes"] = stream.gyr
            file[case].attrs["SampleRate"] = 200
    return path


def bids(
    path: Path, streams: dict[str, Stream], *, latency: bool = True, units: tuple[str, str] = ("g", "deg/s")
) -> Path:
    factors = {"m/s^2": 1.0, "g": 1 / G, "rad/s": 1.0, "deg/s": np.rad2deg(1.0)}
    rows, columns = ["name\tcomponent\ttype\ttracked_point\tunits"], []
    for point, stream in streams.items():
        for kind, values, unit in (("ACCEL", stream.acc, units[0]), ("GYRO", stream.gyr, units[1])):
            for axis, name in enumerate("xyz"):
                rows.append(f"{point}_{kind}_{name}\t{name}\t{kind}\t{point}\t{unit}")
                columns.append(values[:, axis] * factors[unit])
    if latency:
        rows.append("latency\tn/a\tLATENCY\tn/a\ts")
        columns.append(next(iter(streams.values())).time_s)
    rows.append("head_ORNT_x\tquat_x\tORNT\thead\tn/a")
    columns.append(np.zeros_like(columns[0]))
    stem = path.name.removesuffix("_motion.tsv")
    path.with_name(f"{stem}_channels.tsv").write_text("\n".join(rows) + "\n")
    description = {"SamplingFrequency": 200.0, "TaskName": "run", "TrackingSystemName": "imu"}
    path.with_name(f"{stem}_motion.json").write_text(json.dumps(description))
    table = np.column_stack(columns)
    lines = ["\t".join("n/a" if np.isnan(cell) else repr(cell) for cell in row) for row in table.tolist()]
    path.write_text("\n".join(lines) + "\n")
    return path


def _frame(stream: Stream, before: str = "") -> dict[str, np.ndarray]:
    columns = {f"{before}acc_{axis}_m_s2": stream.acc[:, n] for n, axis in enumerate("xyz")}
    return columns | {f"{before}gyr_{axis}_rad_s": stream.gyr[:, n] for n, axis in enumerate("xyz")}


def parquet_single(path: Path, stream: Stream, *, checksums: bool = True) -> Path:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table({"time_s": stream.time_s, **_frame(stream), "marker": [""] * len(stream.time_s)})
    pq.write_table(table, path, write_page_checksum=checksums)
    return path


def parquet_sides(path: Path, streams: dict[tuple[str, str], Stream]) -> Path:
    import pyarrow as pa
    import pyarrow.parquet as pq

    tables = [
        pa.table({
            "time_s": stream.time_s, **_frame(stream),
            "side": [side] * len(stream.time_s), "placement": [place] * len(stream.time_s),
        })
        for (side, place), stream in streams.items()
    ]  # fmt: skip
    table = pa.concat_tables(tables)
    for name in ("side", "placement"):
        table = table.set_column(table.schema.get_field_index(name), name, table[name].dictionary_encode())
    pq.write_table(table, path)
    return path


def parquet_wide(path: Path, streams: dict[str, Stream]) -> Path:
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns: dict[str, np.ndarray] = {"time_ms": next(iter(streams.values())).time_s * 1000.0}
    for point, stream in streams.items():
        columns |= _frame(stream, f"{point}_")
    pq.write_table(pa.table(columns), path)
    return path
