"""Where profiles are found: in the wheel, in a checkout, in folders of one's own."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from gaitpipe import profile_store
from gaitpipe.errors import ProfileError
from gaitpipe.protocol import schema, schema_faults

REPOSITORY = Path(__file__).resolve().parents[2]


def test_shipped_profiles_are_found_and_load():
    stored = profile_store.available()
    assert {"movesense_imu6", "movella_dot", "open_imu"} <= {item.id for item in stored}
    for item in stored:
        assert item.origin == "shipped"
        assert profile_store.load(item.id).id == item.id


def test_mistyped_id_is_refused_with_the_nearest_one_and_the_list():
    said = r"^there is no device profile '.*'\. Did you mean 'movesense_imu6'"
    with pytest.raises(ProfileError, match=said) as caught:
        profile_store.load("movesens_imu6")
    assert "open_imu" in caught.value.advice


def test_own_folder_comes_first_and_a_path_works_too(tmp_path):
    text = profile_store.load("open_imu").text.replace('id = "open_imu"', 'id = "my_imu"')
    file = tmp_path / "mine.toml"
    file.write_text(text)
    assert profile_store.available([tmp_path])[0] == profile_store.StoredProfile("my_imu", str(file), str(tmp_path))
    assert profile_store.load("my_imu", [tmp_path]).text == text
    assert profile_store.load(str(file)).id == "my_imu"
    assert profile_store.load(file).id == "my_imu"


def test_same_id_twice_is_an_error_that_names_both_files(tmp_path):
    file = tmp_path / "copy.toml"
    file.write_text(profile_store.load("open_imu").text)
    with pytest.raises(ProfileError) as caught:
        profile_store.available([tmp_path])
    assert "copy.toml" in caught.value.message
    assert "open_imu.toml" in caught.value.message


def test_missing_folder_and_missing_file_are_said(tmp_path):
    with pytest.raises(ProfileError, match="no such folder"):
        profile_store.available([tmp_path / "nowhere"])
    with pytest.raises(ProfileError, match="cannot be read"):
        profile_store.load(str(tmp_path / "nothing.toml"))
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ProfileError, match="not UTF-8"):
        profile_store.load(str(tmp_path / "binary.toml"))


def test_wheel_carries_every_profile(tmp_path):
    if importlib.util.find_spec("hatchling") is None:
        pytest.skip("hatchling is not installed: the wheel cannot be built here")
    build = "import sys, hatchling.build; print(hatchling.build.build_wheel(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", build, str(tmp_path)], cwd=REPOSITORY, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    for item in profile_store.available():
        assert f"gaitpipe/_firmware_profiles/{Path(item.file).name}" in names


def test_modes_name_a_profile_that_a_scan_can_name():
    profiles = {item.id: profile_store.load(item.id) for item in profile_store.available()}
    for profile in profiles.values():
        if profile.variant_of is not None:
            assert profiles[profile.variant_of].variant_of is None, profile.id


def test_readme_of_the_profiles_explains_every_key_and_lists_every_sensor():
    readme = (profile_store.shipped_folder() / "README.md").read_text(encoding="utf-8")
    missing = [key for key in sorted(keys_of(schema.ProfileFile)) if not re.search(rf"\b{key}\b", readme)]
    assert missing == []
    motion = [item.id for item in profile_store.available() if profile_store.load(item.id).auxiliary is None]
    assert [one for one in motion if f"`{one}`" not in readme] == []


def keys_of(model):
    """All keys of the tables of a profile file."""
    keys, waiting, seen = set(), [model], set()
    while waiting:
        table = waiting.pop()
        if table in seen:
            continue
        seen.add(table)
        for name, field in table.model_fields.items():
            keys.add(name)
            waiting += schema_faults._models_in(field.annotation)
    return keys
