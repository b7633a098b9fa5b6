"""Input and results under URLs: a server that speaks S3, on loopback, and file systems inside this process."""

from __future__ import annotations

import importlib.util
import json
import os
from pathlib import Path

import pytest

from gaitpipe.app.batch import dry_run
from gaitpipe.batch import lock
from gaitpipe.batch.storage import RemoteStorage, is_url, storage_of
from gaitpipe.errors import RecordingError, UsageError

NEEDED = ("fsspec", "s3fs", "moto", "flask")
MISSING = [name for name in NEEDED if importlib.util.find_spec(name) is None]
pytestmark = [
    pytest.mark.skipif(bool(MISSING), reason=f"libraries of an object store are missing: {', '.join(MISSING)}"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def server():
    from moto.server import ThreadedMotoServer

    found = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    found.start()
    yield "http://{}:{}".format(*found.get_host_and_port())
    found.stop()


@pytest.fixture
def bucket(server, monkeypatch, request):
    """An empty bucket, of which workers know by the environment as in real life."""
    import s3fs

    for name, value in (
        ("AWS_ENDPOINT_URL", server), ("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_DEFAULT_REGION", "us-east-1"), ("AWS_EC2_METADATA_DISABLED", "true"),
    ):  # fmt: skip
        monkeypatch.setenv(name, value)
    s3fs.S3FileSystem.clear_instance_cache()
    fs = s3fs.S3FileSystem()
    name = f"bucket{abs(hash(request.node.name)) % 10**9}"
    fs.mkdir(name)
    yield fs, name
    s3fs.S3FileSystem.clear_instance_cache()


def test_a_bucket_is_analysed_into_a_bucket_and_only_once(place, of, bucket):
    fs, name = bucket
    fs.put_file(str(place.recording), f"{name}/data/P01/session.mcap")
    for side in ("left", "right"):
        fs.pipe_file(f"{name}/data/run_{side}.csv", place.csv_texts[side].encode())
    fs.pipe_file(f"{name}/data/readme.txt", b"hello")
    fs.pipe_file(f"{name}/data/bad.mcap", b"no recording")
    where = {"inputs": (f"s3://{name}/data",), "out": f"s3://{name}/out"}
    result = place.run(workers=1, **where)
    assert {name: entry.status for name, entry in of(result).items()} == {
        "P01-session": "ok", "run": "ok", "bad": "failed", "readme.txt": "skipped",
    }  # fmt: skip
    assert of(result)["run"].files == (f"s3://{name}/data/run_left.csv", f"s3://{name}/data/run_right.csv")
    assert f"{name}/out/results/run/summary.json" in fs.find(f"{name}/out/results")
    rows = fs.cat_file(f"{name}/out/cohort.csv").decode().splitlines()
    assert [row.split(",")[1] for row in rows[1:]] == ["P01/session.mcap"] * 2 + ["run_left.csv; run_right.csv"] * 2
    again = place.run(workers=1, **where)
    assert (again.counts["unchanged"], again.counts["ok"], again.counts["failed_before"]) == (2, 0, 1)
    lines = fs.cat_file(f"{name}/out/ledger.jsonl").splitlines()
    assert len([json.loads(line) for line in lines]) == 8
    assert not fs.exists(f"{name}/out/.gaitpipe/lock.json")


def test_results_of_a_bucket_are_those_of_the_same_files_here(place, bucket):
    fs, name = bucket
    place.add_recording("session.mcap")
    fs.put_file(str(place.recording), f"{name}/data/session.mcap")
    place.run()
    place.run(inputs=(f"s3://{name}/data/*.mcap",), out=f"s3://{name}/out")
    for file in ("strides.csv", "summary.json"):
        here = (place.out / "results" / "session" / file).read_bytes()
        assert fs.cat_file(f"{name}/out/results/session/{file}") == here
    assert not list(Path(os.environ.get("TMPDIR", "/tmp")).glob("gaitpipe-*/0/session.mcap"))


def test_a_changed_object_is_analysed_again(place, bucket):
    fs, name = bucket
    fs.pipe_file(f"{name}/data/a_left.csv", place.csv_texts["left"].encode())
    where = {"inputs": (f"s3://{name}/data",), "out": str(place.out)}
    assert place.run(**where).counts["ok"] == 1
    fs.pipe_file(f"{name}/data/a_left.csv", place.csv_texts["right"].encode())
    assert place.run(**where).counts["ok"] == 1


def test_a_bucket_that_is_not_there_and_a_store_that_refuses_are_told(place, bucket):
    with pytest.raises((UsageError, RecordingError)) as caught:
        place.run(inputs=("s3://no-such-bucket-here/data",))
    assert caught.value.advice


def test_the_lock_of_a_bucket_keeps_others_out_until_it_is_stale(bucket):
    _, name = bucket
    storage = RemoteStorage(f"s3://{name}/out")
    now_s = 1000.0
    with (
        lock.hold(storage, lambda: now_s),
        pytest.raises(lock.BusyError, match="process"),
        lock.hold(storage, lambda: now_s + 60.0),
    ):
        pass
    other = {"pid": 1, "host": "elsewhere", "time_s": now_s, "token": "x"}
    storage.write(lock.LOCK_NAME, json.dumps(other).encode())
    with pytest.raises(lock.BusyError, match="elsewhere"), lock.hold(storage, lambda: now_s + 60.0):
        pass
    with lock.hold(storage, lambda: now_s + 121.0):
        assert b"elsewhere" not in (storage.read(lock.LOCK_NAME) or b"")


def test_a_lock_that_is_held_for_long_is_renewed(bucket):
    _, name = bucket
    storage, times = RemoteStorage(f"s3://{name}/out"), [1000.0]
    with lock.hold(storage, lambda: times[0]) as renew:
        times[0] += 100.0
        renew()
        with pytest.raises(lock.BusyError), lock.hold(storage, lambda: times[0] + 60.0):
            pass


def test_what_only_this_process_sees_is_refused_for_workers_and_fine_here(place, of):
    import fsspec

    fs = fsspec.filesystem("memory")
    fs.pipe_file("/batch_test/data/a_left.csv", place.csv_texts["left"].encode())
    where = {"inputs": ("memory://batch_test/data",), "out": "memory://batch_test/out"}
    with pytest.raises(UsageError, match="workers cannot see") as caught:
        dry_run(place.request(workers=2, **where))
    assert "--workers 0" in caught.value.advice
    assert of(place.run(**where))["a"].status == "ok"
    assert fs.exists("/batch_test/out/results/a/summary.json")
    fs.rm("/batch_test", recursive=True)


def test_a_growing_text_is_put_now_and_then_and_at_the_end(bucket):
    _, name = bucket
    times = [0.0]
    storage = RemoteStorage(f"s3://{name}/x", lambda: times[0])
    storage.append("log", b"one\n")
    storage.append("log", b"two\n")
    assert storage.read("log") == b"one\n"
    times[0] = 6.0
    storage.append("log", b"three\n")
    assert storage.read("log") == b"one\ntwo\nthree\n"
    storage.append("log", b"four\n")
    storage.flush()
    assert storage.read("log") == b"one\ntwo\nthree\nfour\n"


@pytest.mark.parametrize(
    ("text", "url"), [("s3://b/x", True), ("C:\\data", False), ("file:///tmp/x", False), ("data/x", False)]
)
def test_urls_are_told_from_paths(text, url):
    assert is_url(text) is url
    if text.startswith("file"):
        assert storage_of(text).spec == "/tmp/x"


def test_an_unknown_scheme_is_wrong_use(place):
    with pytest.raises(UsageError, match="cannot be opened"):
        place.run(inputs=("nonsense://x/y",))
