"""DNSSEC that is out of order: each zone is bogus, or some of its answers are, for a reason that a resolver must be able to tell."""

from .. import name
from ..dnssec import keys, spoil
from ..dnssec.plan import (BOGUS, BOGUS_CODE, DAY, EXPIRED, EXPIRED_BEFORE_VALID, NO_DNSKEY, NO_NSEC, NO_RRSIG, NO_ZONE_BIT, NOT_YET, SECURE,
                           Signing, csk, ksk, zsk)
from .algorithms import BRIEFLY, QUESTIONS, family

NO_KEY = frozenset({BOGUS_CODE, NO_DNSKEY})
SERVED_BY = ("sld-nsd", "sld-knot")  # BIND would not serve all of these as they are
WHOLLY = "@ SOA DNSKEY DS\nwww A\nalias A\nx.wild A\nnope A\nb.c TXT\nwww AAAA"


def bogus(net, label, signing, codes=(), shape=None, **options):
    """All of the zone is bogus."""
    signing.yields, signing.codes = BOGUS, frozenset(codes)
    return family(net, label, signing, shape or f"bogus-{label}", WHOLLY, **{"daemons": SERVED_BY, **options})


def spoiled(net, label, signing, *spoilings, questions=QUESTIONS, **options):
    """Bogus as the spoilings say."""
    signing.spoilings = spoilings
    return family(net, label, signing, f"bogus-{label}", questions, **{"daemons": SERVED_BY, **options})


def build(net):
    _times(net)
    _chains(net)
    _signatures(net)
    _lies(net)
    _denials(net)
    _one_server_of_two(net)


def _times(net):
    for tool in ("bind", "knot", "ldns"):
        bogus(net, f"expired-{tool}", Signing(tool, 13, begins=-60 * DAY, ends=-30 * DAY), {EXPIRED}, "bogus-expired")
        bogus(net, f"not-yet-{tool}", Signing(tool, 13, "nsec3", begins=30 * DAY, ends=60 * DAY), {NOT_YET}, "bogus-not-yet")
    bogus(net, "expired-before-valid", Signing("hand", 13, begins=30 * DAY, ends=-30 * DAY), {BOGUS_CODE, EXPIRED, NOT_YET, EXPIRED_BEFORE_VALID})
    one = lambda code, **times: dict(yields=SECURE, tweaks={"sets": {
        ("www", "A"): lambda making, *rrset: [making.sign(making.signing_keys("A")[0], *rrset, **{word: making.now + value for word, value in times.items()})]}},
        spoilings=(marked(("www", "A"), code),))
    family(net, "expired-www", Signing("hand", 13, **one(EXPIRED, begins=-60 * DAY, ends=-30 * DAY)), "bogus-expired-www")
    family(net, "not-yet-www", Signing("hand", 13, **one(NOT_YET, begins=30 * DAY, ends=60 * DAY)), "bogus-not-yet-www")


def marked(pair, *codes, denial=False):
    """Says only that something is bogus, which the signer by hand has made so."""
    return spoil.Spoiling(lambda records, zone: records, (pair,) if pair else (), denial=denial, codes=frozenset(codes))


