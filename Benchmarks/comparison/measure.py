"""One measurement: what dnsperf saw, and what the server's threads used meanwhile."""

import random
from dataclasses import dataclass

from box import dnsperf, name

from .resolvers import HTTPS_PORT, PORT, TLS_PORT

IN_FLIGHT = 200
CLIENTS = 16  # sockets, or connections
URI = f"https://127.0.0.1:{HTTPS_PORT}/dns-query"
WAYS = {  # how clients come in -> port and dnsperf's options
    "udp": (PORT, ()), "tcp": (PORT, ("-m", "tcp")), "dot": (TLS_PORT, ("-m", "dot")),
    "doh-get": (HTTPS_PORT, ("-m", "doh", "-O", f"doh-uri={URI}", "-O", "doh-method=GET")),
    "doh-post": (HTTPS_PORT, ("-m", "doh", "-O", f"doh-uri={URI}", "-O", "doh-method=POST")),
}


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


def write_questions(net, path, seed, most=None):
    """Every question once, or `most` of them, in an order that is nobody's."""
    lines = [f"{name.show(question.qname)} {question.qtype}\n" for question in net.questions]
    random.Random(seed).shuffle(lines)
    path.write_text("".join(lines[:most]))
    return path


def run(resolver, questions, way, *options):
    port, more = WAYS[way]
    before = resolver.cpu()
    report = dnsperf.finish(
        dnsperf.start(port, "-q", IN_FLIGHT, "-c", CLIENTS, "-t", 10, *more, *options, questions=questions))
    failed = sum(count for rcode, count in report.rcodes.items() if rcode not in ("NOERROR", "NXDOMAIN"))
    return Measurement(report.completed, report.lost, failed, resolver.cpu() - before, report.per_second, report.average_latency * 1000)
