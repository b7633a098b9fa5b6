"""How the command line begins: quickly, and with help for mistyped words."""

from __future__ import annotations

import subprocess
import sys

import pytest

import gaitpipe

HEAVY = "numba scipy pandas matplotlib bumble pydantic bleak"


@pytest.mark.parametrize("arguments", [["--help"], ["record", "--help"], ["analyze", "--help"], ["--version"]])
def test_help_loads_nothing_heavy(arguments):
    program = (
        "import sys; from gaitpipe.cli import run; code = run(sys.argv[1:]); "
        f"loaded = [name for name in '{HEAVY}'.split() if name in sys.modules]; "
        "sys.exit(f'loaded: {loaded}' if loaded else code)"
    )
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "gaitpipe" in done.stdout


def test_the_package_loads_its_public_names_only_when_asked():
    program = "import sys, gaitpipe; assert 'numpy' not in sys.modules; print(gaitpipe.Session, dir(gaitpipe))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "gaitpipe.session.Session" in done.stdout
    assert "read_recording" in done.stdout
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = gaitpipe.nothing


def test_python_m_gaitpipe_is_the_same_program():
    done = subprocess.run([sys.executable, "-m", "gaitpipe", "--version"], capture_output=True, text=True, check=True)
    assert gaitpipe.__version__ in done.stdout


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["analyse"], "Did you mean 'analyze'?"),
        (["profiles", "lst"], "Did you mean 'list'?"),
        (["analyze", "--plasement", "foot"], "--placement"),
        (["simulate", "--out", "x", "--strike", "rearfot"], "Did you mean 'rearfoot'?"),
        (["analyze", "x.mcap", "--out", "x", "--placement", "shin"], "not one of foot, shank"),
        (["analyze", "x.mcap", "--out", "x", "--belt-speed", "quick"], "no speed"),
        (["simulate", "--out", "x", "--set", "rate_hz"], "has no '='"),
        (["simulate", "--out", "x", "--gap", "5:2"], "no gap"),
        (["record", "--out", "x", "--placement", "foot"], "no sensor was named"),
        (["analyze", "--out", "x"], "nothing to analyse"),
    ],
)
def test_wrong_use_says_what_was_meant_and_ends_with_two(call, arguments, expected):
    called = call(*arguments)
    assert called.code == 2
    assert expected in called.err
    assert called.out == ""


@pytest.mark.parametrize(("option", "expected"), [(["--left"], "--placement foot"), ([], "--left ")])
def test_a_file_that_does_not_say_where_it_is_from_is_asked_for_with_the_option(call, tmp_path, option, expected):
    path = tmp_path / "a.csv"
    rows = "".join(f"{row / 100},0.{row},1.0,9.8\n" for row in range(500))
    path.write_text("time_s,acc_x_m_s2,acc_y_m_s2,acc_z_m_s2\n" + rows)
    called = call("analyze", "--out", str(tmp_path / "x"), *option, str(path))
    assert called.code == 2
    assert expected in called.err
    assert called.out == ""


def test_no_arguments_shows_the_help(call):
    called = call()
    assert called.code == 2
    assert "Commands:" in called.err


def test_debug_shows_where_an_error_came_from(capsys):
    from gaitpipe.cli import run

    assert run(["--debug", "profiles", "show", "none"]) == 2
    assert "Traceback" in capsys.readouterr().err
