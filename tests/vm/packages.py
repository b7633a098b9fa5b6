"""Debian packages for the virtual machine: fetched with apt and unpacked into a folder, nothing is installed.

Needs no root: apt keeps its lists and archives in the cache folder.
"""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

EMULATOR = "qemu-system-x86_64"
WANTED = ("qemu-system-x86", "bluez", "busybox-static", "dbus-daemon")
KERNEL = "linux-image-amd64"  # stands for the present one

UNPACKED = ("bluez", "busybox-static")
"""Taken from the folder even where they are installed."""

LEFT_OUT = ("systemd", "udev", "libpam-systemd", "libnss-systemd", "initramfs-tools", "klibc-utils", "libc6", "libc-")
"""What an installed system would need and an unpacked program does not; the C library is always this system's own."""

KERNEL_FOLDERS = ("net", "fs", "crypto", "lib", "drivers/virtio", "drivers/bluetooth", "drivers/hid", "arch")


class CannotFetchError(Exception):
    """Something outside is missing; the text says what to do."""


def check_system() -> None:
    """Raise `CannotFetchError` where this cannot work."""
    if sys.platform != "linux":
        raise CannotFetchError(f"the virtual machine needs Linux, this is {sys.platform}")
    if platform.machine() != "x86_64":
        raise CannotFetchError(f"the virtual machine is an x86-64 one, this is {platform.machine()}")
    for program in ("apt-get", "dpkg-deb", "tar"):
        if shutil.which(program) is None:
            raise CannotFetchError(f"{program} is missing: the packages come from Debian's archive")


def prepare(cache: Path, kernel: str, say: Callable[[str], None]) -> Path:
    """Return the folder with the unpacked packages; a folder that is complete is used again without the network.

    `kernel` is a package: `linux-image-amd64` stands for the newest one.
    """
    cache = cache / kernel
    root, done = cache / "root", cache / "complete"
    if done.exists():
        say(f"packages: unpacked before in {root}")
        return root
    check_system()
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    started_s = time.monotonic()
    archives = _download(cache, kernel)
    size_mb = sum(path.stat().st_size for path in archives) / 1e6
    say(f"packages: {len(archives)} files, {size_mb:.0f} MB, {time.monotonic() - started_s:.0f} s")
    started_s = time.monotonic()
    for path in archives:
        _unpack(path, root)
    done.write_text("".join(f"{path.name}\n" for path in archives))
    for folder in (cache / "lists", cache / "archives"):
        shutil.rmtree(folder)
    say(f"packages: unpacked in {time.monotonic() - started_s:.0f} s")
    return root


def _download(cache: Path, kernel: str) -> list[Path]:
    lists, archives = cache / "lists", cache / "archives"
    for folder in (lists / "partial", archives / "partial"):
        folder.mkdir(parents=True, exist_ok=True)
    options = [
        "-oDebug::NoLocking=1",
        f"-oDir::State::lists={lists}",
        f"-oDir::Cache::archives={archives}",
        f"-oDir::Cache::pkgcache={cache / 'pkgcache.bin'}",
        f"-oDir::Cache::srcpkgcache={cache / 'srcpkgcache.bin'}",
        "-oAPT::Sandbox::User=",
    ]
    _apt([*options, "-q", "update"], "reading the lists of packages")
    plan = _apt([*options, "-s", "--no-install-recommends", "install", *WANTED, kernel], "choosing the packages")
    names = [match.group(1) for match in re.finditer(r"^Inst (\S+)", plan, re.MULTILINE)]
    names += [name for name in UNPACKED if name not in names]
    if not any(name.startswith("linux-image-") and name != KERNEL for name in names):
        names.append(_concrete_kernel(options) if kernel == KERNEL else kernel)
    names = [name for name in names if name != KERNEL and not name.startswith(LEFT_OUT)]
    for leftover in archives.glob("*.deb"):
        leftover.unlink()
    _apt([*options, "-q", "download", *names], "fetching the packages", archives)
    return sorted(archives.glob("*.deb"))


def _concrete_kernel(options: list[str]) -> str:
    """Return the package that the metapackage stands for, where it is installed already."""
    command = ["apt-cache", *options, "depends", "--no-recommends", KERNEL]
    text = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    found = re.search(r"Depends: (linux-image-\S+)", text)
    if found is None:
        raise CannotFetchError(f"apt knows no kernel behind {KERNEL}: is this Debian?")
    return found.group(1)


def _apt(arguments: list[str], doing: str, folder: Path | None = None) -> str:
    result = subprocess.run(["apt-get", *arguments], capture_output=True, text=True, check=False, cwd=folder)
    if result.returncode != 0:
        last = (result.stderr.strip() or result.stdout.strip()).splitlines()[-3:]
        raise CannotFetchError(f"{doing} failed (no network, or not Debian?): {' / '.join(last)}")
    return result.stdout


def _unpack(archive: Path, root: Path) -> None:
    """Unpack all of a package; of the kernel only what a machine without hardware can use (60 of 400 MB)."""
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(archive)], stdout=subprocess.PIPE) as source:
        command = ["tar", "-x", "-C", str(root), "--no-same-owner"]
        if archive.name.startswith("linux-image-"):
            parts = ["./boot/vmlinuz-*", "./lib/modules/*/modules.*", "./usr/lib/modules/*/modules.*"]
            parts += [f"./{prefix}lib/modules/*/kernel/{name}" for prefix in ("", "usr/") for name in KERNEL_FOLDERS]
            command += ["--wildcards", *parts]
        # a pattern without a match makes tar complain: whether all is there is checked where it is used
        subprocess.run(command, stdin=source.stdout, stderr=subprocess.DEVNULL, check=False)
