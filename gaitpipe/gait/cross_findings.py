"""What a person should know of the devices beside the feet: where they agree with the sensors, and where not."""

from __future__ import annotations

from gaitpipe.derived import CrossChecks, FootPodCheck, TreadmillCheck
from gaitpipe.evidence import value
from gaitpipe.model import Finding


def cross_findings(checks: CrossChecks | None) -> list[Finding]:
    """The findings of all devices."""
    if checks is None:
        return []
    found = [_silent(name) for name, one in _devices(checks) if one == 0]
    if checks.treadmill is not None and checks.treadmill.readings:
        found += _treadmill(checks.treadmill)
    if checks.foot_pod is not None and checks.foot_pod.readings:
        found += _foot_pod(checks.foot_pod)
    return found


def _devices(checks: CrossChecks) -> list[tuple[str, int]]:
    devices = {"treadmill": checks.treadmill, "foot pod": checks.foot_pod, "heart rate sensor": checks.heart_rate}
    return [(name, one.readings) for name, one in devices.items() if one is not None]


def _silent(name: str) -> Finding:
    message = f"The {name} was set up but sent no reading."
    return Finding(
        "auxiliary_silent", "warning", message, "Wake it before the recording and end other apps that use it."
    )


def _treadmill(check: TreadmillCheck) -> list[Finding]:
    found = []
    if check.speed_m_s is not None:
        told = f"{check.speed_m_s:.2f} m/s"
        limit_pct = value("belt_speed_agreement_pct")
        if check.used:
            message = f"The belt speed is the treadmill's own: {told}."
            advice = "It may be the speed that was set rather than one that was measured; --belt-speed goes before it."
            found.append(Finding("belt_speed_told", "info", message, advice))
        elif check.given_m_s is not None and abs(check.given_m_s / check.speed_m_s - 1.0) > 0.01 * limit_pct:
            message = f"The belt speed given is {check.given_m_s:.2f} m/s, but the treadmill says {told}."
            advice = "The given one is used. Check which of the two is right: lengths are scaled by it."
            found.append(Finding("belt_speed_contradicted", "warning", message, advice))
        elif check.steady is False and check.given_m_s is None:
            message = f"The treadmill's speed changed between {check.low_m_s:.2f} and {check.high_m_s:.2f} m/s."
            advice = "It is not used as one belt speed: speed and length are the sensors' own."
            found.append(Finding("belt_speed_changed", "info", message, advice))
    if check.jumps:
        message = "The treadmill's speed changes faster than a belt can: it sends the speed that was set."
        found.append(Finding("belt_speed_is_set", "info", message, "Do not take it for a measured speed."))
    if check.incline_steady is False:
        message = "The treadmill's incline changed during the run."
        found.append(
            Finding("incline_changed", "info", message, "Contact times on a slope differ from those on the flat.")
        )
    return found


def _foot_pod(check: FootPodCheck) -> list[Finding]:
    sent, seen = check.cadence_as_sent_per_min, check.sensors_cadence_spm
    if sent is None or seen is None:
        return []
    both = f"it sends {sent:.0f} a minute where the sensors see {seen:.0f} steps a minute."
    if check.counts is None:
        advice = "It is not used as a cross-check. Check that the pod is on the same runner."
        return [
            Finding("pod_cadence", "warning", f"The foot pod's cadence fits neither steps nor strides: {both}", advice)
        ]
    return [Finding("pod_cadence", "info", f"The foot pod counts {check.counts}: {both}")]
