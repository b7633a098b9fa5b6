"""The fingerprint of everything that a decision depends on besides the person: numbers, tables, settings, engine.

Two plans with the same fingerprint decide alike on the same log and recordings, whoever they belong to; who, which side
and which stage are inputs of the decision and are not in it.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from gaitpipe import evidence
from gaitpipe.rehab.exercises import exercises_for
from gaitpipe.rehab.ladder import ladder
from gaitpipe.rehab.plan import Plan
from gaitpipe.rehab.words import STAGES

ENGINE_VERSION = "2"
"""Raised when a rule changes its meaning."""


def parameters(plan: Plan) -> dict[str, Any]:
    """What the fingerprint is taken of, as this plan resolves it; plain data in a fixed order."""
    return {
        "engine": ENGINE_VERSION,
        "numbers": {number.key: plan.value(number.key) for number in evidence.NUMBERS},
        "rules": [[rule.id, rule.template or rule.text] for rule in evidence.RULES],
        "phrases": {one.id: plan.phrases.get(one.id, one.text) for one in evidence.PHRASES},
        "ladder": [level.model_dump(mode="json") for level in ladder(plan)],
        "exercises": {stage: [one.model_dump(mode="json") for one in exercises_for(plan, stage)] for stage in STAGES},
        "strength": plan.strength.model_dump(mode="json"),
        "load": plan.load.model_dump(mode="json"),
        "flags_off": sorted(plan.flags.off),
        "red_flags_off": sorted(plan.red_flags.off),
        "red_flags_extra": plan.red_flags.extra,
        "path": plan.plan.path,
        "location": plan.tendon.location,
        "symptom_only": plan.plan.symptom_only,
    }


def parameter_hash(plan: Plan) -> str:
    """First 16 hexadecimal digits of the SHA-256 of the parameters; the same on every machine."""
    text = json.dumps(parameters(plan), sort_keys=True, ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:16]
