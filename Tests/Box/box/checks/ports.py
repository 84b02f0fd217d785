"""Source ports and query IDs of cold queries, as a server sees them: spread evenly, so that nobody can guess them.

ATTACKS.md, off-path poisoning. The tests are those for a uniform draw, at odds of about one in 30,000 for a false alarm.
"""

import random
import time

from .. import name, stub
from ..model import Question

QUERIES = 4000
BUCKETS = 64
SPAN_WANTED = 16_000  # ports between the lowest and the highest seen; Linux's own ephemeral range has 28,232


def check(box, verdict):
    apex, log = name.parse("ports.app."), box.directory / "odd" / "queries.tsv"
    stub.ask_all([Question((b"first", *apex), "A", "")], box.resolver.port)  # so that the zone's server is known
    start = len(log.read_text().splitlines())
    run = random.getrandbits(32)
    names = [Question((f"{run:x}-{index}".encode(), *apex), "A", "") for index in range(QUERIES)]
    outcomes = stub.ask_all(names, box.resolver.port, mixed_case=False)
    answered = sum(outcome.rcode == "NOERROR" for outcome in outcomes)
    verdict.expect(answered == QUERIES, f"{answered} of {QUERIES} answered")
    time.sleep(0.2)
    seen = [tuple(map(int, line.split("\t"))) for line in log.read_text().splitlines()[start:]]
    ports, ids = [port for port, _, tcp in seen if not tcp], [identifier for _, identifier, tcp in seen if not tcp]
    if not verdict.expect(len(ports) >= QUERIES * 0.9, f"{len(ports)} queries over UDP seen, {len(seen) - len(ports)} over TCP"):
        return
    low, high = min(ports), max(ports)
    verdict.expect(high - low >= SPAN_WANTED, f"ports from {low} to {high}")
    _uniform(verdict, "ports", ports, low, high + 1, box.strict)  # Unbound leaves out those that IANA has assigned
    _uniform(verdict, "IDs", ids, 0, 65536, required=True)
    pairs = len(set(zip(ports, ids)))
    verdict.expect(pairs >= len(ports) - 2, f"{pairs} different pairs of port and ID in {len(ports)} queries")


def _uniform(verdict, what, values, low, high, required):
    count, room = len(values), high - low
    distinct, expected = len(set(values)), room * (1 - (1 - 1 / room) ** count)
    verdict.expect(distinct >= 0.97 * expected, f"{what}: {distinct} distinct, {expected:.0f} expected of an even draw", required)
    bound = _chi_square_bound(BUCKETS - 1)
    for part, pick in (("spread over the range", lambda value: (value - low) * BUCKETS // room),
                       ("lowest bits", lambda value: value % BUCKETS)):
        found = _chi_square([pick(value) for value in values])
        verdict.expect(found <= bound, f"{what}, {part}: chi-square {found:.0f}, at most {bound:.0f}", required)
    near = sum(abs(after - before) <= room // 1000 for before, after in zip(values, values[1:]))
    bound = count * 0.002 + 4 * (count * 0.002) ** 0.5 + 4
    verdict.expect(near <= bound, f"{what}: {near} close to the one before, at most {bound:.0f}", required)


def _chi_square(buckets):
    expected = len(buckets) / BUCKETS
    return sum((buckets.count(bucket) - expected) ** 2 / expected for bucket in range(BUCKETS))


def _chi_square_bound(freedom, deviations=4):
    """Wilson and Hilferty's approximation of the far tail."""
    return freedom * (1 - 2 / (9 * freedom) + deviations * (2 / (9 * freedom)) ** 0.5) ** 3
