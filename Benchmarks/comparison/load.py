"""One run of dnsperf: what it saw, and what the server's threads used meanwhile."""

import random
import re
import statistics
from dataclasses import dataclass

from box import dnsperf, name

from .figures import Charged, Column, Headline, losses, percentile, processor_columns
from .peers.settings import HTTPS_PORT, PORT, TLS_PORT

IN_FLIGHT = 200
CLIENTS = 16  # sockets, or connections
PATIENCE = 10  # seconds for an answer that has to be found; one that is cached, or is asked for to be cached, comes within two or was lost
CACHED = ("-t", 2)
URI = f"https://127.0.0.1:{HTTPS_PORT}/dns-query"
WAYS = {  # how clients come in -> port and dnsperf's options
    "udp": (PORT, ()), "tcp": (PORT, ("-m", "tcp")), "dot": (TLS_PORT, ("-m", "dot")),
    "doh-get": (HTTPS_PORT, ("-m", "doh", "-O", f"doh-uri={URI}", "-O", "doh-method=GET")),
    "doh-post": (HTTPS_PORT, ("-m", "doh", "-O", f"doh-uri={URI}", "-O", "doh-method=POST")),
}
REPORT = 4096  # octets at the end of dnsperf's output that hold all of its report


@dataclass
class Run(Charged):
    """`user` and `system` in seconds, latencies in milliseconds, None where they were not looked at."""
    counted: int
    lost: int
    failed: int
    user: float
    system: float
    rate: float
    median: float = None
    p99: float = None
    p999: float = None

    def take_latencies(self, other):
        """From another run, which printed each of its answers; what that lost is lost here too."""
        self.median, self.p99, self.p999 = other.median, other.p99, other.p999
        self.lost, self.failed = self.lost + other.lost, self.failed + other.failed
        return self


COLUMNS = (*processor_columns("query"), Column("queries/s", "rate", 0), Column("median ms", "median", 2), Column("p99", "p99", 2),
           Column("p99.9", "p999", 2), *losses())
HEADLINE = Headline(COLUMNS[0], "µs of CPU a query")


def write_questions(net, path, seed, most=None):
    """Every question once, or `most` of them, in an order that is nobody's."""
    lines = [f"{name.show(question.qname)} {question.qtype}\n" for question in net.questions]
    random.Random(seed).shuffle(lines)
    path.write_text("".join(lines[:most]))
    return path


def run(peer, questions, way, *options):
    port, more = WAYS[way]
    before = peer.processor_time()
    report = dnsperf.finish(dnsperf.start(port, *_manner(options, more), questions=questions))
    return _run(report, peer, before)


def run_with_latencies(peer, questions, way, *options):
    """dnsperf prints each answer, which costs it some time of its own: rates are a little lower."""
    port, more = WAYS[way]
    path = questions.with_name("dnsperf.answers")
    before = peer.processor_time()
    with open(path, "w") as output:
        dnsperf.start(port, "-v", *_manner(options, more), questions=questions, output=output).wait()
    with open(path, "rb") as answers:
        answers.seek(max(0, path.stat().st_size - REPORT))
        made = _run(dnsperf.parse(answers.read().decode(errors="replace")), peer, before)
    milliseconds = _latencies(path)
    made.median, made.p99, made.p999 = (percentile(milliseconds, percent) for percent in (50, 99, 99.9))
    return made


def together(runs):
    """Several as one: all that was counted and used, and of latencies the medians."""
    total = lambda word: sum(getattr(run, word) for run in runs)
    typical = lambda word: statistics.median(getattr(run, word) for run in runs)
    seconds = sum(run.counted / max(1, run.rate) for run in runs)
    return Run(*map(total, ("counted", "lost", "failed", "user", "system")), total("counted") / max(0.001, seconds),
               *map(typical, ("median", "p99", "p999")))


def _manner(options, more):
    """Of an option that is given twice dnsperf takes the last."""
    return "-q", IN_FLIGHT, "-c", CLIENTS, "-t", PATIENCE, *more, *options


def _run(report, peer, before):
    user, system = peer.processor_time().since(before)
    failed = sum(count for rcode, count in report.rcodes.items() if rcode not in ("NOERROR", "NXDOMAIN"))
    return Run(report.completed, report.lost, failed, user, system, report.per_second)


def _latencies(path):
    """Milliseconds in order. A line is `> NOERROR www.example A 0.000123`."""
    pattern = re.compile(r"> [A-Z]+\d* \S+ \S+ (\d+\.\d+)$")
    with open(path) as lines:
        return sorted(float(found[1]) * 1000 for found in map(pattern.match, lines) if found)
