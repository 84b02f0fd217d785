"""How long a cached answer takes at half of the rate that saturates the resolver, and at half of the rate that saturates Unbound."""

from dataclasses import dataclass

from . import load, queries
from .figures import Column, Headline
from .measurement import Measurement


@dataclass
class Run:
    """Rates a second, latencies in milliseconds: those at half of its own saturating rate, and `p99_beside` at half of Unbound's."""
    saturating: float
    median: float
    p99: float
    p999: float
    p99_beside: float
    lost: int


class HalfLoad(Measurement):
    columns = (Column("p99 ms", "p99", 3), Column("median", "median", 3), Column("p99.9", "p999", 3),
               Column("p99 at half of Unbound's rate", "p99_beside", 3), Column("saturating rate", "saturating", 0), Column("lost", "lost", 0, sum))
    headline = Headline(columns[0], "ms, 99th percentile at half load")

    def __init__(self):
        self._reference = {}  # turn -> Unbound's saturating rate

    def takes_part(self, kind):
        return kind in ("homing", "unbound")

    def measure(self, stage, kind, turn):
        scale = stage.scale
        if kind != "unbound" and turn not in self._reference:
            with queries.filled(stage, "unbound", turn) as (peer, questions):
                self._reference[turn] = load.run(peer, questions, "udp", "-l", scale.seconds, *load.CACHED).rate
        with queries.filled(stage, kind, turn) as (peer, questions):
            saturating = load.run(peer, questions, "udp", "-l", scale.seconds, *load.CACHED).rate
            if kind == "unbound":
                self._reference[turn] = saturating
            own = self._paced(peer, questions, saturating / 2, scale)
            beside = own if kind == "unbound" else self._paced(peer, questions, self._reference[turn] / 2, scale)
            return Run(saturating, own.median, own.p99, own.p999, beside.p99, own.lost + beside.lost * (beside is not own))

    def _paced(self, peer, questions, rate, scale):
        return load.run_with_latencies(peer, questions, "udp", "-l", scale.paced_seconds, *load.CACHED, "-Q", max(1, int(rate)))
