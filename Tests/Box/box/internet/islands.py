"""What is insecure by design: delegations without DS, algorithms of nobody, negative trust anchors; and islands that have an anchor of their own."""

from .. import name
from ..dnssec import keys
from ..dnssec.plan import INSECURE, UNKNOWN_ALGORITHM, UNKNOWN_DIGEST, Signing, csk, ksk, zsk
from .algorithms import BRIEFLY, QUESTIONS, family

DEEP = ("deep-nsd", "deep-knot", "deep-bind")
PARENTS = {"nsec": "bind", "nsec3": "knot", "opt-out": "bind", "opt-out-knot": "knot", "opt-out-ldns": "ldns"}


def build(net):
    _delegations(net)
    _same_server(net)
    _unknown(net)
    _unsigned_between(net)
    _anchors(net)
    _negative_anchors(net)
    _stubs(net)


def insecure(net, label, signing, codes=(), **options):
    signing.yields, signing.codes = INSECURE, frozenset(codes)
    return family(net, label, signing, f"insecure-{label}", **options)


def _delegations(net):
    """Below each kind of parent: a child with DS, one that is signed but without, one unsigned, and the same below an empty non-terminal."""
    for word, tool in PARENTS.items():
        parent = family(net, f"parent-{word}", Signing(tool, 13, word.removesuffix("-knot").removesuffix("-ldns")), "dnssec-parent", QUESTIONS,
                        daemons=("sld-nsd", "sld-knot", "sld-bind"))
        apex = name.show(parent.apex)
        for place in ("", "node.", "far.node."):
            for label, signing in (("signed", Signing("knot", 13, "nsec3")), ("no-ds", Signing("bind", 13, keys=(ksk(ds=()), zsk()))), ("plain", None)):
                child = family(net, f"{label}.{place}".rstrip("."), signing, f"delegation-{label}", daemons=DEEP[:2], parent=apex)
                net.ask_in(child, f"delegation-{label}", "@ NS A DS\nx.y.z.nope A")
        net.ask_in(parent, "delegation-between", "node A TXT\nfar.node A\nfar.node DS\nno.far.node A\nno DS\nnone.node DS\nwww DS\nwww.no A")
    for count in (51, 150):  # what such a parent denies is insecure, and what it signs is not
        parent = family(net, f"parent-{count}-iterations", Signing("knot", 13, "nsec3", count), "dnssec-iterations-above", QUESTIONS)
        for label, signing in (("signed", Signing("bind", 13)), ("no-ds", Signing("bind", 13, keys=(ksk(ds=()), zsk()))), ("plain", None)):
            family(net, label, signing, f"delegation-{label}", daemons=DEEP[:2], parent=name.show(parent.apex))


def _same_server(net):
    """Parent and child on one server, so that no referral is ever seen."""
    for daemon in ("sld-nsd", "sld-knot", "sld-bind"):
        word = daemon.removeprefix("sld-")
        parent = family(net, f"upper-{word}", Signing("bind", 13, "nsec" if word == "nsd" else "nsec3"), "same-server", daemons=(daemon,))
        for label, signing in (("signed", Signing("knot", 13)), ("no-ds", Signing("bind", 13, keys=(ksk(ds=()), zsk()))), ("plain", None)):
            child = family(net, label, signing, "same-server", daemons=(daemon,), parent=name.show(parent.apex), shares_with_parent=True)
            net.ask_in(child, "same-server", "@ DS NS\nz.nope A")


