"""Asks the message bus whether everything that was given to it has been delivered, without asyncio."""

from __future__ import annotations

import os
import socket
from types import TracebackType
from typing import Self

from dbus_fast import Message

# The daemon reads 2 kB of a connection, then looks at the others; each answer to us means one more round of its loop.
ROUNDS = 8
WAIT_S = 10.0


class BusWitness:
    """A connection of its own to the daemon, which answers only after what came before."""

    def __init__(self, address: str) -> None:
        self._path = address.removeprefix("unix:path=")
        self._socket: socket.socket | None = None
        self._serial = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def settle(self) -> None:
        """Return when the daemon has passed on what was sent to it before; at once when there is no daemon."""
        try:
            if self._socket is None:
                self._connect()
            for _ in range(ROUNDS):
                self._ask("GetId")
        except OSError:
            self._close()

    def _close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _connect(self) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(WAIT_S)
        self._socket.connect(self._path)
        self._socket.sendall(b"\0AUTH EXTERNAL " + str(os.getuid()).encode().hex().encode() + b"\r\n")
        if not self._socket.recv(1024).startswith(b"OK"):
            message = "the message bus refused the witness"
            raise RuntimeError(message)
        self._socket.sendall(b"BEGIN\r\n")
        self._ask("Hello")

    def _ask(self, member: str) -> None:
        self._serial += 1
        question = Message(
            destination="org.freedesktop.DBus",
            path="/org/freedesktop/DBus",
            interface="org.freedesktop.DBus",
            member=member,
            serial=self._serial,
        )
        self._socket.sendall(question._marshall(False))
        while self._read_type() not in (2, 3):  # a return or an error; signals come between
            pass

    def _read_type(self) -> int:
        """Read one message; return its type. Its lengths are in the fixed first part."""
        head = self._read(16)
        order = "little" if head[:1] == b"l" else "big"
        body, fields = int.from_bytes(head[4:8], order), int.from_bytes(head[12:16], order)
        self._read((fields + 7) // 8 * 8 + body)
        return head[1]

    def _read(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            more = self._socket.recv(count - len(data))
            if not more:
                raise ConnectionResetError
            data += more
        return data