def _chains(net):
    """The parent's DS leads to no key."""
    gone = dict(published=False, signs=False, ds=(keys.SHA256,))
    bogus(net, "dnssec-failed", Signing("bind", 13, keys=(ksk(ds=()), zsk(), ksk(**gone))), NO_KEY)
    bogus(net, "stale-ds", Signing("knot", 13, "nsec3", keys=(ksk(ds=()), zsk(), ksk(**gone))), NO_KEY)
    bogus(net, "stale-ds-algorithm", Signing("ldns", 8, keys=(ksk(ds=()), zsk(), ksk(algorithm=13, **gone))), NO_KEY | {NO_RRSIG})
    bogus(net, "ds-wrong-digest", Signing("bind", 13, keys=(ksk(ds=(-keys.SHA256,)), zsk())), NO_KEY)
    # RFC 4509 §3: where there is a SHA-256 digest, the SHA-1 one does not count.
    bogus(net, "ds-downgrade", Signing("bind", 13, keys=(ksk(ds=(keys.SHA1, -keys.SHA256)), zsk())), NO_KEY)
    bogus(net, "ds-of-zsk-that-signs-nothing", Signing("hand", 13, keys=(ksk(ds=()), zsk(ds=(keys.SHA256,)))), NO_KEY | {NO_RRSIG})
    bogus(net, "ds-but-unsigned", Signing("none", 13, keys=(ksk(), zsk())), NO_KEY | {NO_RRSIG, NO_NSEC})
    bogus(net, "revoked-only", Signing("hand", 13, keys=(ksk(revoked=True), zsk())), NO_KEY)
    bogus(net, "entry-without-zone-bit", Signing("hand", 13, keys=(ksk(is_zone_key=False), zsk())), NO_KEY | {NO_ZONE_BIT})
    bogus(net, "entry-of-another-protocol", Signing("hand", 13, keys=(ksk(protocol=4), zsk())), NO_KEY)
    dead = spoiled(net, "no-dnskey", Signing("bind", 13), spoil.drop_keys(), questions=WHOLLY.replace(" DNSKEY", ""))
    net.ask_in(dead, "bogus-no-dnskey", "deep.under.www A")
    spoiled(net, "dnskey-unsigned", Signing("knot", 13), spoil.drop_signature(("@", "DNSKEY"), chain=True), questions=WHOLLY)
    spoiled(net, "dnskey-corrupt", Signing("ldns", 13), spoil.corrupt_signature(("@", "DNSKEY"), chain=True), questions=WHOLLY)
    # The DS itself has a bad signature, or none.
    parent = spoiled(net, "bad-ds", Signing("bind", 13), spoil.corrupt_signature(("corrupt", "DS")), spoil.drop_signature(("unsigned", "DS")),
                     questions=BRIEFLY)
    for label, word in (("corrupt", "bad-ds"), ("unsigned", "bad-ds"), ("good", "good-ds")):
        child = family(net, label, Signing("knot", 13), f"bogus-{word}-{label}", "@ SOA DS\nwww A\nnope A", daemons=("deep-nsd", "deep-knot"),
                       parent=name.show(parent.apex))
        grandchild = net.zone(f"below.{name.show(child.apex)}", [net.host(f"ns.below.{name.show(child.apex)}", "deep-bind")])
        grandchild.add("www", "A", net.new_v4())
        net.ask_in(grandchild, f"bogus-{word}-{label}", "@ DS SOA\nwww A")


def _signatures(net):
    spoiled(net, "corrupt-www", Signing("bind", 13), spoil.corrupt_signature(("www", "A")))
    spoiled(net, "corrupt-www-rsa", Signing("ldns", 8), spoil.corrupt_signature(("www", "A"), ("*.wild", "A")))
    spoiled(net, "corrupt-www-ed25519", Signing("knot", 15), spoil.corrupt_signature(("www", "A"), ("alias", "CNAME")))
    spoiled(net, "unsigned-www", Signing("knot", 13, "nsec3"), spoil.drop_signature(("www", "A"), ("alias", "CNAME")))
    spoiled(net, "unsigned-wildcard", Signing("bind", 13), spoil.drop_signature(("*.wild", "A"), ("*.wildalias", "CNAME")))
    # Knot gives no signatures at all where the SOA has none.
    spoiled(net, "unsigned-soa", Signing("bind", 13), spoil.drop_signature(("@", "SOA")), questions="@ SOA A\nwww A", daemons=("sld-nsd",))
    spoiled(net, "unsigned-but-keys", Signing("bind", 13), spoil.drop_all_signatures(), daemons=("sld-nsd",))


