"""Tells in words what the live table shows in numbers, when it begins to matter: battery, signal, losses.

Rules:

1. A battery below 15 % is told at once, and again below 5 %. At 10 % and below its link has said so already.
2. A signal below -85 dBm is told, and again only after it was above -80 dBm meanwhile.
3. More than 2 % of the samples of the last 10 s lost is told, at most once a minute a side. What was lost while
   the link was away is no radio trouble, and was told: after it is back, counting begins anew.
"""

from __future__ import annotations

from collections import deque

from gaitpipe.app.live import LiveView, SideView
from gaitpipe.model import Side
from gaitpipe.sources.ble_report import LOW_BATTERY_PCT as TOLD_BY_LINK_PCT

LOW_BATTERY_PCT, EMPTY_BATTERY_PCT = 15, 5
WEAK_DBM, STRONG_AGAIN_DBM = -85, -80
SETTLED_S = 1.0
"""So long after its first data a link that was away has all its losses counted."""
LOSS_SHARE, LOSS_WINDOW_S, LOSS_AGAIN_S = 0.02, 10.0, 60.0


class LinkWords:
    """See the rules above. No clock: time comes with the views."""

    def __init__(self) -> None:
        self._told: set[tuple[Side, str]] = set()
        self._counts: dict[Side, deque[tuple[float, int, int]]] = {}
        self._loss_told_s: dict[Side, float] = {}
        self._away: dict[Side, bool] = {}
        self._reconnects: dict[Side, int] = {}
        self._back_s: dict[Side, float] = {}

    def update(self, view: LiveView) -> list[str]:
        """Return what to say now."""
        words: list[str] = []
        for side in view.sides:
            words += [*self._battery(side), *self._signal(side), *self._losses(side, view.elapsed_s)]
        return words

    def _once(self, side: SideView, key: str, text: str) -> list[str]:
        if (side.side, key) in self._told:
            return []
        self._told.add((side.side, key))
        return [text]

    def _battery(self, side: SideView) -> list[str]:
        charge = side.battery_pct
        if charge is None or charge >= LOW_BATTERY_PCT or EMPTY_BATTERY_PCT <= charge <= TOLD_BY_LINK_PCT:
            return []
        if charge < EMPTY_BATTERY_PCT:
            self._told.add((side.side, "low"))
            return self._once(side, "empty", f"{side.side}: battery at {charge} %, it may end at any time.")
        return self._once(side, "low", f"{side.side}: battery at {charge} %. Charge it before the next recording.")

    def _signal(self, side: SideView) -> list[str]:
        if side.rssi_dbm is None:
            return []
        if side.rssi_dbm > STRONG_AGAIN_DBM:
            self._told.discard((side.side, "weak"))
        if side.rssi_dbm >= WEAK_DBM:
            return []
        text = f"{side.side}: weak signal ({side.rssi_dbm} dBm). Bring the computer closer, with nothing in between."
        return self._once(side, "weak", text)

    def _is_away(self, side: SideView, now_s: float) -> bool:
        """Whether the link is away, or was and what that cost is perhaps not counted yet."""
        key = side.side
        anew = side.reconnects != self._reconnects.setdefault(key, side.reconnects)
        self._reconnects[key] = side.reconnects
        if not side.connected or anew:
            self._away[key] = True
        if self._away.get(key) and side.connected and side.age_s is not None and side.age_s < SETTLED_S:
            self._away[key] = False
            self._back_s[key] = now_s
        return self._away.get(key, False) or now_s - self._back_s.get(key, -1e9) <= SETTLED_S

    def _losses(self, side: SideView, now_s: float) -> list[str]:
        counts = self._counts.setdefault(side.side, deque())
        if self._is_away(side, now_s):
            counts.clear()
        counts.append((now_s, side.samples, side.lost_samples))
        while counts[-1][0] - counts[0][0] > LOSS_WINDOW_S:
            counts.popleft()
        made = sum(counts[-1][1:]) - sum(counts[0][1:])
        lost = counts[-1][2] - counts[0][2]
        if made <= 0 or lost <= LOSS_SHARE * made or now_s - self._loss_told_s.get(side.side, -1e9) < LOSS_AGAIN_S:
            return []
        self._loss_told_s[side.side] = now_s
        share_pct = 100.0 * lost / made
        hint = "Bring the computer closer, switch other radio traffic off, or use a lower rate next time."
        return [f"{side.side}: {share_pct:.0f} % of the last {LOSS_WINDOW_S:g} s was lost. {hint}"]
