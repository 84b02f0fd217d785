"""One measurement: what dnsperf saw, and what the server's threads used meanwhile."""

import random
from dataclasses import dataclass

from box import dnsperf, name

IN_FLIGHT = 200
# Sockets of the load generator: few, so that its own work does not crowd out the server's.
CLIENTS = 8


@dataclass
class Measurement:
    """`cpu` in seconds, `latency` in milliseconds."""
    queries: int
    lost: int
    failed: int
    cpu: float
    rate: float
    latency: float

    @property
    def cost(self):
        """Microseconds of processor time a query."""
        return self.cpu * 1e6 / max(1, self.queries)


def write_questions(net, path, seed):
    """Every question once, in an order that is nobody's."""
    lines = [f"{name.show(question.qname)} {question.qtype}\n" for question in net.questions]
    random.Random(seed).shuffle(lines)
    path.write_text("".join(lines))
    return path


def run(resolver, questions, *options):
    before = resolver.cpu()
    report = dnsperf.finish(dnsperf.start(resolver.port, "-q", IN_FLIGHT, "-c", CLIENTS, "-t", 10, *options, questions=questions))
    failed = sum(count for rcode, count in report.rcodes.items() if rcode not in ("NOERROR", "NXDOMAIN"))
    return Measurement(report.completed, report.lost, failed, resolver.cpu() - before, report.per_second, report.average_latency * 1000)
