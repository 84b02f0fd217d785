"""Every question once, of a resolver that knows nothing but the root hints."""

import time

from .. import network, stub
from ..peculiarities import excuse
from .judging import judge, percentiles, tally

HOPELESS_PATIENCE = 12  # the resolver answers or gives up within 10 s


def check(box, verdict):
    box.renew_resolver()
    ask_and_judge(box, verdict)


def ask_and_judge(box, verdict):
    """Asks, compares, prints; returns the packets that went upstream for the questions that this resolver should answer."""
    normal, hopeless = [], []
    for question in box.net.questions:
        (hopeless if question.kind != "normal" or excuse(box.kind, question.shape) else normal).append(question)
    before, begun = network.count(), time.monotonic()
    outcomes = stub.ask_all(normal, box.resolver.port)
    took, packets = time.monotonic() - begun, network.count() - before
    judge(verdict, box.kind, normal, outcomes)
    verdict.say(f"{len(normal)} questions in {took:.1f} s, {packets} packets upstream ({packets / len(normal):.2f} a question)")
    verdict.say("times: " + percentiles(outcomes))
    verdict.say("got:   " + tally(outcomes) + f"; {sum(outcome.over_tcp for outcome in outcomes)} over TCP")
    failing = stub.ask_all(hopeless, box.resolver.port, patience=HOPELESS_PATIENCE)
    judge(verdict, box.kind, hopeless, failing)
    verdict.say(f"{len(hopeless)} questions that are meant to fail, or may: {tally(failing)}; {percentiles(failing)}")
    verdict.expect(box.resolver.program.running(), "the resolver still runs")
    box.warmed = True
    return packets
