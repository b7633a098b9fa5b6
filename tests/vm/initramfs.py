"""What the virtual machine boots from: kernel modules in loading order and a small archive with them and busybox."""

from __future__ import annotations

import gzip
import lzma
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

REQUIRED = ("virtio_pci", "9pnet_virtio", "9p", "bluetooth", "hci_vhci")
"""Without these there is no file system and no Bluetooth."""

OPTIONAL = ("ecb", "cmac", "ecdh_generic", "algif_hash", "algif_skcipher", "rfkill", "uhid")
"""Ciphers of the kernel's pairing and of bluetoothd; some kernels have them built in."""

_CPIO_FILE = 0o100000
_CPIO_FOLDER = 0o040000


class MissingModuleError(Exception):
    """The kernel package lacks a module that is needed."""


def find_modules(folder: Path) -> dict[str, Path]:
    """Return name -> file of all modules below `folder`; names have underscores, as in `lsmod`."""
    return {path.name.split(".ko")[0].replace("-", "_"): path for path in sorted(folder.rglob("*.ko*"))}


def read_module(path: Path) -> bytes:
    """Return the plain ELF file; newer Debian kernels have their modules compressed."""
    data = path.read_bytes()
    if path.suffix == ".xz":
        return lzma.decompress(data)
    if path.suffix == ".ko":
        return data
    message = f"unknown compression of {path.name}"
    raise MissingModuleError(message)


def dependencies(module: bytes) -> list[str]:
    """Return what a module says in its `.modinfo` section: `depends=a,b`."""
    found = re.search(rb"\0?depends=([^\0]*)\0", module)
    names = found.group(1).decode() if found else ""
    return [name.replace("-", "_") for name in names.split(",") if name]


def loading_order(
    wanted: Iterable[str], optional: Iterable[str], modules: Mapping[str, Path], built_in: Iterable[str]
) -> list[str]:
    """Return the modules to load, each after those that it needs.

    Raises
    ------
    MissingModuleError
        One that is needed is neither a module nor built in.
    """
    inside = {name.replace("-", "_") for name in built_in}
    order: list[str] = []

    def add(name: str) -> None:
        if name in order or name in inside:
            return
        if name not in modules:
            message = f"the kernel has no module {name}"
            raise MissingModuleError(message)
        for needed in dependencies(read_module(modules[name])):
            add(needed)
        order.append(name)

    for name in wanted:
        add(name)
    for name in optional:
        if name in modules:
            add(name)
    return order


def archive(files: Mapping[str, tuple[int, bytes]]) -> bytes:
    """Return a compressed `newc` cpio archive of path -> (permissions, content); folders come by themselves."""
    folders = {parent.as_posix() for path in files for parent in Path(path).parents} - {"."}
    entries = [(folder, _CPIO_FOLDER | 0o755, b"") for folder in sorted(folders)]
    entries += [(path, _CPIO_FILE | mode, data) for path, (mode, data) in files.items()]
    parts = [_cpio_entry(number, *entry) for number, entry in enumerate(entries, 1)]
    parts.append(_cpio_entry(0, "TRAILER!!!", 0, b""))
    return gzip.compress(b"".join(parts), compresslevel=1)


def _cpio_entry(inode: int, name: str, mode: int, data: bytes) -> bytes:
    raw_name = name.encode() + b"\0"
    fields = (inode, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(raw_name), 0)
    header = b"070701" + b"".join(b"%08X" % value for value in fields)
    return _padded(header + raw_name) + _padded(data)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)


def module_folder(unpacked: Path, release: str) -> Path:
    """Return where the kernel's modules lie: newer packages use /usr/lib."""
    return next(
        (
            unpacked / parent / release
            for parent in ("lib/modules", "usr/lib/modules")
            if (unpacked / parent / release).is_dir()
        ),
        unpacked / "lib/modules" / release,
    )


def build(unpacked: Path, release: str, init: bytes) -> bytes:
    """Return the initramfs of kernel `release` from Debian packages that were unpacked into one folder."""
    folder = module_folder(unpacked, release)
    modules = find_modules(folder)
    listed = folder / "modules.builtin"
    built_in = [Path(line).stem for line in listed.read_text().splitlines()] if listed.exists() else []
    order = loading_order(REQUIRED, OPTIONAL, modules, built_in)
    files = {f"modules/{name}.ko": (0o644, read_module(modules[name])) for name in order}
    files["modules/order"] = (0o644, "\n".join(f"{name}.ko" for name in order).encode())
    busybox = next(path for path in (unpacked / "bin/busybox", unpacked / "usr/bin/busybox") if path.exists())
    files["bin/busybox"] = (0o755, busybox.read_bytes())
    files["init"] = (0o755, init)
    return archive(files)
