"""Zones under zones under zones, and names with many empty labels between."""

from .ordinary import fill

LADDER = ("sld-nsd", "sld-knot", "sld-bind", "deep-nsd", "deep-knot", "deep-bind")  # no daemon twice on the way down


def build(net):
    for turn, tld in enumerate(("com", "de", "co.uk", "se")):
        apex = f"ladder-{turn}.{tld}."
        daemons = LADDER[turn % 3:3] + LADDER[:turn % 3] + LADDER[3:]
        for depth, daemon in enumerate(daemons, 1):
            zone = net.zone(apex, [net.host(f"ns1.{apex}", daemon), net.host(f"ns2.{apex}", daemon)])
            fill(net, zone, apex, net.ordinary[turn])
            net.ask_in(zone, f"cut-{depth}", "@ SOA NS A\nwww A AAAA\nnope A\na.b.c A\nb.c A TXT")
            apex = f"level-{depth}.{apex}"
    _skipped_levels(net)
    _glueless_on_the_way(net)


def _skipped_levels(net):
    """A cut several labels below its parent zone: the labels between are empty non-terminals."""
    upper = net.zone("skipping.org.", [net.host("ns.skipping.org.", "sld-knot")])
    lower = net.zone("far.down.below.here.skipping.org.", [net.host("ns.far.down.below.here.skipping.org.", "deep-bind")])
    fill(net, lower, "far.down.below.here.skipping.org.", net.ordinary[9])
    net.ask_in(lower, "skipped-levels", "@ SOA A\nwww A\nnope A")
    net.ask_in(upper, "skipped-levels", "here A\nbelow.here A TXT\ndown.below.here A\nup.below.here A")
    labels = ".".join("abcdefghijklmnopqrstuvwxyz")
    upper.add(labels, "A", net.new_v4())
    net.ask_in(upper, "many-labels", f"{labels} A AAAA\nx.{labels} A\n{labels[6:]} A\n{labels[20:]} TXT")


def _glueless_on_the_way(net):
    """Each level's server is named in a different tree."""
    apex = "winding.net."
    for index, daemon in enumerate(LADDER[:5]):
        helper = f"winding-helper-{index}.info."
        away = net.host(f"ns.{helper}", daemon)
        net.zone(helper, [net.host(f"own.{helper}", "sld-nsd")])
        zone = net.zone(apex, [away]).add("www", "A", net.new_v4())
        net.ask_in(zone, "winding", "www A AAAA\n@ SOA")
        apex = f"turn-{index}.{apex}"
