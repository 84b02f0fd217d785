"""Whether an outcome is what the question asked for, and a line on it when it is not."""

import collections

from .. import name
from ..peculiarities import excuse


def is_right(question, outcome):
    if question.kind != "normal" and outcome.rcode in ("SERVFAIL", "NO-ANSWER"):
        return True
    return outcome.rcode == question.rcode and outcome.answer == question.answer


def judge(verdict, resolver_kind, questions, outcomes):
    excused = collections.Counter()
    for question, outcome in zip(questions, outcomes):
        if is_right(question, outcome):
            verdict.count(True)
        elif excuse(resolver_kind, question.shape):
            excused[question.shape] += 1
        else:
            verdict.count(False, describe(question, outcome))
    for shape, count in excused.items():
        verdict.skip(f"{count} of shape {shape}: {resolver_kind} {excuse(resolver_kind, shape)}", count)


def describe(question, outcome):
    """What is missing and what is too much."""
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


def tally(outcomes):
    counted = collections.Counter(outcome.rcode for outcome in outcomes)
    return ", ".join(f"{count} {rcode}" for rcode, count in counted.most_common())


def percentiles(outcomes):
    """How long the answers took."""
    ordered = sorted(outcome.seconds for outcome in outcomes) or [0]
    shares = (("50%", 0.5), ("90%", 0.9), ("99%", 0.99), ("99.9%", 0.999), ("all", 1))
    return ", ".join(f"{label} {ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000:.1f} ms" for label, share in shares)
