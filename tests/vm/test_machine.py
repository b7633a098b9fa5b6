"""The pieces of the virtual machine that can be tested without it."""

from __future__ import annotations

import gzip
import lzma
import os
import subprocess
import sys
from pathlib import Path

import pytest

from module_beside import module_beside

FOLDER = Path(__file__).parent
initramfs, packages, results = (module_beside(__file__, name) for name in ("initramfs", "packages", "results"))


def write_modules(folder: Path, **needs: str) -> dict[str, Path]:
    for name, depends in needs.items():
        (folder / f"{name.replace('_', '-')}.ko").write_bytes(b"ELF\0license=GPL\0depends=" + depends.encode() + b"\0")
    return initramfs.find_modules(folder)


def test_module_is_loaded_after_all_that_it_needs(tmp_path):
    modules = write_modules(tmp_path, hci_vhci="bluetooth", bluetooth="rfkill,ecdh-generic", ecdh_generic="ecc", ecc="")
    order = initramfs.loading_order(["hci_vhci"], ["cmac"], modules, built_in=["rfkill"])
    assert order == ["ecc", "ecdh_generic", "bluetooth", "hci_vhci"]


def test_module_that_the_kernel_lacks_is_named(tmp_path):
    modules = write_modules(tmp_path, hci_vhci="bluetooth")
    with pytest.raises(initramfs.MissingModuleError, match="bluetooth"):
        initramfs.loading_order(["hci_vhci"], [], modules, built_in=[])


def test_compressed_module_is_unpacked(tmp_path):
    path = tmp_path / "bluetooth.ko.xz"
    path.write_bytes(lzma.compress(b"ELF\0depends=rfkill\0"))
    assert initramfs.find_modules(tmp_path) == {"bluetooth": path}
    assert initramfs.dependencies(initramfs.read_module(path)) == ["rfkill"]


def cpio_entries(data: bytes) -> dict[str, tuple[int, bytes]]:
    """Read a `newc` archive by its definition: 13 hexadecimal fields, name, content, each padded to 4 bytes."""
    entries, place = {}, 0
    while True:
        assert data[place : place + 6] == b"070701"
        fields = [int(data[place + 6 + 8 * i : place + 14 + 8 * i], 16) for i in range(13)]
        mode, size, name_size = fields[1], fields[6], fields[11]
        name = data[place + 110 : place + 110 + name_size - 1].decode()
        start = (place + 110 + name_size + 3) // 4 * 4
        if name == "TRAILER!!!":
            return entries
        entries[name] = (mode, data[start : start + size])
        place = (start + size + 3) // 4 * 4


def test_archive_holds_files_with_their_folders_and_permissions():
    files = {"init": (0o755, b"#!x"), "modules/a.ko": (0o644, b"12345")}
    entries = cpio_entries(gzip.decompress(initramfs.archive(files)))
    assert entries == {"modules": (0o40755, b""), "init": (0o100755, b"#!x"), "modules/a.ko": (0o100644, b"12345")}


def test_machine_that_is_no_debian_says_what_is_missing(monkeypatch):
    monkeypatch.setattr(packages.shutil, "which", lambda _name: None)
    monkeypatch.setattr(packages.sys, "platform", "linux")
    monkeypatch.setattr(packages.platform, "machine", lambda: "x86_64")
    with pytest.raises(packages.CannotFetchError, match="apt-get is missing"):
        packages.check_system()
    monkeypatch.setattr(packages.sys, "platform", "darwin")
    with pytest.raises(packages.CannotFetchError, match="needs Linux"):
        packages.check_system()


@pytest.mark.skipif(sys.platform != "linux", reason="the virtual machine needs Linux")
def test_run_without_a_way_to_get_packages_ends_with_five_and_the_reason(tmp_path):
    environment = os.environ | {"PATH": str(tmp_path), "GAITPIPE_VM_CACHE": str(tmp_path / "cache")}
    command = [sys.executable, str(FOLDER / "machine.py")]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 5
    assert "apt-get is missing" in result.stdout


REPORT = """<testsuites><testsuite name="pytest">
<testcase name="test_one_sensor_is_away[vm-out of range]" time="1.25"/>
<testcase name="test_two_fail[vm]" time="2"><failure message="assert 3 == 2&#10;more">x</failure></testcase>
<testcase name="test_three_skips[vm]" time="0"><skipped message="no such kernel">x</skipped></testcase>
</testsuite></testsuites>"""


def test_table_has_a_row_a_test_with_outcome_reason_and_seconds(tmp_path):
    (tmp_path / "tests.xml").write_text(REPORT)
    text = results.table(
        tmp_path / "tests.xml", "kernel 6.1\nbluez 5.66\n", 80.0, ["qemu-system-x86_1%3a7.2_amd64.deb"]
    )
    assert "| one sensor is away (out of range) | passed | 1.2 |" in text
    assert "| two fail | failed: assert 3 == 2 | 2.0 |" in text
    assert "| three skips | left out: no such kernel | 0.0 |" in text
    assert "| tests | 1 passed, 1 failed, 1 left out |" in text
    assert "| kernel | 6.1 |" in text
