"""The ways in which the odd server misbehaves: a table from a manner's word to a function.

A manner takes a `Request` and gives what to send: a list of replies, each a `Reply` or raw octets. An empty list is silence.
"""

import struct

from . import name, rdata, wire
from .lookup import find
from .odd_answers import BADVERS, FORMERR, NOTAUTH, NOTIMP, NXDOMAIN, REFUSED, SERVFAIL, Reply, empty, honest

SLOW_SECONDS = 0.3
EVIL = rdata.compile("A", "23.66.66.66")  # an address that no expected answer has
VICTIM = name.parse("victim-bank.com.")
NO_TCP = {"tc-without-tcp"}

MANNERS = {}


def manner(word):
    def enter(function):
        MANNERS[word] = function
        return function
    return enter


@manner("plain")
@manner("slow")
@manner("recorder")
def plain(request):
    return [honest(request)]


# Truncation

@manner("tc-always")
@manner("tc-without-tcp")
def truncate(request):
    return [honest(request)] if request.over_tcp else [empty(request, flags=wire.QR | wire.AA | wire.TC)]


# EDNS

def _on_edns(word, spoiled):
    MANNERS[word] = lambda request: spoiled(request) if request.message.edns else [honest(request)]


def _without_opt(request, rcode):
    reply = empty(request, rcode)
    reply.edns_version = None
    return [reply]


_on_edns("edns-drop", lambda request: [])
_on_edns("edns-formerr", lambda request: _without_opt(request, FORMERR))
_on_edns("edns-notimp", lambda request: _without_opt(request, NOTIMP))
_on_edns("edns-badvers", lambda request: [empty(request, BADVERS)])
_on_edns("edns-formerr-bare", lambda request: [Reply(request.message.id, None, FORMERR, wire.QR)])


@manner("edns-version-1")
def edns_of_the_future(request):
    reply = honest(request)
    reply.edns_version = 1 if request.message.edns else None
    return [reply]


@manner("edns-ignored")
def edns_unknown(request):
    reply = honest(request)
    reply.edns_version = None
    return [reply]


# The case of the name asked

@manner("lowercase")
def fold_down(request):
    reply = honest(request)
    reply.question = (name.lower(reply.question[0]), reply.question[1])
    return [reply]


@manner("uppercase")
def fold_up(request):
    reply = honest(request)
    reply.question = (tuple(label.upper() for label in reply.question[0]), reply.question[1])
    return [reply]


# Names on the way: empty non-terminals that only a minimising resolver asks for

def _is_empty_node(request):
    qname = name.lower(request.message.qname)
    return qname in request.zone.nodes and qname not in request.zone.rrsets


@manner("refuse-intermediate")
def refuse_intermediate(request):
    return [empty(request, REFUSED)] if _is_empty_node(request) else [honest(request)]


@manner("nxdomain-intermediate")
def deny_intermediate(request):
    reply = honest(request)
    if _is_empty_node(request):
        reply.rcode = NXDOMAIN
    return [reply]


@manner("refuse-ns-below")
def refuse_ns_below(request):
    below = name.lower(request.message.qname) != name.lower(request.zone.apex)
    return [empty(request, REFUSED)] if below and request.qtype == "NS" else [honest(request)]


# Lies beside the truth

@manner("poison-additional")
def poison_additional(request):
    reply, mine = honest(request), name.wire(request.host.name)
    reply.authority += [(VICTIM, "NS", 86400, mine), (VICTIM[1:], "NS", 86400, mine)]
    reply.additional += [((b"www", *VICTIM), "A", 86400, EVIL), ((b"ns1", *VICTIM), "A", 86400, EVIL), (VICTIM, "A", 86400, EVIL)]
    return [reply]


@manner("poison-alias")
def poison_alias(request):
    reply = honest(request)
    targets = [octets for _, type_text, _, octets in reply.answer if type_text == "CNAME"]
    for octets in targets:
        target, _ = wire.read_name(octets, 0)
        if not name.is_below(name.lower(target), name.lower(request.zone.apex)):
            reply.answer.append((target, "A", 86400, EVIL))
    return [reply]


def _evil(request, identifier, qname):
    question = (qname, request.message.qtype)
    return Reply(identifier, question, answer=[(qname, "A", 86400, EVIL)], edns_version=0 if request.message.edns else None)


# Something wrong before what is right. Over TCP only what is right.

def _first(word, spoiled):
    MANNERS[word] = lambda request: [honest(request)] if request.over_tcp else [spoiled(request), honest(request)]


def _garbage(request):
    return struct.pack("!6H", request.message.id, wire.QR | wire.AA, 1, 7, 7, 7) + b"\xc0\xff\x3f" * 9


_first("garbage-first", _garbage)
_first("wrong-id-first", lambda request: _evil(request, request.message.id ^ 1, request.message.qname))
_first("wrong-question-first", lambda request: _evil(request, request.message.id, (b"www", *VICTIM)))

MANNERS["garbage"] = lambda request: [_garbage(request)]
MANNERS["wrong-id"] = lambda request: [_evil(request, request.message.id ^ 1, request.message.qname)]


# Sections

@manner("no-soa")
def without_soa(request):
    reply = honest(request)
    reply.authority = []
    return [reply]


@manner("shuffled-sections")
def shuffle(request):
    """Follows an alias within the zone, and puts the address before the alias."""
    reply = honest(request)
    for _, type_text, _, octets in list(reply.answer):
        target = name.lower(wire.read_name(octets, 0)[0]) if type_text == "CNAME" else ()
        if request.qtype != "CNAME" and target and name.is_below(target, name.lower(request.zone.apex)):
            records = find(request.zone, target, request.qtype).records
            reply.answer += [(owner, kind, rrset.ttl, entry) for owner, kind, rrset in records for entry in rrset.wire]
    reply.answer.reverse()
    return [reply]


@manner("no-authority-bit")
def without_authority_bit(request):
    reply = honest(request)
    reply.flags &= ~wire.AA
    return [reply]


# Nothing of use

MANNERS["servfail"] = lambda request: [empty(request, SERVFAIL)]
MANNERS["refused"] = lambda request: [empty(request, REFUSED)]
MANNERS["notauth"] = lambda request: [empty(request, NOTAUTH)]


MANNERS["empty"] = lambda request: [empty(request)]


@manner("upward-referral")
def refer_upward(request):
    reply = empty(request)
    reply.authority = [((), "NS", 86400, name.wire(name.parse(f"{letter}.root-servers.net."))) for letter in "abcm"]
    return [reply]


@manner("endless-referral")
def refer_to_myself(request):
    reply, host = empty(request), request.host
    reply.authority = [(request.zone.apex, "NS", 86400, name.wire(host.name))]
    reply.additional = [(host.name, kind, 86400, rdata.compile(kind, text)) for kind, text in host.records()]
    return [reply]
