"""Homing asks other resolvers over TLS and HTTPS, and none that cannot prove to be the one that was meant.

Each registry of the small internet is forwarded in another way, so that one daemon shows them all.
"""

import datetime
import re
from dataclasses import dataclass

from .. import name, network, stub, wire
from ..clients import chains, command
from ..clients.peers import BLOCK, DOMAIN, Peer
from ..model import Question
from .judging import is_right, tally

QUESTIONS = 60      # of each way
REFUSED = 5         # of each way that must fail
PATIENCE = 12
NETWORK_ERROR = 23  # EDE (RFC 8914)


@dataclass
class Way:
    """How the names of one registry are forwarded; `told` is what clients and the log must be told if that cannot be."""
    suffix: str
    title: str
    peer: Peer
    url: str
    settings: str = ""
    told: str = None
    server: str = ""  # its address and port, which must be told, too


def ways(unbound, knot, bind, expired):
    """Each way that must fail has a server address of its own: what is wrong with it is not to tell on others."""
    at = lambda address: f"bootstrap: {address}"
    pin = lambda chain: f', pins: "{chain.pin}"'
    listed = [Way(suffix, f"{scheme} {peer.title}", peer, f"{scheme}://{peer.name}", at(peer.addresses[0]))
              for peer, suffixes in ((unbound, ("com", "net")), (knot, ("org", "de")), (bind, ("info", "io")))
              for suffix, scheme in zip(suffixes, ("tls", "https"))]
    _, wrong_name, wrong_pin, right_pin = unbound.addresses
    other, late = f"other.{DOMAIN}", expired.addresses[0]
    for scheme, port, suffixes in (("tls", 853, ("fr", "ch", "ca")), ("https", 443, ("nl", "jp", "se"))):
        listed += [Way(suffixes[0], f"a wrong name over {scheme}", unbound, f"{scheme}://{other}", at(wrong_name), f"not for {other}",
                       f"{wrong_name}:{port}"),
                   Way(suffixes[1], f"an expired certificate over {scheme}", expired, f"{scheme}://{expired.name}", at(late), "expired",
                       f"{late}:{port}"),
                   Way(suffixes[2], f"a wrong pin over {scheme}", unbound, f"{scheme}://{unbound.name}", at(wrong_pin) + pin(expired.chain),
                       "pinned", f"{wrong_pin}:{port}")]
    return listed + [
        Way("biz", "a right pin under another name", unbound, f"tls://{other}", at(right_pin) + pin(unbound.chain)),
        Way("dev", "an address that the certificate is for", bind, f"tls://{bind.addresses[0]}"),
        Way("app", "an expired certificate, opportunistic", expired, f"tls://{expired.addresses[1]}", "authentication: opportunistic")]


def check(box, verdict):
    if box.kind != "homing":
        verdict.skip(f"{box.kind} is not made to forward here")
        return
    authority = chains.Authority(box.directory / "peers-authority")
    peers = [Peer("unbound", "unbound", [f"10.53.0.{last}" for last in (1, 11, 12, 13)]), Peer("kresd", "knot", ["10.53.0.2"]),
             Peer("bind", "bind", ["10.53.0.3"]),
             Peer("unbound", "expired", ["10.53.0.4", "10.53.0.14"], until=datetime.timedelta(days=-1))]
    try:
        for peer in peers:
            peer.start(box, authority)
        _expect_peers(verdict, peers[:3], authority)
        forwarded = ways(*peers)
        zones = "forward-zones:\n" + "".join(
            f'  - suffix: "{way.suffix}."\n    fallback-to-recursion: no\n    servers:\n'
            f'      - {{url: "{way.url}"{", " if way.settings else ""}{way.settings}}}\n' for way in forwarded)
        # Trusted are the authorities of the system, which OpenSSL finds by this variable.
        resolver = box.renew_resolver(validation=None, extra=zones, environment={"SSL_CERT_FILE": str(authority.path)})
        network.count_also("forwarded_plain", BLOCK)
        for way in forwarded:
            (_expect_answers if way.told is None else _expect_refusal)(box, verdict, resolver, way)
        packets = network.count("forwarded_plain")
        verdict.expect(packets == 0, f"{packets} packets to port 53 of the resolvers that are asked encrypted")
        _restart(box, verdict, resolver, forwarded[4], peers[2])
        for peer, scheme in ((peers[0], "tls"), (peers[2], "https")):
            _validated(box, verdict, peer, scheme, authority)
    finally:
        box.drop_resolver()
        for peer in peers:
            peer.stop()


