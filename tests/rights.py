"""Lets permissions of files bind the administrator too, as they bind everybody else: on Linux, for this thread."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from collections.abc import Iterator

VERSION_3 = 0x20080522
DAC_OVERRIDE, DAC_READ_SEARCH = 1, 2
"""Of linux/capability.h: to pass over permissions of files, and of reading and searching."""


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Data(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


def permissions_can_bind() -> bool:
    """Whether `bound_by_permissions` can do what it says on this machine."""
    return sys.platform.startswith("linux") or (os.name != "nt" and os.geteuid() != 0)


@contextlib.contextmanager
def bound_by_permissions() -> Iterator[None]:
    """Give up the rights of passing over permissions; they are taken back at the end."""
    if os.geteuid() != 0:
        yield
        return
    library = ctypes.CDLL(None, use_errno=True)
    header, data = _Header(VERSION_3, 0), (_Data * 2)()
    _check(library.capget(ctypes.byref(header), data))
    before = data[0].effective
    data[0].effective = before & ~(1 << DAC_OVERRIDE | 1 << DAC_READ_SEARCH)
    _check(library.capset(ctypes.byref(header), data))
    try:
        yield
    finally:
        data[0].effective = before
        _check(library.capset(ctypes.byref(header), data))


def _check(code: int) -> None:
    if code != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
