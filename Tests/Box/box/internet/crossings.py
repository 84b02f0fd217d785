"""Aliases that lead from a zone of one status into one of another: the answer is no better than the worst of its parts."""

from .. import name
from ..dnssec.plan import Signing
from .algorithms import family

PLACES = {  # a word -> a zone's apex
    "secure": "bind-13-nsec.example.", "nsec3": "knot-13-nsec3.example.", "optout": "bind-13-opt-out.example.", "insecure": "missing-ds.example.",
    "plain": "plain.parent-opt-out.example.", "unknown": "unknown-algorithm.example.", "bogus": "dnssec-failed.example.",
    "expired": "expired-bind.example.", "corrupt": "corrupt-www.example.", "forgiven": "forgiven.example.", "island": "island.museum.",
    "leaf": "amber-anchor.com.", "iterations": "knot-150-iterations.example.",
}
ENDS = ("www", "nope", "x.wild")


def build(net):
    zones = {
        "secure": family(net, "crossing", Signing("knot", 13, "nsec3"), "crossing"),
        "insecure": family(net, "crossing-insecure", None, "crossing"),
    }
    for start, zone in zones.items():
        lines = []
        for word, apex in PLACES.items():
            for index, end in enumerate(ENDS):
                zone.add(f"{word}-{index}", "CNAME", f"{end}.{apex}")
                lines.append(f"{word}-{index} A")
            zone.add(f"tree-{word}", "DNAME", apex)
            zone.add(f"*.star-{word}", "CNAME", f"www.{apex}")
            lines += [f"www.tree-{word} A AAAA", f"nope.tree-{word} A", f"tree-{word} DNAME", f"q.star-{word} A"]
        net.ask_in(zone, f"crossing-from-{start}", "\n".join(lines))
    _to_and_fro(net, zones)


def _to_and_fro(net, zones):
    """Chains of eight, from zone to zone."""
    for word, last in (("good", "www.bind-13-nsec.example."), ("bad", "www.dnssec-failed.example.")):
        for index in range(7):
            here, there = (zones["secure"], zones["insecure"]) if index % 2 == 0 else (zones["insecure"], zones["secure"])
            here.add(f"{word}-chain-{index}", "CNAME", f"{word}-chain-{index + 1}.{name.show(there.apex)}")
        zones["insecure"].add(f"{word}-chain-7", "CNAME", last)
        net.ask_in(zones["secure"], "crossing-chain", f"{word}-chain-0 A\n{word}-chain-6 A")
    for index in range(6):
        zones["secure"].add(f"inner-{index}", "CNAME", f"inner-{index + 1}.{name.show(zones['secure'].apex)}")
    zones["secure"].add("inner-6", "CNAME", "www.knot-13-nsec3.example.")
    net.ask_in(zones["secure"], "crossing-chain", "inner-0 A AAAA\ninner-5 A")
