"""How long it takes from exec to the first answer over UDP, with an empty directory and again over what was kept there."""

import select
import socket
import statistics
import time
from dataclasses import dataclass

from box import name, wire
from box.process import BoxError

from .figures import Column, Headline
from .measurement import Measurement
from .peers import KINDS
from .peers.settings import PORT

QNAME = "www.zone0.registry0."
PATIENCE, PACE = 30, 0.001  # seconds


@dataclass
class Run:
    """Milliseconds."""
    first: float
    again: float


class Start(Measurement):
    """The first answer is one with data: whoever resolves has asked the root, a registry and the zone by then."""
    beside = tuple(kind for kind, module in KINDS.items() if module.FORWARDS)  # they need nothing but one packet to who is up already
    columns = (Column("first start, ms", "first"), Column("started again, ms", "again"))
    headline = Headline(columns[0], "ms to the first answer")

    def takes_part(self, kind):
        return KINDS[kind].RESOLVES or KINDS[kind].FORWARDS

    def measure(self, stage, kind, turn):
        firsts, agains = [], []
        for _ in range(stage.scale.starts):
            with stage.peer(kind, launch=False) as peer:
                firsts.append(_await_first(peer))
                peer.stop_serving()
                agains.append(_await_first(peer))
        return Run(statistics.median(firsts), statistics.median(agains))


def _await_first(peer):
    query = wire.compose_query(1, name.parse(QNAME), 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as endpoint:
        endpoint.connect(("127.0.0.1", PORT))
        peer.launch()  # returns when exec has succeeded
        begun = time.monotonic()
        while time.monotonic() - begun < PATIENCE:
            try:
                endpoint.send(query)
                select.select([endpoint], [], [], PACE)
                reply = endpoint.recv(4096)
            except BlockingIOError:
                continue
            except ConnectionRefusedError:
                time.sleep(PACE)  # nobody listens yet
                continue
            if len(reply) > 12 and reply[3] & 15 == 0 and reply[7]:
                return (time.monotonic() - begun) * 1000
    raise BoxError(f"{peer.kind}: no answer within {PATIENCE} s of its start; see {peer.settings.directory}")
