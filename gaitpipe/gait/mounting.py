"""The mounting of one sensor through a session: found (`alignment`), applied, watched and corrected (`slip`)."""

from __future__ import annotations

from dataclasses import replace

from gaitpipe.gait.alignment import Aligner
from gaitpipe.gait.slip import SlipMonitor
from gaitpipe.model import AlignmentReport, CalibrationEpoch, SampleBlock, SensorInfo


class Mounting:
    """From sensor axes to segment axes, whatever happens to the sensor on the way.

    Parameters
    ----------
    info : SensorInfo
        A sensor with a gyroscope.
    """

    def __init__(self, info: SensorInfo) -> None:
        self._aligner = Aligner(info)
        self._slip = SlipMonitor(info)
        self._epoch: int | None = None
        self.push = self._aligner.push
        self.flush = self._aligner.flush
        self.add = self._slip.add
        self.finish = self._slip.finish

    def align(self, raw: SampleBlock) -> SampleBlock:
        """One block of `push` or `flush` in segment axes, with the correction that is due at the epoch it begins."""
        epoch = raw.first_sample // self._aligner.epoch_samples
        if self._epoch is None:
            self._slip.stood = self.stood
        elif epoch != self._epoch:
            correction = self._slip.correction(float(raw.time_s[0]))
            if correction is not None:
                self._aligner.turn(correction)
        self._epoch = epoch
        block = self._aligner.align(raw)
        self._slip.feed(block)
        return block

    @property
    def stood(self) -> bool:
        """Whether segment z is up in upright standing."""
        return self._slip.stood or (self._aligner.report is not None and self._aligner.report.standing_s > 0.0)

    @property
    def report(self) -> AlignmentReport | None:
        """How the mounting was found; one that was corrected on the way is no longer of high confidence."""
        report = self._aligner.report
        if report is None or report.confidence != "high" or all(epoch.why == "standing" for epoch in self.epochs):
            return report
        return replace(report, confidence="medium")

    @property
    def epochs(self) -> tuple[CalibrationEpoch, ...]:
        """Corrections so far."""
        return tuple(self._slip.epochs)

    @property
    def unlike_s(self) -> list[float]:
        """Contacts that begin strides which resemble no neighbour."""
        return self._slip.unlike_s

    @property
    def invalid_s(self) -> list[tuple[float, float]]:
        """Times from and to which angles do not count."""
        return self._slip.invalid_s
