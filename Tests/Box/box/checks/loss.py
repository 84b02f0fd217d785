"""A third of what the servers send is lost, and still nearly everyone gets the right answer while they wait."""

import random

from .. import network, stub
from ..peculiarities import excuse
from .judging import describe, is_right, percentiles

LOST_PERCENT, SAMPLE, PATIENCE = 30, 2000, 3
WANTED = {"homing": 0.995, "unbound": 0.98, "bind": 0.9}  # the references are slower to repeat


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
    right, wanted = SAMPLE - len(wrong), WANTED[box.kind]
    verdict.say("times: " + percentiles(outcomes))
    verdict.expect(right >= SAMPLE * wanted, f"{right} of {SAMPLE} right within {PATIENCE} s while {LOST_PERCENT} % of replies "
                   f"are lost ({right / SAMPLE:.2%}, wanted {wanted:.1%})")
    verdict.expect(box.resolver.program.running(), "the resolver still runs")
