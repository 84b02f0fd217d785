"""The same questions to Unbound beside it: two resolvers, one internet, no difference that is not explained."""

import collections

from .. import name, stub
from ..peculiarities import excuse

PATIENCE = 12
FAILED = ("SERVFAIL", "NO-ANSWER")


def check(box, verdict):
    questions = box.net.questions
    reference = box.start_resolver("unbound", port=5301)
    try:
        theirs = stub.ask_all(questions, reference.port, patience=PATIENCE)
    finally:
        reference.program.stop()
    ours = stub.ask_all(questions, box.resolver.port, patience=PATIENCE)
    excused = collections.Counter()
    for question, mine, other in zip(questions, ours, theirs):
        if _same(question, mine, other):
            verdict.count(True)
        elif excuse("unbound", question.shape) or excuse(box.kind, question.shape):
            excused[question.shape] += 1
        else:
            verdict.count(False, f"[{question.shape}] {name.show(question.qname)} {question.qtype}: "
                          f"{box.kind} {_short(mine)}; unbound {_short(other)}")
    for shape, count in excused.items():
        resolver = "unbound" if excuse("unbound", shape) else box.kind
        verdict.skip(f"{count} of shape {shape} differ: {resolver} {excuse(resolver, shape)}", count)
    verdict.say(f"{len(questions)} questions, {verdict.failed} differences without an explanation")


def _same(question, mine, other):
    if question.kind != "normal" and mine.rcode in FAILED and other.rcode in FAILED:
        return True
    return question.kind == "may-fail" or (mine.rcode, mine.answer) == (other.rcode, other.answer)


def _short(outcome):
    more = f" and {len(outcome.answer) - 3} more" if len(outcome.answer) > 3 else ""
    return f"{outcome.rcode} {outcome.trouble} {outcome.answer[:3]}{more}"[:300]