def _lies(net):
    """Signatures that are not what they say: made by hand."""
    stranger = keys.generate(name.parse("stranger.example."), 13)

    def by_stranger(making, *rrset):
        return [making.sign(stranger, *rrset)]

    def with_(**lies):
        return lambda making, *rrset: [making.sign(making.signing_keys("A")[0], *rrset, **lies)]

    def of_parent(making, *rrset):
        return [making.sign(making.signing_keys("A")[0], *rrset, signer=making.apex[1:])]

    def by_hidden_key(making, *rrset):
        return [making.sign(keys.generate(making.zone.apex, 13), *rrset)]

    def beside(lie):
        """The right signature too, after the wrong one."""
        return lambda making, *rrset: lie(making, *rrset) + [making.sign(making.signing_keys("A")[0], *rrset)]

    def by_entry_key(making, *rrset):
        return [making.sign(making.signing_keys("DNSKEY")[0], *rrset)]

    def of_unknown_algorithm(making, *rrset):
        return [making.sign(keys.generate(making.zone.apex, keys.UNKNOWN_ALGORITHM), *rrset)]

    wrong = {
        "signer-stranger": (by_stranger, {BOGUS_CODE, NO_RRSIG, NO_DNSKEY}), "signer-parent": (of_parent, {BOGUS_CODE, NO_RRSIG, NO_DNSKEY}),
        "key-not-there": (by_hidden_key, {BOGUS_CODE, NO_DNSKEY, NO_RRSIG}), "labels-too-many": (with_(labels=9), {BOGUS_CODE, NO_RRSIG}),
        "tag-wrong": (with_(tag=7), {BOGUS_CODE, NO_DNSKEY, NO_RRSIG}), "labels-too-few": (with_(labels=2), {BOGUS_CODE, NO_NSEC}),
        "algorithm-unknown": (of_unknown_algorithm, {BOGUS_CODE, NO_RRSIG, NO_DNSKEY, 1}),
        "spoiled": (with_(spoil=True), {BOGUS_CODE}),
    }
    for label, (lie, codes) in wrong.items():
        signing = Signing("hand", 13, tweaks={"sets": {("www", "A"): lie}}, spoilings=(marked(("www", "A"), *codes),))
        family(net, label, signing, f"bogus-{label}", daemons=SERVED_BY)
        if label not in ("labels-too-few", "labels-too-many"):
            family(net, f"{label}-beside", Signing("hand", 13, tweaks={"sets": {("www", "A"): beside(lie)}}), "dnssec-wrong-beside-right", daemons=SERVED_BY)
    family(net, "signed-by-ksk", Signing("hand", 13, tweaks={"sets": {("www", "A"): by_entry_key}}), "dnssec-rollover")


def _denials(net):
    for denial in ("nsec", "nsec3", "opt-out"):
        spoiled(net, f"no-proofs-{denial}", Signing("bind", 13, denial), spoil.drop_proofs(), daemons=("sld-nsd",))
        spoiled(net, f"corrupt-proofs-{denial}", Signing("knot", 13, denial), spoil.corrupt_proofs(), daemons=("sld-nsd",))
    # One NSEC is a lie: it says that www has an address of IPv6, and there is none to be had.
    codes = {BOGUS_CODE, NO_NSEC}
    for denial in ("nsec", "nsec3"):
        signing = Signing("hand", 13, denial, tweaks={"bitmaps": {"mail": {"AAAA"}}})
        zone = family(net, f"proof-of-too-much-{denial}", signing, "dnssec-wrong-beside-right", daemons=SERVED_BY)
        net.ask_in(zone, "bogus-proof-of-too-much", "mail AAAA")
        net.lies[name.parse("mail", zone.apex), "AAAA"] = frozenset(codes)
        signing = Signing("hand", 13, denial, tweaks={"bitmaps": {"mail": {"CNAME"}}})
        zone = family(net, f"proof-of-alias-{denial}", signing, "dnssec-wrong-beside-right", daemons=SERVED_BY)
        net.ask_in(zone, "bogus-proof-of-alias", "mail AAAA")
        net.lies[name.parse("mail", zone.apex), "AAAA"] = frozenset(codes)
    # Insecure delegations, where the parent proves nothing.
    parent = spoiled(net, "no-proof-for-child", Signing("bind", 13), spoil.drop_proofs(), questions="www A", daemons=("sld-nsd",))
    apex = f"child.{name.show(parent.apex)}"
    child = net.zone(apex, [net.host(f"ns.{apex}", "deep-nsd")]).add("www", "A", net.new_v4())
    net.ask_in(child, "bogus-no-proof-for-child", "@ SOA\nwww A\nnope A")


def _one_server_of_two(net):
    """One server has a bad copy, the other a good one: there is a way to the right answer, and a resolver finds it."""
    copies = {
        "half-unsigned": "unsigned", "half-corrupt": spoil.corrupt_signature(("www", "A")), "half-no-proofs": spoil.drop_proofs(),
        "half-no-dnskey": spoil.drop_keys(), "half-stripped": spoil.drop_all_signatures(),
    }
    for label, copy in copies.items():
        zone = family(net, label, Signing("bind", 13), f"dnssec-{label}", daemons=("sld-nsd", "sld-knot"))
        zone.copies = {"sld-nsd": copy}  # NSD serves anything
