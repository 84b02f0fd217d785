"""Every question once, of a resolver that knows nothing but the root hints."""

import collections
import time

from .. import name, network, stub
from .verdict import percentiles

HOPELESS_PATIENCE = 12  # the resolver answers or gives up within 10 s


def check(box, verdict):
    box.renew_resolver()
    ask_and_judge(box, verdict, box.net.questions)


def ask_and_judge(box, verdict, questions):
    """Asks, compares, prints; returns the packets that went upstream for the questions meant to be answered."""
    normal = [question for question in questions if question.kind == "normal"]
    hopeless = [question for question in questions if question.kind != "normal"]
    before, begun = network.count(), time.monotonic()
    outcomes = stub.ask_all(normal, box.resolver.port)
    took, packets = time.monotonic() - begun, network.count() - before
    _judge(verdict, normal, outcomes)
    verdict.say(f"{len(normal)} questions in {took:.1f} s, {packets} packets upstream ({packets / len(normal):.2f} a question)")
    verdict.say("times: " + percentiles([outcome.seconds for outcome in outcomes]))
    verdict.say("got:   " + _tally(outcomes) + f"; {sum(outcome.over_tcp for outcome in outcomes)} over TCP")
    failing = stub.ask_all(hopeless, box.resolver.port, patience=HOPELESS_PATIENCE)
    _judge(verdict, hopeless, failing)
    verdict.say(f"{len(hopeless)} questions meant to fail: " + _tally(failing) + "; " + percentiles([outcome.seconds for outcome in failing]))
    verdict.expect(box.resolver.program.running(), "the resolver still runs")
    return packets


def _judge(verdict, questions, outcomes):
    for question, outcome in zip(questions, outcomes):
        good = outcome.rcode == question.rcode and outcome.answer == question.answer
        if question.kind != "normal" and outcome.rcode == "NO-ANSWER":
            good = False
        verdict.count(good, describe(question, outcome) if not good else "")


def describe(question, outcome):
    """One line on a difference: what is missing and what is too much."""
    text = f"[{question.shape}] {name.show(question.qname)} {question.qtype}: "
    if outcome.rcode != question.rcode:
        text += f"{outcome.rcode} instead of {question.rcode}; "
    missing, extra = set(question.answer) - set(outcome.answer), set(outcome.answer) - set(question.answer)
    if missing:
        text += "missing " + _short(missing) + "; "
    if extra:
        text += "too much " + _short(extra) + "; "
    return text + outcome.trouble


def _short(records):
    listed = ", ".join(sorted(records)[:3])
    return f"{{{listed[:200]}}}" + (f" and {len(records) - 3} more" if len(records) > 3 else "")


def _tally(outcomes):
    counted = collections.Counter(outcome.rcode for outcome in outcomes)
    return ", ".join(f"{count} {rcode}" for rcode, count in counted.most_common())
