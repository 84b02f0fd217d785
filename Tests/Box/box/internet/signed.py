"""Which of the zones that every check uses are signed: the root, most registries, the reverse trees, and one leaf in seven."""

from .. import name
from ..dnssec.plan import Signing, csk, ksk, zsk

TOP = {
    ".": Signing("bind", 8, keys=(ksk(bits=2048), zsk(bits=2048))), "com.": Signing("knot", 13, "opt-out"), "net.": Signing("bind", 13, "opt-out"),
    "org.": Signing("bind", 8, "nsec3", salt="c0ffee"), "info.": Signing("ldns", 8, "nsec3"), "biz.": Signing("knot", 8, "opt-out"),
    "io.": Signing("bind", 13, "opt-out"), "dev.": Signing("knot", 13, "nsec3"), "app.": Signing("ldns", 13, "nsec"),
    "de.": Signing("knot", 8, "nsec3", iterations=15, salt="ba5eba11"), "fr.": Signing("bind", 13, "opt-out"),
    "nl.": Signing("ldns", 13, "nsec3"), "se.": Signing("bind", 13, "nsec"), "ch.": Signing("knot", 13, "nsec3"),
    "uk.": Signing("bind", 8, "nsec3"), "co.uk.": Signing("bind", 8, "nsec3"), "jp.": Signing("ldns", 8, "opt-out"),
    "au.": Signing("knot", 8, "opt-out"), "com.au.": Signing("knot", 8, "nsec"), "ca.": Signing("bind", 10, "opt-out"),
    "edu.": Signing("knot", 13, "nsec", keys=(csk(),)), "xn--p1ai.": Signing("bind", 10, "nsec3"),
    "br.": Signing("bind", 13, "nsec"), "com.br.": Signing("ldns", 13, "nsec3"),  # museum and org.uk are not signed
    "arpa.": Signing("ldns", 8, "nsec"), "in-addr.arpa.": Signing("bind", 8, "nsec"), "ip6.arpa.": Signing("knot", 8, "nsec"),
    "23.in-addr.arpa.": Signing("bind", 13, "nsec3"), "0.0.f.1.0.0.6.2.ip6.arpa.": Signing("knot", 15, "nsec"),
}
NAMED = {
    "gtld-servers.net.": Signing("bind", 13, "nsec"), "nstld.com.": Signing("knot", 13, "nsec3"),
    "alias-one.com.": Signing("bind", 13, "nsec"), "alias-two.org.": Signing("knot", 15, "nsec3"),
    "moved.fr.": Signing("knot", 13, "nsec"), "stayed.fr.": Signing("ldns", 13, "nsec3"),
    "wild-0.com.": Signing("bind", 13, "nsec"), "wild-1.com.": Signing("knot", 13, "nsec3"),
    "names-0.org.": Signing("bind", 13, "nsec"), "names-1.org.": Signing("knot", 14, "nsec3"),
    "records-0.net.": Signing("knot", 13, "nsec"), "records-1.net.": Signing("bind", 15, "nsec3"),
    "large-0.com.": Signing("knot", 8, "nsec"), "skipping.org.": Signing("bind", 13, "nsec"),
    "far.down.below.here.skipping.org.": Signing("ldns", 13, "nsec3"), "hot.app.": Signing("knot", 13, "nsec"),
    "flood-wild.app.": Signing("bind", 13, "nsec3"), "thirteen.com.": Signing("ldns", 8, "nsec"),
    "half-lame-0.com.": Signing("knot", 13, "nsec"), "one-closed-0.net.": Signing("bind", 13, "nsec3"),
    "one-hole-0.net.": Signing("ldns", 13, "nsec"), "mismatch-0.org.": Signing("knot", 15, "nsec"),
    "glueless-0.com.": Signing("bind", 13, "nsec"), "nested-0.fr.": Signing("knot", 13, "nsec3"),
    "victim-bank.com.": Signing("ldns", 13, "nsec"), "anvil-dns.com.": Signing("bind", 13, "nsec"),
    "ember-dns.org.": Signing("knot", 13, "nsec3"), "haven-dns.de.": Signing("ldns", 13, "nsec"),
}
LADDERS = (6, 3, 0, 0)  # so many levels of each are signed
EVERY = 8               # of the ordinary zones, one in so many is signed
WAYS = (("bind", 13, "nsec"), ("knot", 13, "nsec3"), ("ldns", 13, "nsec"), ("knot", 15, "nsec"), ("bind", 8, "nsec3"),
        ("knot", 14, "nsec"), ("ldns", 13, "nsec3"), ("bind", 15, "nsec"), ("knot", 13, "opt-out"))


def build(net):
    for apex, signing in {**TOP, **NAMED}.items():
        net.zones[name.parse(apex)].signing = signing
    for turn, tld in enumerate(("com", "de", "co.uk", "se")):
        apex = f"ladder-{turn}.{tld}."
        for depth in range(LADDERS[turn]):
            net.zones[name.parse(apex)].signing = Signing(*WAYS[depth % 3])
            apex = f"level-{depth + 1}.{apex}"
    for index, apex in enumerate(net.ordinary[::EVERY]):
        net.zones[name.parse(apex)].signing = Signing(*WAYS[index % len(WAYS)], keys=(csk(),) if index % 3 == 0 else (ksk(), zsk()))
