"""From the events of one foot to its strides, each with its reason when it does not count.

Rules
  1. A contact is an initial contact and the terminal contact that follows it before the next one.
  2. A stride runs from one initial contact to the next of the same foot and is given out when that next one comes.
     It speaks of the contact at its beginning.
  3. A restart of the detector, a cycle without a contact, a lost initial contact or a stride longer than walking allows
     breaks the chain: the stride that was open is dropped and counted, and the next contact begins a new chain.
  4. A stride that is kept may still be poor. Its reasons stand in `quality`; only `ok` strides enter the means.
  5. Walking is a duty factor above one half (no flight). Near one half, where the error of contact time decides, a long
     stride time makes it walking. The mode changes when three strides in a row agree.
  6. Corrected times are raw feature times minus the placement's bias, for a foot by its strike angle, and
     for the end of contact by the mode and (shank) by the usual share of contact in the stride; both are kept.
     A stride's end is the corrected beginning of the next one.
  7. The last contact of a recording is kept without a stride time when a stride led to it.
  8. A terminal contact found on clipped rotation rates is late: its raw time is kept, the corrected one stays empty.
     The stride itself is good.
  9. After a pause longer than the longest stride, mode and usual stride time are learned anew.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from enum import Enum

import numpy as np

from gaitpipe.core.kernel import (
    EVENT_CLIPPED,
    EVENT_IC,
    EVENT_LOST,
    EVENT_NO_CONTACT,
    EVENT_RESTART,
    EVENT_SWING,
    EVENT_TC,
)
from gaitpipe.core.params import DetectorParams, initial_contact_bias_s, terminal_contact_bias_s
from gaitpipe.evidence import value
from gaitpipe.gait.trajectory import NO_MOTION, StrideMotion
from gaitpipe.model import Side


class Reason(Enum):
    """Why a stride does not count, or was dropped."""

    NO_TERMINAL_CONTACT = "no_terminal_contact"
    NO_INITIAL_CONTACT = "no_initial_contact"
    GAP = "gap"
    STRIDE_TIME = "stride_time"
    CONTACT_TIME = "contact_time"
    TRANSITION = "transition"


@dataclass(frozen=True, slots=True)
class Stride:
    """One stride of one foot before the other foot is known; NaN where not seen. Angles in rad, times in s.

    `stance_rate_ratio` is the mean |rotation rate| of mid-stance over the swing's peak: which segment this is.
    `peak_acc_bound_m_s2` is what a clipped peak is at least; `peak_acc_m_s2` is then NaN.
    `motion` is what dead reckoning says of it (`gait.trajectory`).
    """

    side: Side
    number: int
    ic_s: float
    tc_s: float
    ic_raw_s: float
    tc_raw_s: float
    next_ic_s: float
    foot_pitch_ic_rad: float
    stance_rate_ratio: float
    peak_acc_m_s2: float
    mode: str
    quality: str
    peak_acc_bound_m_s2: float = np.nan
    motion: StrideMotion = NO_MOTION


@dataclass(slots=True)
class _Contact:
    ic_s: float
    ic_raw_s: float
    lost: bool
    pitch_rad: float
    stance_rate_rad_s: float
    peak_acc_m_s2: float
    peak_acc_bound_m_s2: float
    tc_raw_s: float = np.nan
    tc_lost: bool = False
    tc_clipped: bool = False
    ends_stride: bool = False


@dataclass(slots=True)
class StrideBuilder:
    """Builds the strides of one foot from its events, in order of time.

    `contacts_s` holds the corrected times of the initial contacts of the last `push`, for the other foot's steps.
    """

    side: Side
    params: DetectorParams
    dropped: Counter[str] = field(default_factory=Counter)
    contacts_s: list[float] = field(default_factory=list)
    _pitch_rad: deque[float] = field(default_factory=lambda: deque(maxlen=15))
    _open: _Contact | None = None
    _last_ic_s: float = -np.inf
    _number: int = 0
    _mode: str = "run"
    _swing_rad_s: float = np.nan
    _recent: deque[float] = field(default_factory=lambda: deque(maxlen=9))
    _raw_duty: deque[float] = field(default_factory=lambda: deque(maxlen=9))
    _looks_walked: deque[bool] = field(default_factory=lambda: deque(maxlen=3))

    def push(self, events: np.ndarray) -> list[Stride]:
        """Strides completed by these events, shape (k,) of `core.kernel.EVENT_DTYPE`."""
        strides = []
        self.contacts_s.clear()
        for event in events:
            kind = event["kind"]
            if kind == EVENT_IC:
                stride = self._initial_contact(event)
                if stride is not None:
                    strides.append(stride)
            elif kind == EVENT_TC and self._open is not None:
                self._open.tc_raw_s = float(event["time_s"])
                self._open.tc_lost = bool(event["flags"] & EVENT_LOST)
                self._open.tc_clipped = bool(event["flags"] & EVENT_CLIPPED)
            elif kind == EVENT_RESTART:
                self._drop(Reason.GAP)
            elif kind == EVENT_NO_CONTACT:
                self._drop(Reason.NO_INITIAL_CONTACT)
            elif kind == EVENT_SWING:
                self._swing_rad_s = float(event["rate_rad_s"])
        return strides

    def finish(self) -> list[Stride]:
        """The last contact of the stream: no stride follows it, so its `next_ic_s` is NaN."""
        contact, self._open = self._open, None
        if contact is None or contact.lost or not contact.ends_stride:
            return []
        return [
            self._row(
                contact, np.nan, self._reasons(contact, np.nan, self._tc_s(contact) - contact.ic_s, contact.tc_lost)
            )
        ]

    def _drop(self, reason: Reason) -> None:
        if self._open is not None:
            self.dropped[reason.value] += 1
            self._open = None

    def _initial_contact(self, event: np.void) -> Stride | None:
        raw_s, lost = float(event["time_s"]), bool(event["flags"] & EVENT_LOST)
        contact = _Contact(
            raw_s - self._bias_s(float(event["pitch_rad"])),
            raw_s,
            lost,
            float(event["pitch_rad"]),
            float(event["rate_rad_s"]),
            np.nan if event["flags"] & EVENT_CLIPPED else float(event["peak_acc_m_s2"]),
            float(event["peak_acc_m_s2"]) if event["flags"] & EVENT_CLIPPED else np.nan,
        )
        if not lost:
            self.contacts_s.append(contact.ic_s)
        previous, self._open = self._open, contact
        paused = raw_s - self._last_ic_s > self.params.maximum_stride_s
        self._last_ic_s = raw_s
        if paused:
            self._recent.clear()
            self._raw_duty.clear()
            self._looks_walked.clear()
        if previous is None:
            return None
        if paused:
            self.dropped[Reason.STRIDE_TIME.value] += 1
            return None
        if previous.lost:
            self.dropped[Reason.GAP.value] += 1
            return None
        contact.ends_stride = True
        return self._stride(previous, contact)

    def _bias_s(self, pitch_rad: float) -> float:
        """Bias of the initial contact by the foot strike angle; by the angle of the last strides when it is missing."""
        if not np.isnan(pitch_rad):
            self._pitch_rad.append(pitch_rad)
        elif self._pitch_rad:
            pitch_rad = float(np.median(self._pitch_rad))
        return initial_contact_bias_s(self.params, pitch_rad)

    def _stride(self, contact: _Contact, following: _Contact) -> Stride:
        stride_time_s = following.ic_s - contact.ic_s
        if not (contact.tc_lost or contact.tc_clipped or following.lost or np.isnan(contact.tc_raw_s)):
            self._raw_duty.append((contact.tc_raw_s - contact.ic_raw_s) / (following.ic_raw_s - contact.ic_raw_s))
        self._follow_mode(self._tc_s(contact) - contact.ic_s, stride_time_s)
        contact_time_s = self._tc_s(contact) - contact.ic_s
        reasons = self._reasons(contact, stride_time_s, contact_time_s, contact.tc_lost or following.lost)
        if not following.lost:
            self._recent.append(stride_time_s)
        return self._row(contact, following.ic_s, reasons)

    def _tc_s(self, contact: _Contact) -> float:
        if contact.tc_lost or contact.tc_clipped:
            return np.nan
        if self._mode == "walk":
            return contact.tc_raw_s - self.params.walk_tc_bias_s
        duty_factor = float(np.median(self._raw_duty)) if self._raw_duty else np.nan
        return contact.tc_raw_s - terminal_contact_bias_s(self.params, duty_factor)

    def _row(self, contact: _Contact, next_ic_s: float, reasons: list[Reason]) -> Stride:
        self._number += 1
        return Stride(
            self.side,
            self._number,
            contact.ic_s,
            self._tc_s(contact),
            contact.ic_raw_s,
            np.nan if contact.tc_lost else contact.tc_raw_s,
            next_ic_s,
            contact.pitch_rad,
            contact.stance_rate_rad_s / self._swing_rad_s,
            contact.peak_acc_m_s2,
            self._mode,
            ";".join(reason.value for reason in reasons) or "ok",
            contact.peak_acc_bound_m_s2,
        )

    def _reasons(self, contact: _Contact, stride_time_s: float, contact_time_s: float, in_gap: bool) -> list[Reason]:
        reasons = []
        if in_gap:
            reasons.append(Reason.GAP)
        elif np.isnan(contact_time_s) and not contact.tc_clipped:
            reasons.append(Reason.NO_TERMINAL_CONTACT)
        elif contact_time_s < self.params.minimum_contact_s or (
            self._mode == "run" and contact_time_s > value("contact_time_maximum_run_s")
        ):
            reasons.append(Reason.CONTACT_TIME)
        if np.isnan(stride_time_s):
            return reasons
        if not self.params.minimum_stride_s <= stride_time_s <= self.params.maximum_stride_s:
            reasons.append(Reason.STRIDE_TIME)
        elif len(self._recent) >= 3 and abs(stride_time_s / float(np.median(self._recent)) - 1.0) > value(
            "transition_stride_change"
        ):
            reasons.append(Reason.TRANSITION)
        return reasons

    def _follow_mode(self, contact_time_s: float, stride_time_s: float) -> None:
        if np.isnan(contact_time_s):
            return
        first = not self._looks_walked
        self._looks_walked.append(_looks_walked(contact_time_s / stride_time_s, stride_time_s))
        settled = len(self._looks_walked) == 3 and len(set(self._looks_walked)) == 1
        if settled or first:
            self._mode = "walk" if self._looks_walked[0] else "run"


def _looks_walked(duty_factor: float, stride_time_s: float) -> bool:
    margin = value("duty_factor_margin")
    if abs(duty_factor - value("duty_factor_walk")) > margin:
        return duty_factor > value("duty_factor_walk")
    return stride_time_s > value("stride_time_walk_s")
