"""Whether two sessions of one person can be compared at all: what differs between them besides the running.

Rules
  1. An obstacle keeps every figure from being judged: other placement, gait, speed, kind of surface, slope, or numbers
     of the analysis; figures that are unreliable; a speed that is not known, since most figures follow speed.
  2. Speed itself is judged whatever the speed.
  3. Shoe, sensor, height, an incline or surface that is not known are cautions: said, and the figures are judged.
  4. The limits are those of the load index (`load_gates`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gaitpipe.evidence import value
from gaitpipe.model import SIDES
from gaitpipe.rehab.session_figures import SessionFigures, SessionSensor

EDGE = 1e-9
SPEED_KEYS = frozenset({"speed_m_s"})
AGAIN = "Analyse both again with this version."
RATE_MARGIN = 0.01
HEIGHT_MARGIN_M = 0.03
GAIT = {"run": "running", "walk": "walking"}


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that differs from the reference: `short` for a table cell, `text` a sentence, with what to do.

    `judged` are the keys of figures that it does not concern; an obstacle keeps all others from being judged.
    """

    code: str
    short: str
    text: str
    obstacle: bool = True
    judged: frozenset[str] = frozenset()


def conditions(reference: SessionFigures, session: SessionFigures) -> tuple[Condition, ...]:
    """Everything that differs between a session and the reference, obstacles first; see the rules above."""
    found = [condition for check in _CHECKS for condition in check(reference, session)]
    return tuple(sorted(found, key=lambda one: not one.obstacle))


def _placement(reference: SessionFigures, session: SessionFigures) -> Iterator[Condition]:
    for side in SIDES:
        one, other = (sessions.sensors.get(side) for sessions in (reference, session))
        if one is None or other is None:
            if one is not other:
                where = "in this session" if other is None else "in the reference"
                yield Condition(f"no_{side}", f"no {side} side", f"There is no {side} sensor {where}.", obstacle=False)
            continue
        if one.placement and other.placement and one.placement != other.placement:
            text = f"The {side} sensor sat on the {other.placement}, in the reference on the {one.placement}."
            yield Condition("placement", "other placement", f"{text} Only figures of the same place can be compared.")


def _mode(reference: SessionFigures, session: SessionFigures) -> Iterator[Condition]:
    if reference.mode and session.mode and reference.mode != session.mode:
        text = f"This session is {GAIT[session.mode]}, the reference is {GAIT[reference.mode]}."
        yield Condition("mode", "other gait", text)


def _speed(reference: SessionFigures, session: SessionFigures) -> Iterator[Condition]:
    one, other = reference.context.speed_m_s, session.context.speed_m_s
    if one is None or other is None:
        where = "the reference" if one is None else "this session"
        text = f"The speed of {where} is not known, and most figures follow speed. Analyse it with --belt-speed."
        yield Condition("speed", "speed not known", text, judged=SPEED_KEYS)
    elif abs(one - other) > value("load_speed_tolerance_m_s") + EDGE:
        text = (
            f"The speed was {other:.2f} m/s, in the reference {one:.2f} m/s. Cadence, contact time and most other "
            f"figures follow speed: compare sessions within {value('load_speed_tolerance_m_s'):g} m/s."
        )
        yield Condition("speed", "other speed", text, judged=SPEED_KEYS)
    for which, sessions in (("the reference", reference), ("this session", session)):
        if "belt_speed" in sessions.cautions:
            text = f"The belt speed given for {which} does not fit what the sensors measured. Check it."
            yield Condition("belt_speed", "belt speed in doubt", text, obstacle=False)


def _surface(reference: SessionFigures, session: SessionFigures) -> Iterator[Condition]:
    one, other = reference.context.surface, session.context.surface
    if one is None or other is None:
        if one is not other:
            where = "the reference" if one is None else "this session"
            yield Condition("surface", "surface not known", f"The surface of {where} is not known.", obstacle=False)
    elif (one == "treadmill") != (other == "treadmill"):
        text = f"The surface was {other}, in the reference {one}. Treadmill and ground are not comparable."
        yield Condition("surface", "other surface", text)
    elif one != other:
        text = f"The surface was {other}, in the reference {one}: a part of any change may be the surface's."
        yield Condition("surface", "other surface", text, obstacle=False)


