"""Bland-Altman plots of contact time by speed, as SVG whose bytes depend on the numbers alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.accuracy.score import Comparison, pooled
from benchmarks.accuracy.score.agreement import bias, limits_of_agreement

MARKS = (("o", "#4477aa"), ("s", "#ee6677"), ("^", "#228833"), ("D", "#aa3377"))
"""Shape and colour of a speed: colour is never the only sign."""


def bland_altman(parts: Sequence[Comparison], title: str, path: Path) -> None:
    """Difference against mean of contact time, one mark a contact, by nominal speed; bias and 95 % limits as lines."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    rows = pooled(parts).rows.dropna(subset=["tc_found", "tc_true"])
    true = 1000.0 * (rows["tc_true"] - rows["ic_true"]).to_numpy(np.float64)
    found = 1000.0 * (rows["tc_found"] - rows["ic_found"]).to_numpy(np.float64)
    runner, speed = rows["runner"].to_numpy(str), rows["speed_m_s"].to_numpy(np.float64)
    limits, middle = limits_of_agreement(found - true, runner), bias(found - true, runner).mean
    with mpl.rc_context({"svg.hashsalt": "gaitpipe", "svg.fonttype": "none", "font.size": 9}):
        figure = Figure(figsize=(6.4, 3.8), layout="constrained")
        axes = figure.add_subplot()
        for (shape, colour), value in zip(MARKS, np.unique(speed), strict=False):
            at = speed == value
            axes.plot(
                np.round(0.5 * (found + true)[at], 1), np.round((found - true)[at], 1), shape, ms=4, mfc="none",
                mec=colour, mew=0.9, ls="", label=f"{value:g} m/s (n = {int(at.sum())})",
            )  # fmt: skip
        for level, style, name in (
            (middle, "-", "bias"),
            (limits.lower, "--", "95 % limits"),
            (limits.upper, "--", ""),
        ):
            if np.isfinite(level):
                axes.axhline(round(float(level), 1), color="black", lw=0.9, ls=style, label=f"{name}" if name else None)
        axes.set(xlabel="contact time, mean of pipeline and force plate [ms]", ylabel="pipeline minus force plate [ms]")
        axes.set_title(title, fontsize=9)
        axes.grid(alpha=0.3, lw=0.5)
        axes.legend(fontsize=7, ncols=3, loc="upper center", bbox_to_anchor=(0.5, -0.17), frameon=False)
        figure.savefig(path, format="svg", metadata={"Date": None})
