"""Durable updates beside BIND and Knot: each acknowledged after its sync, all three in turn, several rounds in one run."""

import re
import shutil
import subprocess
import time
from dataclasses import dataclass

from box.dynamic import compile
from box.dynamic.server import DynamicServer
from box.dynamic.zones import Key, Zone
from box.process import BoxError

from .figures import Charged, Column, Headline, processor_columns
from .measurement import Measurement

KEY = Key("update-key")
ZONE = "updates.example."
IN_FLIGHT, NAMES = 200, 1000
PACE = 100  # updates a second where their latency is looked at


@dataclass
class Run(Charged):
    """`user` and `system` in seconds, latencies in milliseconds, None where they were not looked at."""
    counted: int
    refused: int
    lost: int
    seconds: float
    user: float
    system: float
    median: float = None
    p99: float = None
    slowest: float = None

    @property
    def rate(self):
        return self.counted / max(0.001, self.seconds)


@dataclass
class Load:
    """A large zone: seconds until it is served, from its file and again from what was kept; resident MiB; and updates to it."""
    first: float
    again: float
    resident: float
    paced: Run

    @property
    def cost(self):
        return self.paced.cost

    @property
    def median(self):
        return self.paced.median


RATE = Column("updates/s", "rate", 0)
MEDIAN = Column("median ms", "median", 2)


class Updates(Measurement):
    """As many as it takes with 200 in flight; or `paced`; or sent by dnsperf, so that the load is nobody's own."""
    signed = None

    def __init__(self, paced=False, by_dnsperf=False):
        self._paced, self._by_dnsperf = paced, by_dnsperf
        self.headline = Headline(MEDIAN, "ms, median") if paced else Headline(RATE, "updates a second", more_is_better=True)
        costs, losses = processor_columns("update"), (Column("refused", "refused", 0, sum), Column("lost", "lost", 0, sum))
        times = (MEDIAN, Column("p99 ms", "p99", 2), Column("slowest", "slowest", 2, max))
        self.columns = (*times, *costs, RATE, *losses) if paced else (RATE, *costs, *times, *losses)

    def takes_part(self, kind):
        return kind in ("homing", "bind", "knot")

    def measure(self, stage, kind, turn):
        server = stage.server(kind).start()
        try:
            if self._by_dnsperf:
                return _send_by_dnsperf(stage, server)
            return _send(stage, server, PACE if self._paced else 0)
        finally:
            server.stop()
            shutil.rmtree(server.state)


class Million(Measurement):
    """How a zone of a million RRsets is loaded, and what updates to it cost."""
    signed, rounds = None, 1
    columns = (Column("MiB", "resident", 0), Column("s from its file", "first"), Column("s started again", "again"), Column("µs CPU/update", "cost", 0), MEDIAN)
    headline = Headline(columns[0], "MiB for a zone of a million RRsets")
    takes_part = Updates.takes_part

    def measure(self, stage, kind, turn):
        count = stage.scale.million
        records = "".join(f"host{index} 300 IN A 10.{index >> 16}.{index >> 8 & 255}.{index & 255}\n" for index in range(count))
        server = stage.server(kind, records)
        try:
            first = _start(server)
            resident = server.resident() / (1 << 20)
            paced = _send(stage, server, PACE, count)
            server.stop(60)
            return Load(first, _start(server), resident, paced)
        finally:
            server.stop(60)
            shutil.rmtree(server.state)


class Stage:
    """Where servers of a dynamic zone are started, one at a time."""

    def __init__(self, directory, scale, binary):
        directory.mkdir()
        self.directory, self.scale, self._binary, self._runs = directory, scale, binary, 0

    def __enter__(self):
        self.sender = compile.program(self.directory, "sender", "-lcrypto")
        return self

    def __exit__(self, *_):
        pass

    def server(self, kind, records=""):
        self._runs += 1
        zones = [Zone(ZONE, records, grants=(f"grant {KEY.name} zonesub ANY",), transfer=(KEY,))]
        return DynamicServer(kind, self.directory / f"server-{self._runs}-{kind}", zones, [KEY], binary=self._binary if kind == "homing" else None)


def _send(stage, server, rate, names=NAMES):
    command = [stage.sender, server.port, KEY.name, KEY.secret.hex(), ZONE, names, stage.scale.update_seconds, IN_FLIGHT, rate]
    before = server.processor_time()
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True)
    user, system = server.processor_time().since(before)
    _, acknowledged, refused, lost, took, median, _, p99, slowest = map(float, done.stdout.split())
    return Run(int(acknowledged), int(refused), int(lost), took, user, system, median / 1000, p99 / 1000, slowest / 1000)


def _send_by_dnsperf(stage, server):
    path = stage.directory / "dnsperf.updates"
    if not path.exists():
        path.write_text("".join(f"{ZONE}\ndelete host{index % NAMES} A\nadd host{index % NAMES} 300 A 10.0.{index >> 8 & 255}.{index & 255}\nsend\n"
                                for index in range(20 * NAMES)))
    command = ["dnsperf", "-u", "-s", "127.0.0.1", "-p", server.port, "-d", path, "-y", KEY.words, "-q", IN_FLIGHT, "-c", 16,
               "-l", stage.scale.update_seconds, "-W"]
    before = server.processor_time()
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    user, system = server.processor_time().since(before)
    number = lambda pattern: float((re.search(pattern, done.stdout) or [0, 0])[1])
    answered = number(r"NOERROR (\d+)")
    if not answered:
        raise BoxError("dnsperf said something unexpected:\n" + done.stdout + done.stderr)
    return Run(int(answered), int(number(r"completed: +(\d+)") - answered), int(number(r"lost: +(\d+)")), number(r"Run time \(s\): +([\d.]+)"), user, system)


def _start(server):
    begun = time.monotonic()
    server.start(patience=300)
    return time.monotonic() - begun