def _expect_peers(verdict, peers, authority):
    """The peers themselves work: kdig believes them."""
    for peer in peers:
        for option in ("+tls", "+https"):
            command.expect(verdict, ["kdig", f"@{peer.addresses[0]}", option, f"+tls-ca={authority.path}", f"+tls-hostname={peer.name}", ".", "NS"],
                           [r"status: NOERROR"])


def _questions(box, way, wanted, skipped=0):
    """Everyday ones, whose answers lead nowhere else."""
    suffix = name.parse(way.suffix + ".")
    fitting = [question for question in box.net.questions if question.shape == "ordinary" and question.kind == "normal"
               and question.qname[-1:] == suffix and not any(" CNAME " in record for record in question.answer) and question.qtype != "DS"]
    return fitting[skipped:skipped + wanted]


def _expect_answers(box, verdict, resolver, way, skipped=0):
    questions = _questions(box, way, QUESTIONS, skipped)
    outcomes = stub.ask_all(questions, resolver.port, patience=PATIENCE)
    wrong = [(question, outcome) for question, outcome in zip(questions, outcomes) if not is_right(question, outcome)]
    verdict.expect(len(questions) > 20 and not wrong, f"{way.title}: {len(questions) - len(wrong)} of {len(questions)} right; {tally(outcomes)}"
                   + "".join(f"; {name.show(question.qname)} {question.qtype}: {outcome.rcode} {outcome.reply.ede if outcome.reply else ''} "
                             f"{outcome.trouble} {outcome.answer[:2]}" for question, outcome in wrong[:2]))


def _expect_refusal(box, verdict, resolver, way):
    outcomes = stub.ask_all(_questions(box, way, REFUSED), resolver.port, patience=PATIENCE)
    verdict.expect([outcome.rcode for outcome in outcomes] == ["SERVFAIL"] * REFUSED, f"{way.title}: {tally(outcomes)}")
    errors = [error for outcome in outcomes if outcome.reply for error in outcome.reply.ede]
    words = re.compile(rf"{re.escape(way.server)}\b.*{re.escape(way.told)}")
    verdict.expect(any(code == NETWORK_ERROR and words.search(text) for code, text in errors),
                   f"{way.title}: EDE {NETWORK_ERROR} with {words.pattern!r} among {sorted(set(errors))[:3]}")
    lines = [line for line in resolver.program.log.read_text(errors="replace").splitlines() if words.search(line)]
    verdict.expect(bool(lines), f"{way.title}: the log has {words.pattern!r}: {lines[:1]}")


def _restart(box, verdict, resolver, way, peer):
    """A server that comes back has forgotten all connections; nobody is to notice."""
    peer.stop()
    peer.run()
    _expect_answers(box, verdict, resolver, way, skipped=QUESTIONS)


def _validated(box, verdict, peer, scheme, authority):
    """Who may speak is one thing, and what is true another: the peer does not validate, Homing does."""
    zones = f'forward-zones:\n  - suffix: "."\n    servers:\n      - {{url: "{scheme}://{peer.name}", bootstrap: {peer.addresses[0]}}}\n'
    # The stubs of the usual validation would be asked in cleartext, as they should; they are not asked for here.
    resolver = box.renew_resolver(validation=box.validation, extra=zones, environment={"SSL_CERT_FILE": str(authority.path)})
    secure = [question for question in box.net.questions if question.shape == "ordinary" and question.status == "secure" and question.kind == "normal"]
    bogus = [Question(name.parse("www.dnssec-failed.example."), "A", "")]
    outcomes = stub.ask_all(secure[:QUESTIONS], resolver.port, patience=PATIENCE, edns_flags=wire.DO)
    proved = sum(outcome.rcode == question.rcode and bool(outcome.reply.flags & wire.AD) for question, outcome in zip(secure, outcomes) if outcome.reply)
    verdict.expect(proved == QUESTIONS, f"{scheme} {peer.title}, validating: {proved} of {QUESTIONS} are secure; {tally(outcomes)}")
    outcome, = stub.ask_all(bogus, resolver.port, patience=PATIENCE)
    verdict.expect(outcome.rcode == "SERVFAIL", f"{scheme} {peer.title}, validating: what is bogus is {outcome.rcode} {outcome.reply and outcome.reply.ede}")
