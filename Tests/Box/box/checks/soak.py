"""Load and rest, four times over: memory and descriptors must not grow from one quarter to the next."""

import time

from .. import dnsperf, stub
from .judging import tally

QUARTERS = 4
UDP_SHARE, TCP_SHARE = 0.5, 0.25    # of each quarter; the rest of it is rest
RATE = 5000                         # queries a second; the soak looks for leaks, not for speed
GROWTH_ALLOWED, SLACK = 0.05, 4 << 20
DESCRIPTORS_ALLOWED = 8


def check(box, verdict):
    resolver = box.renew_resolver()
    stub.ask_all(box.net.questions, resolver.port)
    questions = dnsperf.write_questions(box.net, box.directory / "dnsperf.questions")
    length = box.options.soak_minutes * 60 / QUARTERS
    quarters = [_quarter(verdict, resolver, questions, length) for _ in range(QUARTERS)]
    for index, (memory, descriptors, at_rest) in enumerate(quarters, 1):
        verdict.say(f"quarter {index}: at most {memory / (1 << 20):.1f} MiB and {descriptors} descriptors; at rest {at_rest} descriptors")
    (early, _, early_rest), (late, _, late_rest) = quarters[1], quarters[-1]
    allowed = early * (1 + GROWTH_ALLOWED) + SLACK
    verdict.expect(late <= allowed, f"memory from {early / (1 << 20):.1f} to {late / (1 << 20):.1f} MiB, at most {allowed / (1 << 20):.1f}")
    verdict.expect(late_rest <= early_rest + DESCRIPTORS_ALLOWED, f"descriptors at rest from {early_rest} to {late_rest}")
    after = stub.ask_all(box.net.questions[:200], resolver.port)
    verdict.expect(all(outcome.rcode in ("NOERROR", "NXDOMAIN") for outcome in after), f"afterwards: {tally(after)}")


def _quarter(verdict, resolver, questions, length):
    """Largest memory, most descriptors, and descriptors at rest."""
    memory, descriptors = [], []
    for mode, share in (("udp", UDP_SHARE), ("tcp", TCP_SHARE)):
        load = dnsperf.start(resolver.port, "-m", mode, "-c", 10, "-Q", RATE, "-l", max(1, int(length * share)), questions=questions)
        while load.poll() is None:
            memory.append(resolver.resident())
            descriptors.append(resolver.descriptors())
            time.sleep(0.5)
        report = dnsperf.finish(load)
        verdict.expect(report.lost <= report.sent // 1000, f"{mode}: {report}")
    time.sleep(length * (1 - UDP_SHARE - TCP_SHARE))
    memory.append(resolver.resident())
    return max(memory), max(descriptors), resolver.descriptors()
