"""The questions and their expected answers as a TSV, for people and for other tools: qname, qtype, rcode, answers, kind, shape."""

from . import name


def write(net, path):
    with open(path, "w") as file:
        for question in net.questions + net.dnssec_questions:
            answer = " | ".join(question.answer)
            print(name.show(question.qname), question.qtype, question.rcode, answer, question.kind, question.shape, question.status,
                  ",".join(map(str, sorted(question.codes))), sep="\t", file=file)
