"""Every question of a resolver that validates: the status is the one that the zone was built to have.

Asked with DO, with AD, with neither and with CD; then of a fresh resolver with CD first, so that nothing unchecked is served from the cache.
"""

import collections

from .. import delv, explain, name, rdata, stub, wire
from ..internet.algorithms import SHORT_LIFE
from ..dnssec.plan import BOGUS, INSECURE, SECURE
from ..peculiarities import excuse_dnssec
from .judging import describe, percentiles, tally

PATIENCE = 12
# EDE codes that say something about validation: none of them belongs to a secure answer.
OF_VALIDATION = {1, 2, 5, 6, 7, 8, 9, 10, 11, 12, 25, 27}
SIGNATURES, PROOFS = {"RRSIG"}, {"NSEC", "NSEC3"}
WAYS = {  # what is asked for: flags of the header, flags of EDNS
    "DO": (0, wire.DO), "AD": (wire.AD, 0), "neither": (0, 0), "CD": (wire.CD, wire.DO),
}


def check(box, verdict):
    questions = [question for question in box.net.questions + box.net.dnssec_questions if question.kind == "normal"]
    verdict.say("built to be: " + _count(question.status for question in questions))
    box.renew_resolver(validation=box.validation)
    for way in WAYS:
        _ask_and_judge(box, verdict, questions, way, "")
    _lifetimes(box, verdict)
    family = box.net.dnssec_questions
    box.renew_resolver(validation=box.validation)
    stub.ask_all(family, box.resolver.port, patience=PATIENCE, flags=wire.CD)
    _ask_and_judge(box, verdict, family, "DO", ", asked with CD before")
    verdict.expect(box.resolver.program.running(), "the resolver still runs")
    if box.kind == "homing":
        _explanations(box, verdict)
    box.drop_resolver()
    if box.kind != "unbound":
        _unbound(box, verdict, questions)
    _delv(box, verdict)


def _sample(box):
    """For what takes a process for each question: one of each kind of answer in each zone of the family."""
    kinds = {}
    for question in box.net.dnssec_questions:
        zone = box.net.zone_for(name.lower(question.qname), question.qtype)
        kinds.setdefault((zone, question.rcode, bool(question.answer), question.status), question)
    return list(kinds.values())


def _explanations(box, verdict):
    """What `homing query --explain` finds by itself, asking the resolver for every record. It can be given a bad copy where there are two."""
    sample = [question for question in _sample(box) if not question.shape.startswith("dnssec-half")]
    told = explain.ask_all(sample, box.binary, box.resolver)
    for question, answer in zip(sample, told):
        trouble = explain.misjudged(question, answer)
        verdict.count(not trouble, f"[{question.shape}] {name.show(question.qname)} {question.qtype} explained: {trouble}")
    verdict.say(f"{len(sample)} questions explained; " + _count(answer.status for answer in told))


# The referees: do they find what the zones were built to be?

def _unbound(box, verdict, questions):
    referee = box.start_resolver("unbound", port=5301, validation=box.validation)
    try:
        outcomes = ask(questions, referee.port, "DO")
    finally:
        referee.program.stop()
    told = [(None, outcome.trouble) if outcome.reply is None else (status_of(outcome), f"EDE {_errors(outcome.reply)}") for outcome in outcomes]
    _compare(verdict, "unbound", questions, told)


def _delv(box, verdict):
    """Of anchors it knows the root's, and nothing of stubs."""
    sample = [question for question in _sample(box) if not question.shape.startswith(("anchored", "negative", "stub"))
              and not any(word in name.show(question.qname) for word in ("forgiven", "island"))]
    plain = box.start_resolver("unbound", port=5302)
    try:
        told = delv.ask_all(sample, plain.port, delv.write_anchors(box.validation, box.directory / "delv.anchors"))
    finally:
        plain.program.stop()
    _compare(verdict, "delv", sample, told)


def _compare(verdict, referee, questions, told):
    excused, same = collections.Counter(), 0
    for question, (status, words) in zip(questions, told):
        if status == question.status:
            same += 1
            verdict.count(True)
            continue
        trouble = f"{referee} says {status}, {words}; it is {question.status}"
        reason = excuse_dnssec(referee, question.shape, trouble)
        if reason:
            excused[reason] += 1
        else:
            verdict.count(False, f"[{question.shape}] {name.show(question.qname)} {question.qtype}: {trouble}")
    for reason, count in excused.items():
        verdict.skip(f"{count} of {referee}, which {reason}", count)
    verdict.say(f"{referee} as referee: {len(questions)} questions, {same} of the status that their zones were built to have")


def _lifetimes(box, verdict):
    """RFC 4035 §5.3.3: no record outlives its signature."""
    questions = [question for question in box.net.dnssec_questions if question.shape == "dnssec-short-lived" and question.qname[0].endswith(b"long")]
    outcomes = ask(questions, box.resolver.port, "DO")
    longest = max((record.ttl for outcome in outcomes if outcome.reply for record in outcome.reply.answer), default=None)
    verdict.expect(longest is not None and longest <= SHORT_LIFE, f"of a TTL of 86,400 s and signatures that last for at most {SHORT_LIFE}, there remain {longest} s",
                   required=box.strict)


def _count(words):
    return ", ".join(f"{count} {word}" for word, count in sorted(collections.Counter(words).items()))


def ask(questions, port, way):
    flags, edns_flags = WAYS[way]
    return stub.ask_all(questions, port, patience=PATIENCE, flags=flags, edns_flags=edns_flags)


