"""The places of profiles: own folder, plug-ins, named folders; what is wrong with one leaves the others alone."""

from __future__ import annotations

import importlib
import sys
import zipfile

import pytest

from gaitpipe import profile_store
from gaitpipe.errors import ProfileError, UnknownProfileError


def text_of(profile_id: str) -> str:
    return profile_store.load("open_imu").text.replace('id = "open_imu"', f'id = "{profile_id}"')


@pytest.fixture
def own(tmp_path, monkeypatch):
    folder = tmp_path / "own"
    folder.mkdir()
    monkeypatch.setenv(profile_store.FOLDER_VARIABLE, str(folder))
    return folder


@pytest.fixture
def plug_in(tmp_path, monkeypatch):
    """Installs an entry point with this value, beside a package of this name and text."""

    def install(value: str, package: str = "", code: str = "") -> None:
        site = tmp_path / "site"
        info = site / "board_profiles-1.0.dist-info"
        info.mkdir(parents=True, exist_ok=True)
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: board-profiles\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[{profile_store.ENTRY_POINTS}]\nboards = {value}\n")
        if package:
            (site / package).mkdir(exist_ok=True)
            (site / package / "__init__.py").write_text(code)
            (site / package / "board.toml").write_text(text_of("plugged"))
            monkeypatch.delitem(sys.modules, package, raising=False)
        monkeypatch.syspath_prepend(str(site))
        importlib.invalidate_caches()

    return install


def test_own_profile_is_found_by_its_id_and_comes_before_the_shipped_ones(own):
    (own / "mine.toml").write_text(text_of("mine"))
    first = profile_store.available()[0]
    assert (first.id, first.origin) == ("mine", profile_store.OWN)
    assert profile_store.load("mine").id == "mine"
    assert profile_store.load_all()[0][0].id == "mine"


def test_own_folder_is_that_of_the_system_and_need_not_be_there(monkeypatch, tmp_path):
    monkeypatch.delenv(profile_store.FOLDER_VARIABLE)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    folder = profile_store.user_folder()
    assert folder.parts[-2:] == ("gaitpipe", "profiles")
    if sys.platform == "linux":
        assert folder == tmp_path / "gaitpipe" / "profiles"
        assert all(item.origin == "shipped" for item in profile_store.available())
        folder.mkdir(parents=True)
        (folder / "mine.toml").write_text(text_of("mine"))
        assert profile_store.load("mine").id == "mine"


def test_named_folder_goes_before_own_before_plug_in_before_shipped(own, plug_in, tmp_path):
    plug_in("gp_boards", "gp_boards")
    (own / "mine.toml").write_text(text_of("mine"))
    named = tmp_path / "named"
    named.mkdir()
    (named / "x.toml").write_text(text_of("named_one"))
    origins = list(dict.fromkeys(item.origin for item in profile_store.available([named])))
    assert origins == [str(named), "own", "plug-in boards", "shipped"]


def test_broken_file_is_told_and_every_other_profile_works(own):
    (own / "broken.toml").write_text("this is no TOML")
    (own / "good.toml").write_text(text_of("good"))
    profiles, problems = profile_store.load_all()
    assert {"good", "open_imu"} <= {profile.id for profile in profiles}
    assert [problem.file for problem in problems] == [str(own / "broken.toml")]
    assert profile_store.load("good").id == "good"
    with pytest.raises(ProfileError, match="TOML"):
        profile_store.load("broken")


def test_id_of_a_shipped_profile_in_the_own_folder_is_an_error_that_names_both_and_stops_nothing_else(own):
    file = own / "copy.toml"
    file.write_text(text_of("open_imu"))
    with pytest.raises(ProfileError) as caught:
        profile_store.load("open_imu")
    assert str(file) in caught.value.message
    assert "open_imu.toml (shipped)" in caught.value.message
    assert profile_store.load("movesense_imu6").id == "movesense_imu6"
    profiles, problems = profile_store.load_all()
    assert "open_imu" not in {profile.id for profile in profiles}
    assert len(problems) == 1


def test_missing_folder_of_the_variable_is_told_and_stops_nothing(own):
    own.rmdir()
    assert profile_store.load("open_imu").id == "open_imu"
    (problem,) = profile_store.survey().problems
    assert profile_store.FOLDER_VARIABLE in problem.advice
    with pytest.raises(UnknownProfileError) as caught:
        profile_store.load("mine")
    assert str(own) in caught.value.advice


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("gp_boards", ""),
        ("gp_boards:folder", "from pathlib import Path\nfolder = Path(__file__).parent\n"),
        ("gp_boards:folder", "def folder():\n    return __file__.rpartition('__init__')[0]\n"),
        ("gp_boards:folder", "import importlib.resources\nfolder = importlib.resources.files(__name__)\n"),
    ],
)
def test_plug_in_gives_a_package_a_path_or_a_function(plug_in, value, code):
    plug_in(value, "gp_boards", code)
    stored = {item.id: item for item in profile_store.available()}
    assert stored["plugged"].origin == "plug-in boards"
    assert profile_store.load("plugged").id == "plugged"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("gp_nothing_there", ""),
        ("gp_boards:folder", "raise RuntimeError('out of order')"),
        ("gp_boards:folder", "folder = 7"),
        ("gp_boards:folder", "folder = '/nowhere/at/all'"),
    ],
)
def test_plug_in_that_fails_is_named_and_the_others_work(plug_in, value, code):
    plug_in(value, "gp_boards", code)
    found = profile_store.survey()
    assert "open_imu" in {item.id for item in found.profiles}
    (problem,) = found.problems
    assert "plug-in boards" in problem.message
    assert "Reinstall or remove" in problem.advice
    assert profile_store.load("open_imu").id == "open_imu"


def test_plug_in_inside_a_zip_is_read(tmp_path, monkeypatch):
    archive = tmp_path / "boards.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("gp_zipped/__init__.py", "")
        file.writestr("gp_zipped/board.toml", text_of("zipped"))
        file.writestr("zipped-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: zipped\nVersion: 1.0\n")
        file.writestr("zipped-1.0.dist-info/entry_points.txt", "[gaitpipe.profiles]\nzip = gp_zipped\n")
    monkeypatch.syspath_prepend(str(archive))
    assert profile_store.load("zipped").id == "zipped"


def test_python_file_in_a_folder_of_profiles_is_never_run(own):
    (own / "evil.py").write_text("raise SystemExit('was run')")
    (own / "mine.toml").write_text(text_of("mine"))
    assert profile_store.load("mine").id == "mine"
    assert "evil" not in {item.id for item in profile_store.available()}