def _unknown(net):
    """Signed, but with nothing that anybody understands: as good as unsigned (RFC 4035 §5.2, RFC 6840 §5.2)."""
    unknown, private = keys.UNKNOWN_ALGORITHM, keys.PRIVATE_ALGORITHM
    insecure(net, "unknown-algorithm", Signing("hand", unknown), {UNKNOWN_ALGORITHM}, daemons=("sld-nsd", "sld-knot"))
    insecure(net, "private-algorithm", Signing("hand", private, "nsec3"), {UNKNOWN_ALGORITHM}, daemons=("sld-nsd", "sld-knot"))
    insecure(net, "unknown-digest", Signing("bind", 13, keys=(ksk(ds=(keys.UNKNOWN_DIGEST,)), zsk())), {UNKNOWN_DIGEST})
    insecure(net, "unknown-both", Signing("hand", 13, keys=(ksk(ds=(keys.UNKNOWN_DIGEST,)), ksk(algorithm=unknown, ds=(keys.SHA256,)), zsk())),
             {UNKNOWN_ALGORITHM, UNKNOWN_DIGEST}, daemons=("sld-nsd", "sld-knot"))
    parent = net.zones[name.parse("unknown-algorithm.example.")]
    family(net, "child", Signing("bind", 13), "insecure-below-unknown", daemons=DEEP[:1], parent=name.show(parent.apex))


def _unsigned_between(net):
    """Signed, unsigned, and signed again with a DS that nobody vouches for."""
    upper = family(net, "between", Signing("knot", 13, "nsec3"), "dnssec-parent", daemons=("sld-nsd",))
    middle = family(net, "unsigned", None, "insecure-between", daemons=("sld-knot",), parent=name.show(upper.apex))
    lower = family(net, "signed", Signing("bind", 13), "insecure-between", daemons=("deep-nsd",), parent=name.show(middle.apex))
    # What would be bogus is nobody's business there.
    wrong = Signing("bind", 13, keys=(ksk(ds=(-keys.SHA256,)), zsk()))
    family(net, "broken", wrong, "insecure-between", daemons=("deep-knot",), parent=name.show(middle.apex))
    family(net, "lowest", Signing("ldns", 13), "insecure-between", daemons=("deep-bind",), parent=name.show(lower.apex))
    missing = Signing("bind", 13, keys=(ksk(ds=()), zsk()))
    family(net, "missing-ds", missing, "insecure-missing-ds")
    family(net, "unsigned-tld-child", Signing("bind", 13), "insecure-between", parent="museum.")


def _anchors(net):
    """museum. is not signed. One zone below it has a trust anchor all the same, with a secure and an insecure child."""
    island = family(net, "island", Signing("knot", 13, "nsec3", keys=(ksk(), zsk())), "anchored-island", QUESTIONS, daemons=("sld-nsd", "sld-bind"), parent="museum.")
    net.anchors.add(name.lower(island.apex))
    apex = name.show(island.apex)
    family(net, "signed", Signing("bind", 13), "anchored-island", daemons=("deep-nsd",), parent=apex)
    family(net, "plain", None, "anchored-island", daemons=("deep-knot",), parent=apex)


def _negative_anchors(net):
    """Broken, and forgiven: below a negative trust anchor nothing is validated."""
    wrong = lambda: Signing("bind", 13, keys=(ksk(ds=(-keys.SHA256,)), zsk()))
    forgiven = family(net, "forgiven", wrong(), "negative-anchor", QUESTIONS)
    net.negative_anchors.add(name.lower(forgiven.apex))
    family(net, "child", wrong(), "negative-anchor", daemons=("deep-nsd",), parent=name.show(forgiven.apex))
    sound = family(net, "forgiven-sound", Signing("knot", 13, keys=(csk(),)), "negative-anchor")
    net.negative_anchors.add(name.lower(sound.apex))


def _stubs(net):
    """Zones that only a stub leads to: one that its signed parent says does not exist, below a negative trust anchor; and one signed all the way."""
    inner = family(net, "internal", None, "stub-below-negative-anchor", BRIEFLY, daemons=("sld-nsd",), delegated=False)
    net.negative_anchors.add(name.lower(inner.apex))
    signed = family(net, "stubbed", Signing("bind", 13), "stub-signed", BRIEFLY, daemons=("sld-knot",),
                    parent_ns=[net.host("ns.stubbed-elsewhere.example.", "closed")])
    for zone in (inner, signed):
        net.stubs[name.lower(zone.apex)] = [address for host in zone.servers for address in host.v4]
