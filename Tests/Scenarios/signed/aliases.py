"""Aliases between zones of different status (RFC 4035 §5, RFC 6672 §5.3)."""

from .keys import Key
from .records import Record
from .scenario import EXAMPLE_ADDRESS, chain, example_zone, island
from .signatures import net
from .zones import Zone

TARGET_ADDRESS = "198.51.100.2"


def target(kind):
    zone = Zone("example.net.", "www A 203.0.113.2", address=TARGET_ADDRESS, denial=None if kind == "insecure" else "nsec",
                keys=[Key("example.net.", 15)])
    if kind == "bogus":
        zone.signing[("www.example.net.", "A")] = {"corrupt": True}
    return zone


def across():
    for first in ("secure", "insecure"):
        for second in ("secure", "insecure", "bogus"):
            status = {"secure": first}.get(second, second)
            zone = example_zone("alias CNAME www.example.net.", "gone CNAME gone.example.net.",
                                denial="nsec" if first == "secure" else None)
            s = chain(f"dnssec-alias-{first}-to-{second}", f"an alias from {article(first)} to {article(second)} zone",
                      "RFC 4035 §5, §4.3: an answer is as good as the worst part of it.\n"
                      f"The CNAME is in {article(first)} zone, its target in {article(second)} one: "
                      + {"secure": "AD is set.", "insecure": "no AD.", "bogus": "SERVFAIL, and not half an answer."}[status],
                      zone)
            net(s, target(second))
            s.ask("alias.example.com. A").check(status)
            if second != "bogus":
                s.ask("gone.example.com. A").check(status)
    zone = example_zone("alias CNAME www.example.net.")
    zone.signing["CNAME"] = None
    s = chain("dnssec-alias-unsigned", "an unsigned alias in a signed zone",
              "RFC 4035 §5: somebody put a CNAME into the answer of a signed zone; that its target is secure does not "
              "help: bogus.", zone)
    net(s, target("secure"))
    s.ask("alias.example.com. A").check("bogus")
    zone = example_zone("alias CNAME middle.example.com.", "middle CNAME www.example.com.")
    s = chain("dnssec-alias-in-zone", "two aliases in one secure zone",
              "RFC 4035 §3.1.1: alias, alias and address come in one response, each with its signature.", zone)
    s.ask("alias.example.com. A").check("secure")
    s.ask("alias.example.com. CNAME").check("secure")


def article(word):
    return ("an " if word[0] in "aeiou" else "a ") + word


def redirections():
    zone = example_zone("tree DNAME tree.example.net.")
    s = chain("dnssec-dname", "a signed DNAME and the CNAME that follows from it",
              "RFC 6672 §5.3.1: the CNAME is synthesized and cannot be signed; it is as good as the DNAME.\nAcross zones, to "
              "an address and to a name that does not exist; the second one from the same DNAME.", zone)
    net(s, Zone("example.net.", "www.tree A 203.0.113.2", address=TARGET_ADDRESS, keys=[Key("example.net.", 15)]))
    s.ask("www.tree.example.com. A").check("secure")
    s.ask("gone.tree.example.com. A").check("secure")
    s.ask("tree.example.com. DNAME").check("secure")
    zone = example_zone("old DNAME new.example.com.", "www.new A 203.0.113.3", denial="nsec3")
    s = chain("dnssec-dname-in-zone", "a DNAME inside one zone",
              "RFC 6672 §5.3.1: redirection and target in one response.", zone)
    s.ask("www.old.example.com. A").check("secure")
    s.ask("www.old.example.com. TXT").check("secure")

    def forged(reply, qname, qtype):
        reply.answer = [Record(r.owner, r.ttl, "CNAME", "evil.example.com.") if r.type == "CNAME" else r
                        for r in reply.answer if r.type in ("DNAME", "CNAME") or r.text.startswith("DNAME")]
        return reply
    zone = example_zone("old DNAME new.example.com.", "www.new A 203.0.113.3", "evil A 203.0.113.66")
    zone.signing["DNAME"] = {"corrupt": True}
    s = chain("dnssec-dname-bogus", "a DNAME whose signature does not verify",
              "RFC 6672 §5.3.1: without the DNAME there is nothing that the CNAME could follow from: bogus.", zone)
    s.ask("www.old.example.com. A").check("bogus")
    zone = example_zone("old DNAME new.example.com.", "www.new A 203.0.113.3", "evil A 203.0.113.66")
    s = chain("dnssec-dname-cname-does-not-follow", "a CNAME that does not follow from the signed DNAME",
              "RFC 6672 §5.3.1; attack row: forged proofs.\nThe DNAME is signed and leads to www.new; the unsigned CNAME beside "
              "it leads elsewhere. Nobody is sent there.", zone, change=lambda reply, qname, qtype: (
                  forged(reply, qname, qtype) if qname == "www.old.example.com." else reply),
              extra=["www.new.example.com. A"],
              server_about="example.com., whose CNAMEs somebody changes on the way.")
    s.ask("www.old.example.com. A").check("secure")


def build():
    across()
    redirections()