def _incline(reference: SessionFigures, session: SessionFigures) -> Iterator[Condition]:
    one, other = reference.context.incline_pct, session.context.incline_pct
    level = value("load_incline_maximum_pct")
    if one is None or other is None:
        if one is not other:
            where = "the reference" if one is None else "this session"
            text = f"The incline of {where} is not known; it counts as flat."
            yield Condition("incline", "incline not known", text, obstacle=False)
        one, other = one or 0.0, other or 0.0
    flat = max(abs(one), abs(other)) <= level + EDGE
    if not flat and abs(one - other) > value("incline_agreement_pct") + EDGE:
        text = f"The incline was {other:g} %, in the reference {one:g} %. Compare the flat with the flat."
        yield Condition("incline", "other incline", text)


def _shoe(reference: SessionFigures, session: SessionFigures) -> Iterator[Condition]:
    one, other = reference.context.shoe, session.context.shoe
    if one is None or other is None:
        if one is not other:
            where = "the reference" if one is None else "this session"
            yield Condition("shoe", "shoe not known", f"The shoe of {where} is not known.", obstacle=False)
    elif one.strip().casefold() != other.strip().casefold():
        text = f"The shoe was {other}, in the reference {one}: a part of any change may be the shoe's."
        yield Condition("shoe", "other shoe", text, obstacle=False)


def _analysis(reference: SessionFigures, session: SessionFigures) -> Iterator[Condition]:
    if _placements(reference) != _placements(session):
        return  # each placement has its own parameters; that it is another one is told already
    if reference.parameter_hash != session.parameter_hash:
        text = (
            f"The analyses used other numbers (parameters {session.parameter_hash or 'not known'}, in the reference "
            f"{reference.parameter_hash or 'not known'}): a change may be the software's. {AGAIN}"
        )
        yield Condition("parameters", "other parameters", text)
    elif reference.software_version != session.software_version:
        text = (
            f"gaitpipe {session.software_version or 'of an unknown version'} made the figures, for the reference "
            f"{reference.software_version or 'an unknown version'}: a change may be the software's. {AGAIN}"
        )
        yield Condition("software", "other version", text)


def _placements(session: SessionFigures) -> set[str | None]:
    return {sensor.placement for sensor in session.sensors.values()}


def _errors(reference: SessionFigures, session: SessionFigures) -> Iterator[Condition]:
    for which, sessions in (("The reference", reference), ("This session", session)):
        if sessions.errors:
            codes = ", ".join(code.replace("_", " ") for code in sessions.errors)
            text = f"{which} has errors in its data ({codes}): see its report."
            yield Condition("errors", "errors in data", text)


def _sensor(reference: SessionFigures, session: SessionFigures) -> Iterator[Condition]:
    for side in SIDES:
        one, other = reference.sensors.get(side), session.sensors.get(side)
        if one is None or other is None or one.placement != other.placement:
            continue
        if one.profile_id != other.profile_id or not _alike_hz(one.rate_hz, other.rate_hz):
            text = (
                f"The {side} sensor was {_kind_of(other)} at {_hertz(other.rate_hz)}, in the reference "
                f"{_kind_of(one)} at {_hertz(one.rate_hz)}: a part of any change may be the sensor's."
            )
            yield Condition("sensor", "other sensor", text, obstacle=False)


def _alike_hz(one: float | None, other: float | None) -> bool:
    """Whether two rates may be of one sensor with one setting: clocks of sensors are off by less than a hundredth."""
    if one is None or other is None:
        return one is other
    return abs(one - other) <= RATE_MARGIN * max(one, other)


def _kind_of(sensor: SessionSensor) -> str:
    return sensor.profile_id or "of unknown kind"


def _hertz(rate_hz: float | None) -> str:
    return "an unknown rate" if rate_hz is None else f"{rate_hz:g} Hz"


def _person(reference: SessionFigures, session: SessionFigures) -> Iterator[Condition]:
    if reference.athlete and session.athlete and reference.athlete != session.athlete:
        text = f"The runner is {session.athlete}, of the reference {reference.athlete}: two persons, not a change."
        yield Condition("athlete", "other person", text)
    one, other = reference.height_m, session.height_m
    if one is not None and other is not None and abs(one - other) > HEIGHT_MARGIN_M + EDGE:
        text = f"The height is {other:g} m, in the reference {one:g} m. Is it the same person?"
        yield Condition("height", "other height", text, obstacle=False)
    if reference.synthetic != session.synthetic:
        text = "One of the two is synthetic, made by a simulator, and the other is not."
        yield Condition("synthetic", "synthetic", text)


_CHECKS: tuple[Callable[[SessionFigures, SessionFigures], Iterator[Condition]], ...] = (
    _person, _placement, _mode, _speed, _surface, _incline, _analysis, _errors, _shoe, _sensor,
)  # fmt: skip