def _ask_and_judge(box, verdict, questions, way, when):
    outcomes, excused = ask(questions, box.resolver.port, way), collections.Counter()
    for question, outcome in zip(questions, outcomes):
        trouble = misjudged(question, outcome, way)
        reason = trouble and excuse_dnssec(box.kind, question.shape, trouble)
        if reason:
            excused[reason] += 1
        else:
            verdict.count(not trouble, f"[{question.shape}] {name.show(question.qname)} {question.qtype} with {way}{when}: {trouble}")
    for reason, count in excused.items():
        verdict.skip(f"{count} with {way}{when}: {box.kind} {reason}", count)
    found = _count(status_of(outcome) for outcome in outcomes if outcome.reply)
    codes = collections.Counter(code for outcome in outcomes if outcome.reply for code, _ in outcome.reply.ede)
    shown = ", ".join(f"{code} {count} times" for code, count in sorted(codes.items())) or "none"
    verdict.say(f"with {way}{when}: {len(questions)} questions, {tally(outcomes)}; {found}; EDE {shown}; {percentiles(outcomes)}")


def status_of(outcome):
    """What a client can see of it."""
    if outcome.rcode == "SERVFAIL":
        return BOGUS
    return SECURE if outcome.reply.flags & wire.AD else INSECURE


def misjudged(question, outcome, way):
    """What is wrong with the outcome, in words; nothing if it is as it must be."""
    reply = outcome.reply
    if reply is None:
        return f"{outcome.rcode} {outcome.trouble}"
    codes = {code for code, _ in reply.ede} & OF_VALIDATION
    if question.status == BOGUS and way != "CD":
        return _misjudged_bogus(question, outcome, codes)
    if outcome.rcode == "SERVFAIL":
        return f"SERVFAIL, but it is {question.status}; EDE {_errors(reply)}"
    wanted_ad = question.status == SECURE and way in ("DO", "AD")
    if way != "CD" and bool(reply.flags & wire.AD) != wanted_ad:
        return f"AD is {'set' if not wanted_ad else 'not set'}, but it is {question.status}; EDE {_errors(reply)}"
    if way == "CD" and question.status != SECURE and reply.flags & wire.AD:
        return f"AD is set with CD, but it is {question.status}"
    if codes and question.status == SECURE or codes - question.codes and way != "CD":
        return f"EDE {_errors(reply)}, but it is {question.status}" + (f" and may have {set(question.codes)}" if question.codes else "")
    return _wrong_data(question, outcome) or _wrong_records(question, reply, way)


def _errors(reply):
    return ", ".join(f"{code} ({text})" for code, text in reply.ede) or "none"


def _misjudged_bogus(question, outcome, codes):
    if outcome.rcode != "SERVFAIL":
        return f"{outcome.rcode}{' with AD' if outcome.reply.flags & wire.AD else ''}, but it is bogus"
    if outcome.reply.answer:
        return "SERVFAIL with an answer"
    if not codes & question.codes:
        return f"EDE {_errors(outcome.reply)}, wanted one of {set(question.codes)}"
    return ""


def _wrong_data(question, outcome):
    plain = [line for line in outcome.answer if not _is_signature(line)]
    if outcome.rcode == question.rcode and plain == question.answer:
        return ""
    return describe(question, stub.Outcome(outcome.rcode, plain, outcome.seconds))


def _is_signature(line):
    return line.split(" ", 2)[1] == "RRSIG"


def _wrong_records(question, reply, way):
    """Signatures and proofs: there with DO if the answer is secure, and never without DO."""
    if way in ("AD", "neither"):
        unasked = {rdata.type_of(record.type) for section in (reply.answer, reply.authority, reply.additional) for record in section}
        unasked &= SIGNATURES | PROOFS - {question.qtype}
        return f"without DO there are {unasked}" if unasked else ""
    if question.status != SECURE or way == "CD":
        return ""
    for section in (reply.answer, reply.authority):
        unsigned = _unsigned(section)
        if unsigned:
            return f"with DO, no signature of {unsigned}"
    proofs = {rdata.type_of(record.type) for record in reply.authority} & PROOFS
    denied = outcome_denies(question, reply)
    if denied and not proofs:
        return "with DO, no NSEC or NSEC3 in a negative answer"
    if _is_expanded(reply) and not proofs:
        return "with DO, no NSEC or NSEC3 beside what a wildcard gave"
    return ""


def outcome_denies(question, reply):
    """Whether the answer ends with a denial: NXDOMAIN, or an alias or nothing where a type was asked."""
    types = {rdata.type_of(record.type) for record in reply.answer}
    return reply.rcode == "NXDOMAIN" or question.qtype not in types


def _unsigned(section):
    signed = {(name.lower(record.owner), covered(record)) for record in section if rdata.type_of(record.type) == "RRSIG"}
    dnames = [name.lower(record.owner) for record in section if rdata.type_of(record.type) == "DNAME"]
    return {f"{name.show(record.owner)} {rdata.type_of(record.type)}" for record in section
            if rdata.type_of(record.type) != "RRSIG" and (name.lower(record.owner), record.type) not in signed
            and not (record.type == 5 and any(name.is_below(name.lower(record.owner)[1:], above) for above in dnames))}


def covered(record):
    """The type that an RRSIG signs; its RDATA is shown as hexadecimal digits."""
    return int(record.text.split()[2][:4], 16)


def _is_expanded(reply):
    """Whether a signature has fewer labels than its owner."""
    return any(rdata.type_of(record.type) == "RRSIG" and int(record.text.split()[2][6:8], 16) < len(record.owner) - (record.owner[:1] == (b"*",))
               for record in reply.answer)
