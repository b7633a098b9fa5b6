"""Who starts processes for the tests: the whole suite, once."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

CONFTEST = Path(__file__).parents[1] / "conftest.py"
Source = pytest.Config.ArgsSource


def decide(pytestconfig, monkeypatch, source=Source.TESTPATHS, cores=2, *, worker=False, **options):
    """The number of processes and how they share, after the hook has seen this command line."""
    module = pytestconfig.pluginmanager.get_plugin(str(CONFTEST))
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    monkeypatch.setattr(module.os, "sched_getaffinity", lambda _process: set(range(cores)), raising=False)
    usual = {"numprocesses": None, "dist": "no", "usepdb": False, "collectonly": False}
    config = SimpleNamespace(
        option=SimpleNamespace(**{**usual, **options}), args_source=source, getoption=lambda _name, default: default
    )
    if worker:
        config.workerinput = {}
    module.pytest_cmdline_main(config)
    return config.option.numprocesses, config.option.dist


def test_the_whole_suite_uses_all_cores_up_to_a_limit(pytestconfig, monkeypatch):
    assert decide(pytestconfig, monkeypatch) == (2, "worksteal")
    assert decide(pytestconfig, monkeypatch, cores=64) == (8, "worksteal")


def test_a_process_of_the_suite_starts_no_more_processes(pytestconfig, monkeypatch):
    assert decide(pytestconfig, monkeypatch, worker=True) == (None, "no")


@pytest.mark.parametrize(
    "options",
    [{"source": Source.ARGS}, {"cores": 1}, {"numprocesses": 0}, {"usepdb": True}, {"collectonly": True}],
    ids=["a part of the tests", "one core", "-n 0", "--pdb", "--collect-only"],
)
def test_otherwise_there_is_one_process(pytestconfig, monkeypatch, options):
    assert decide(pytestconfig, monkeypatch, **options)[1] == "no"


def test_what_the_command_line_says_stays(pytestconfig, monkeypatch):
    assert decide(pytestconfig, monkeypatch, numprocesses=4, dist="loadfile") == (4, "loadfile")
