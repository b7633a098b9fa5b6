"""Files that hold no samples: what they are is told, whatever they are called."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile

import pytest

from gaitpipe import importers
from gaitpipe.errors import RecordingError


def zipped(members, method=zipfile.ZIP_DEFLATED) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return content.getvalue()


def tarred(text: bytes) -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as archive:
        member = tarfile.TarInfo("run.csv")
        member.size = len(text)
        archive.addfile(member, io.BytesIO(text))
    return content.getvalue()


OFFICE = {"[Content_Types].xml": "<Types/>", "_rels/.rels": "<R/>"}
TABLE = b"time_s,acc_x_m_s2,acc_y_m_s2,acc_z_m_s2\n0,0,0,9.8\n" * 50
FILES = {
    "workbook of Excel": zipped({**OFFICE, "xl/workbook.xml": "<x/>"}),
    "Word document": zipped({**OFFICE, "word/document.xml": "<x/>"}),
    "workbook of LibreOffice": zipped(
        {"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}, zipfile.ZIP_STORED
    ),
    "packed with gzip": gzip.compress(TABLE),
    "packed with bzip2": bz2.compress(TABLE),
    "packed with xz": lzma.compress(TABLE),
    "tar archive": tarred(TABLE),
    r"picture \(PNG\)": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
    r"picture \(JPEG\)": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00",
    "PDF document": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    "SQLite database": b"SQLite format 3\x00" + bytes(80),
}  # fmt: skip
PACKED = ("packed with gzip", "packed with bzip2", "packed with xz", "tar archive")


@pytest.mark.parametrize("name", ["a.csv", "a.zip", "a.xyz", "a.csv.gz"])
@pytest.mark.parametrize("words", FILES)
def test_file_of_another_kind_is_told_as_what_it_is_whatever_its_name(words, name, tmp_path):
    path = tmp_path / name
    path.write_bytes(FILES[words])
    with pytest.raises(RecordingError, match=words) as caught:
        importers.find_importer(path)
    assert "no importer knows this kind of file" in caught.value.message
    assert ("Unpack it first" in caught.value.advice) is (words in PACKED)
    columns = importers.ReadOptions(columns=importers.column_names("time=t acc=a,b,c"))
    with pytest.raises(RecordingError, match=words):
        importers.find_importer(path, options=columns)


@pytest.mark.parametrize("name", ["a.zip", "a.bin"])
def test_zip_without_a_file_of_the_phone_app_says_what_is_in_it(name, tmp_path):
    path = tmp_path / name
    path.write_bytes(zipped({f"run{number}.csv": TABLE for number in range(5)}))
    importer = importers.find_importer(path)
    with pytest.raises(
        RecordingError, match=r"without any file of the app Sensor Logger.*'run0\.csv'.*and 2 more"
    ) as e:
        importer.read(path, importers.ReadOptions())
    assert "Unpack it" in e.value.advice


def test_archive_of_the_phone_app_is_found_where_its_names_stand_far_behind(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("Annotation.csv", "x" * 100_000)
        archive.writestr("Gyroscope.csv", "time,seconds_elapsed,z,y,x\n")
    importer = importers.find_importer(path)
    assert importer.name == "sensor_logger"
    with pytest.raises(RecordingError, match="there is no acceleration in it"):
        importer.read(path, importers.ReadOptions())
