"""QNAME minimisation in signed zones (RFC 9156)."""

from .keys import Key
from .scenario import chain, example_zone, island
from .zones import Reply, Zone


def build():
    for kind in ("nsec", "nsec3"):
        s = chain(f"dnssec-minimise-nxdomain-{kind}", "a name is denied on the way",
                  "RFC 9156 §2.3, RFC 8020 §2: a part of the name does not exist, and that is proven: so does nothing below it.\nThe "
                  "whole name is never sent; the proof for the part is the proof for the whole.", example_zone(denial=kind),
                  settings=["qname-minimisation-strict: yes"])
        s.ask("a.b.nothing.example.com. A").check("secure")
        s.count("=", 0, question="a.b.nothing.example.com. A")
        zone = example_zone(denial=kind)
        deep = Zone("x.y.example.com.", "www A 203.0.113.9", address="198.51.100.5", keys=[Key("x.y.example.com.", 15)])
        zone.delegate(deep)
        s = chain(f"dnssec-minimise-cut-below-empty-{kind}", "a cut below an empty non-terminal",
                  "RFC 9156 §2.3, RFC 4035 §5: y.example.com. has nothing, and x.y.example.com. is a signed zone.\nThe walk goes on "
                  "behind the NODATA and the chain is complete.", zone)
        s.serve("198.51.100.5", deep)
        s.ask("www.x.y.example.com. A").check("secure")

    def lies(reply, qname, qtype):
        if qname == "b.example.com.":
            return Reply("NXDOMAIN", authority=example_zone().get("example.com.", "SOA"))
        return reply
    s = chain("dnssec-minimise-forged-nxdomain", "a forged denial on the way",
              "RFC 8020 §2, RFC 4035 §5.4: somebody denies a part of the name, without proof.\nThe name itself is there and signed: "
              "a denial that does not verify must not end the walk as a denial.", example_zone("a.b A 203.0.113.7"), change=lies,
              server_about="example.com., where b.example.com. is denied without proof.")
    s.ask("a.b.example.com. A").check("secure")
