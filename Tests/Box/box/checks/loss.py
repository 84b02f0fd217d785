"""A third of what the servers send is lost, and still nearly everyone gets the right answer while they wait."""

import random

from .. import network, stub
from .cold import describe
from .verdict import percentiles

LOST_PERCENT, SAMPLE, PATIENCE, WANTED = 30, 2000, 3, 0.995


def check(box, verdict):
    box.renew_resolver()
    normal = [question for question in box.net.questions if question.kind == "normal"]
    sample = random.Random(30).sample(normal, SAMPLE)
    network.set_loss(LOST_PERCENT)
    try:
        outcomes = stub.ask_all(sample, box.resolver.port, patience=PATIENCE)
    finally:
        network.set_loss(0)
    right = 0
    for question, outcome in zip(sample, outcomes):
        good = outcome.rcode == question.rcode and outcome.answer == question.answer
        right += good
        if not good and len(sample) - right <= 25:
            verdict.say("late or wrong: " + describe(question, outcome))
    verdict.say("times: " + percentiles([outcome.seconds for outcome in outcomes]))
    verdict.expect(right >= SAMPLE * WANTED, f"{right} of {SAMPLE} right within {PATIENCE} s while {LOST_PERCENT} % of replies are lost "
                   f"({right / SAMPLE:.2%}, wanted {WANTED:.1%})")
    verdict.expect(box.resolver.program.running(), "the resolver still runs")
