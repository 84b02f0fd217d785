"""The same questions to Unbound beside it: two resolvers, one internet, no difference."""

from .. import name, stub


def check(box, verdict):
    questions = box.net.questions
    reference = box.start_resolver("unbound", port=5301)
    try:
        theirs = stub.ask_all(questions, reference.port, patience=12)
    finally:
        reference.program.stop()
    ours = stub.ask_all(questions, box.resolver.port, patience=12)
    apart = 0
    for question, mine, other in zip(questions, ours, theirs):
        good = mine.rcode == other.rcode and mine.answer == other.answer
        apart += not good
        verdict.count(good, "" if good else f"[{question.shape}] {name.show(question.qname)} {question.qtype}: "
                      f"{box.resolver.kind} {mine.rcode} {mine.answer[:4]} {mine.trouble}, unbound {other.rcode} {other.answer[:4]} {other.trouble}")
    verdict.say(f"{len(questions)} questions, {apart} answered differently by Unbound")
