"""Authoritative servers over TLS where they take it (RFC 9539), and in cleartext again when they do not any more."""

import time

from .. import name, network, oracle, stub
from ..clients import chains
from ..clients.tls_front import TLSFront
from ..model import Question
from .judging import describe, is_right, tally

DAEMON = "deep-nsd"  # gets TLS put before it
NAMES = 20           # that do not exist, of each zone and round
PATIENCE = 12


def check(box, verdict):
    if box.kind != "homing":
        return verdict.skip("Homing's own option")
    daemon = box.net.daemons[DAEMON]
    zones = [zone for zone in box.net.zones_of(daemon) if zone.daemons() == {DAEMON}]
    addresses = box.net.addresses_of(daemon)
    network.count_datagrams("to-front", addresses)
    chain = chains.Authority(box.directory / "front").issue("front", ["whoever.example"])
    box.renew_resolver(extra="upstream:\n  opportunistic-tls: yes\n")
    front = TLSFront(addresses, chain)
    try:
        verdict.expect(_ask(box, verdict, zones, "before") > 0, "unknown servers are asked in cleartext")
        network.settle()
        verdict.expect(front.sessions > 0, f"{front.sessions} sessions were tried beside")
        # Each server has been met by now.
        _ask(box, verdict, zones, "between")
        network.settle()
        datagrams = _ask(box, verdict, zones, "with")
        verdict.expect(datagrams == 0, f"servers that take TLS are asked so: {datagrams} datagrams to them, wanted none")
    finally:
        front.close()
    datagrams = _ask(box, verdict, zones, "after")
    verdict.expect(datagrams > 0, f"when it is gone, they are asked in cleartext: {datagrams} datagrams")
    verdict.expect(box.resolver.program.running(), "the resolver still runs")


def _ask(box, verdict, zones, word):
    """New names, so that nothing is cached; returns the datagrams that went to the servers."""
    questions = [Question((f"{word}-{index}".encode(), *zone.apex), "A", "opportunistic") for zone in zones for index in range(NAMES)]
    for question in questions:
        oracle.expect(box.net, question)
    questions = [question for question in questions if question.status != "bogus"]
    before, begun = network.count("to-front"), time.monotonic()
    outcomes = stub.ask_all(questions, box.resolver.port, patience=PATIENCE)
    wrong = [pair for pair in zip(questions, outcomes) if not is_right(*pair)]
    for pair in wrong[:3]:
        verdict.say("wrong: " + describe(*pair))
    verdict.expect(not wrong, f"{word}: {len(wrong)} of {len(questions)} wrong in {time.monotonic() - begun:.1f} s: {tally(outcomes)}")
    return network.count("to-front") - before
