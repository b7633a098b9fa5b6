"""What the link to one device tells: its notifications, events, advice to the person, and its state for a live view.

Nothing here waits or touches the radio. Advice on one matter is given once in an outage; data ends the outage.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from gaitpipe.errors import DeviceError
from gaitpipe.model import RawNotification, RecordingEvent
from gaitpipe.sources.ble_plan import LinkPlan
from gaitpipe.sources.ble_scan import Sighting, Wanted
from gaitpipe.sources.ble_session import ATT_HEADER_BYTES, LinkOptions, LinkState, Session

LOW_BATTERY_PCT = 10
DOUBLES_IN_A_ROW = 12
LASTING_ADVICE = {"mtu", "battery"}


class LinkReport:
    """See the module text. `on_streaming` is called when data begins to flow."""

    def __init__(self, wanted: Wanted, plan: LinkPlan, options: LinkOptions, on_streaming: Callable[[], None]) -> None:
        self.state = LinkState()
        self._wanted = wanted
        self._plan = plan
        self._options = options
        self._on_streaming = on_streaming
        self._cut_length = 0  # length of a packet that was cut off by too small an MTU; 0 where the MTU suffices
        self._advised: set[str] = set()

    @property
    def name(self) -> str:
        """How to call the device when speaking to a person."""
        return f"'{self.state.device}'" if self.state.device else f"the {self._wanted.words}"

    def event(self, kind: str, text: str, value: float | None = None) -> None:
        """Record an event of this device, now."""
        monotonic_ns, utc_ns = self._options.clock()
        self._options.emit(RecordingEvent(monotonic_ns, utc_ns, kind, self._wanted.source, text, value))

    def advise(self, key: str, text: str) -> None:
        """Give one piece of advice, once in an outage."""
        if key not in self._advised:
            self._advised.add(key)
            self.event("advice", text)

    def advise_on(self, error: DeviceError, more: str = "") -> None:
        """Give the advice that an error carries."""
        self.advise(error.reason.value, f"{error.message}. {error.advice}{more}")

    def advise_away(self) -> None:
        """The device was not heard during a whole scan."""
        battery_pct = self.state.battery_pct
        empty = battery_pct is not None and battery_pct <= LOW_BATTERY_PCT
        why = (
            f"its battery was at {battery_pct} % and may be empty" if empty else "bring it closer, wake it or charge it"
        )
        self.advise("away", f"{self.name} is not heard: {why}. It is looked for all the time.")

    def note_sighting(self, sighting: Sighting) -> None:
        """The device was heard."""
        self.state.device = sighting.name or self.state.device
        self.state.rssi_dbm = sighting.advertisement.rssi

    def note_battery(self, battery_pct: int) -> None:
        """The device told its charge."""
        if battery_pct <= 100 and battery_pct != self.state.battery_pct:
            self.state.battery_pct = battery_pct
            self.event("battery", "", float(battery_pct))
            if battery_pct <= LOW_BATTERY_PCT:
                self.advise("battery", f"The battery of {self.name} is at {battery_pct} %: charge it.")

    def note_mtu(self, mtu: int | None) -> None:
        """Compare the agreed MTU with what one packet needs: too small an MTU cuts every packet off, silently.

        Old versions of BlueZ do not tell the MTU, and bleak then says 23: so advice waits for a packet of just the
        length to which it would be cut.
        """
        if mtu is not None:
            self.state.mtu = mtu
            self.event("mtu", "", float(mtu))
            self._cut_length = mtu - ATT_HEADER_BYTES if mtu < self._plan.mtu else 0

    def note_silence(self) -> None:
        """The device is connected and sends nothing."""
        self.event("stalled", f"no data for {self._plan.stall_timeout_s:g} s")
        if self._cut_length:  # some sensors send nothing at all rather than a part
            self._advise_mtu()

    def note_doubles(self) -> None:
        """Everything came twice."""
        self.advise("doubled", f"Everything from {self.name} came twice: it is connected anew.")

    def tap(self, session: Session, key: str) -> Callable[[bytes], None]:
        """Return the callback for the notifications of one characteristic: it takes the time and queues."""
        source, state, emit, clock = self._wanted.source, self.state, self._options.emit, self._options.clock
        is_data, is_battery = key in self._plan.data, key == self._plan.battery
        doubles = Doubles()

        def on_payload(payload: bytes) -> None:
            monotonic_ns, utc_ns = clock()
            if is_data:
                state.last_data_s = time.monotonic()
                if not state.streaming:
                    self._note_streaming()
                if len(payload) == self._cut_length:
                    self._advise_mtu()
                if doubles.count(payload) == DOUBLES_IN_A_ROW:
                    session.note_doubled()
            state.notifications += 1
            if not emit(RawNotification(source, key, monotonic_ns, utc_ns, payload)):
                state.dropped += 1
            if is_battery and payload:
                self.note_battery(payload[0])

        return on_payload

    def _note_streaming(self) -> None:
        """Data flows: the outage, if there was one, is over."""
        self.state.streaming = True
        self._advised &= LASTING_ADVICE
        self._on_streaming()
        self.event("streaming", self.state.device)

    def _advise_mtu(self) -> None:
        self.advise(
            "mtu",
            f"Packets of {self.name} need an ATT MTU of {self._plan.mtu} bytes, but the link has {self.state.mtu}: "
            "they are cut off. Choose a lower rate or use another Bluetooth adapter.",
        )


class Doubles:
    """Counts how often in a row a payload came exactly twice: some stacks do that after a reconnection.

    A payload that comes three times or more is a device that says the same all the time.
    """

    def __init__(self) -> None:
        self._last: bytes | None = None
        self._run = 0
        self._pairs = 0

    def count(self, payload: bytes) -> int:
        """Take in one payload; return how many pairs have come one after the other."""
        if payload == self._last:
            self._run += 1
            self._pairs = self._pairs + 1 if self._run == 2 else 0
        else:
            if self._run != 2:
                self._pairs = 0
            self._last, self._run = payload, 1
        return self._pairs
