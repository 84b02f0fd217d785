"""The same questions again: all right again, and out of the cache."""

from .. import network, stub
from .cold import ask_and_judge

UPSTREAM_SHARE = 0.02  # zero TTLs, repeated failures and refreshes may still cost a packet


def check(box, verdict):
    if not box.warmed:
        stub.ask_all(box.net.questions, box.resolver.port)
    network.settle()
    packets = ask_and_judge(box, verdict)
    limit = int(len(box.net.questions) * UPSTREAM_SHARE)
    verdict.expect(packets <= limit, f"{packets} packets upstream, at most {limit} allowed")
