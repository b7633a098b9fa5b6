"""What a session gives out while it runs: a stride, or a window of cadence, of one foot."""

from __future__ import annotations

import numpy as np

from gaitpipe.gait.strides import Stride
from gaitpipe.model import SampleBlock, StrideUpdate


def stride_update(stride: Stride) -> StrideUpdate:
    """A stride that is complete, for whoever watches."""
    stride_time_s = stride.next_ic_s - stride.ic_s
    return StrideUpdate(
        side=stride.side,
        ic_s=stride.ic_s,
        tc_s=stride.tc_s,
        stride_time_s=stride_time_s,
        cadence_spm=120.0 / stride_time_s,
        ground_contact_time_s=stride.tc_s - stride.ic_s,
        quality=stride.quality,
        mode="walk" if stride.mode == "walk" else "run",
    )


def cadence_update(block: SampleBlock, cadence_spm: float) -> StrideUpdate:
    """A window of an accelerometer as an update: cadence only."""
    return StrideUpdate(block.side, float(block.time_s[-1]), np.nan, 120.0 / cadence_spm, cadence_spm, np.nan, "ok", "")
