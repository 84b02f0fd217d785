"""Resident memory for each name in the cache."""

import random
from dataclasses import dataclass

from box import network

from . import internet, load
from .figures import Column, Headline
from .measurement import Measurement
from .peers import KINDS

CACHE = 1024        # MiB
BEFORE = 2000       # names that are asked first: buffers and tables that every server needs are there then
SAMPLE = 10_000     # of the names are asked again, and the packets that this makes are counted


@dataclass
class Run:
    """Octets; `present` is the share of the names that was answered from the cache afterwards."""
    grown: int
    names: int
    present: float
    lost: int
    failed: int

    @property
    def per_name(self):
        return self.grown / max(1, self.names * self.present)

    @property
    def in_cache(self):
        return self.names * self.present

    @property
    def mebibytes(self):
        return self.grown / (1 << 20)


class Memory(Measurement):
    columns = (Column("octets/name", "per_name", 0), Column("names in the cache", "in_cache", 0), Column("MiB grown", "mebibytes", 0),
               Column("lost", "lost", 0, sum), Column("failed", "failed", 0, sum))
    headline = Headline(columns[0], "octets a name")

    def takes_part(self, kind):
        return KINDS[kind].RESOLVES

    def measure(self, stage, kind, turn):
        path, count = stage.directory / "names", min(SAMPLE, stage.scale.remembered)
        with stage.peer(kind, cache=CACHE) as peer:
            load.run(peer, _write(path, _names(BEFORE)), "udp", "-n", 1)
            before, names = peer.resident(), _names(stage.scale.remembered)
            made = load.run(peer, _write(path, names), "udp", "-n", 1)
            grown = peer.resident() - before
            network.settle()
            packets = network.count()
            again = load.run(peer, _write(path, random.sample(names, count)), "udp", "-n", 1)
            missed = min(count, network.count() - packets)
        return Run(grown, made.counted, 1 - missed / max(1, again.counted), made.lost + again.lost, made.failed + again.failed)


def _names(count):
    """At random, so that nobody's tables are better for it."""
    return [f"{random.getrandbits(64):016x}.{internet.WILD}" for _ in range(count)]


def _write(path, names):
    path.write_text("".join(f"{qname} A\n" for qname in names))
    return path
