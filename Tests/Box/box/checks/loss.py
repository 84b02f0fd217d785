"""A third of what the servers send is lost, and still nearly everyone gets the right answer while they wait."""

import random

from .. import network, stub
from ..peculiarities import excuse
from .judging import describe, is_right, percentiles

LOST_PERCENT, SAMPLE, PATIENCE, WANTED = 30, 2000, 3, 0.995


def check(box, verdict):
    box.renew_resolver()
    normal = [question for question in box.net.questions if question.kind == "normal"
              and not excuse(box.kind, question.shape)]
    sample = random.Random(30).sample(normal, SAMPLE)
    network.set_loss(LOST_PERCENT)
    try:
        outcomes = stub.ask_all(sample, box.resolver.port, patience=PATIENCE)
    finally:
        network.set_loss(0)
    wrong = [pair for pair in zip(sample, outcomes) if not is_right(*pair)]
    for pair in wrong[:25]:
        verdict.say("late or wrong: " + describe(*pair))
    right = SAMPLE - len(wrong)
    verdict.say("times: " + percentiles(outcomes))
    verdict.expect(right >= SAMPLE * WANTED, f"{right} of {SAMPLE} right within {PATIENCE} s while {LOST_PERCENT} % of replies "
                   f"are lost ({right / SAMPLE:.2%}, wanted {WANTED:.1%})", required=box.strict)
    verdict.expect(box.resolver.program.running(), "the resolver still runs")
