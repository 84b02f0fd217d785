"""What a client over TLS costs that asks one question and goes: as a stranger, and with a ticket from before."""

import subprocess
from dataclasses import dataclass

from box import name, wire

from .figures import Charged, Column, Headline, processor_columns
from .load import CLIENTS
from .measurement import Measurement
from .peers import KINDS
from .peers.settings import TLS_PORT

QNAME = "www.zone0.registry0."


@dataclass
class Run(Charged):
    """`user` and `system` in seconds, latencies in milliseconds: of a connection, its handshake and its question."""
    counted: int
    resumed: int
    failed: int
    user: float
    system: float
    rate: float
    median: float
    p99: float
    p999: float

    @property
    def resumed_share(self):
        """Percent of the connections."""
        return 100 * self.resumed / max(1, self.counted)


class Handshakes(Measurement):
    columns = (*processor_columns("connection"), Column("connections/s", "rate", 0), Column("resumed %", "resumed_share", 0),
               Column("median ms", "median", 2), Column("p99", "p99", 2), Column("p99.9", "p999", 2), Column("failed", "failed", 0, sum))
    headline = Headline(columns[0], "µs of CPU a connection")

    def __init__(self, resumed):
        self._resumed = resumed

    def takes_part(self, kind):
        return "dot" in KINDS[kind].WAYS

    def measure(self, stage, kind, turn):
        program = stage.program("handshakes", "-lssl", "-lcrypto", "-lpthread")
        query = wire.compose_query(turn, name.parse(QNAME), 1).hex()
        command = lambda seconds: list(map(str, (program, TLS_PORT, CLIENTS, seconds, int(self._resumed), query)))
        with stage.peer(kind) as peer:
            subprocess.run(command(0.2), capture_output=True, check=True)  # the name is cached, the code is in memory
            before = peer.processor_time()
            done = subprocess.run(command(stage.scale.seconds), capture_output=True, text=True, check=True)
            user, system = peer.processor_time().since(before)
        answered, resumed, failed, seconds, median, p99, p999 = map(float, done.stdout.split())
        return Run(int(answered), int(resumed), int(failed), user, system, answered / seconds, median / 1000, p99 / 1000, p999 / 1000)
