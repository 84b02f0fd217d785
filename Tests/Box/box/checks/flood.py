"""Random names by the hundred thousand against a small cache, while a thousand names stay hot.

The cache must keep to its ceiling, and a scan must not push out what is asked again and again.
"""

import time

from .. import dnsperf, name, network, stub
from ..internet.hot import HOT_NAMES
from ..model import Question

CACHE_MIB = 64
GROWTH_ALLOWED = 1.5   # resident memory over the ceiling: room for what is in flight, and for the allocator
HIT_RATE_WANTED = 0.9
LOST_ALLOWED = 0.001
PAUSE = 1              # seconds between two rounds of hot names


def check(box, verdict):
    resolver, apex = box.renew_resolver(cache_mib=CACHE_MIB), name.parse("hot.app.")
    hot = [Question((f"name-{index}".encode(), *apex), "A", "") for index in range(HOT_NAMES)]
    stub.ask_all(hot, resolver.port, in_flight=20)
    before, peak, rounds = resolver.resident(), 0, []
    flood = dnsperf.start(resolver.port, "-c", 4, "-q", 400, "-t", 5, names=box.options.flood_names)
    while flood.poll() is None:
        packets = network.count("hot")
        outcomes = stub.ask_all(hot, resolver.port, in_flight=20)
        good = sum(outcome.rcode == "NOERROR" for outcome in outcomes)
        rounds.append((good, min(HOT_NAMES, network.count("hot") - packets)))  # under load one miss may cost two packets
        peak = max(peak, resolver.resident())
        time.sleep(PAUSE)
    report = dnsperf.finish(flood)
    peak = max(peak, resolver.resident())
    _judge(verdict, report, rounds, before, peak, box.strict)
    verdict.expect(stub.ask_all(hot[:1], resolver.port)[0].rcode == "NOERROR", "the resolver still answers")
    box.renew_resolver()


def _judge(verdict, report, rounds, before, peak, strict):
    verdict.say(str(report))
    verdict.expect(report.lost <= report.sent * LOST_ALLOWED, f"{report.lost} of {report.sent} random names without an answer", strict)
    verdict.expect(set(report.rcodes) <= {"NOERROR", "NXDOMAIN"}, f"answers: {report.rcodes}")
    ceiling = CACHE_MIB << 20
    grown = (peak - before) / ceiling
    verdict.expect(grown <= GROWTH_ALLOWED, f"resident memory {before >> 20} MiB, then at most {peak >> 20} MiB: grown by {grown:.2f} "
                   f"of the {CACHE_MIB} MiB ceiling (at most {GROWTH_ALLOWED}); {peak / ceiling:.2f} of it in all", strict)
    asked, packets = len(rounds) * HOT_NAMES, sum(sent for _, sent in rounds)
    good = sum(count for count, _ in rounds)
    verdict.expect(good == asked, f"{good} of {asked} hot questions answered, in {len(rounds)} rounds", strict)
    rate = 1 - packets / asked
    verdict.expect(rate >= HIT_RATE_WANTED, f"hot hit rate {rate:.2%}: {packets} packets upstream for {asked} questions "
                   f"(worst round {1 - max(sent for _, sent in rounds) / HOT_NAMES:.1%})", strict)
