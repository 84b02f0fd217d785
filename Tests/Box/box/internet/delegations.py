"""Delegations with something wrong or unusual about them."""

from .ordinary import fill

OK = ("sld-nsd", "sld-knot", "sld-bind")
ASKED = "@ SOA NS A AAAA MX\nwww A AAAA\nmail A\nnope A"


def build(net):
    _glueless(net)
    _nested(net)
    _sibling(net)
    _lame(net)
    _dead(net)
    _mismatch(net)
    _false_glue(net)
    _single_family(net)
    _many_servers(net)
    _cyclic(net)


def _ordinary(net, shape, apex, servers, **options):
    zone = net.zone(apex, servers, **options)
    fill(net, zone, apex, net.ordinary[len(net.zones) % len(net.ordinary)])
    net.ask_in(zone, shape, ASKED)
    return zone


def _glueless(net):
    """NS names in another TLD, whose servers' names are in yet another."""
    for index, daemon in enumerate(OK * 2):
        helper = f"glueless-helper-{index}.org."
        servers = [net.host(f"ns1.{helper}", daemon), net.host(f"ns2.{helper}", daemon)]
        net.zone(helper, servers)
        _ordinary(net, "glueless", f"glueless-{index}.com.", servers)


def _nested(net):
    """To ask the zone, resolve its NS; to resolve that, resolve another NS, twice over; only then there is glue."""
    for index, daemon in enumerate(OK):
        third = [net.host(f"ns.nested-c{index}.net.", daemon)]
        net.zone(f"nested-c{index}.net.", third)
        second = [net.host(f"ns.nested-b{index}.org.", OK[index - 1])]
        net.zone(f"nested-b{index}.org.", third)
        first = [net.host(f"ns.nested-a{index}.de.", OK[index - 2])]
        net.zone(f"nested-a{index}.de.", second)
        _ordinary(net, "nested-glueless", f"nested-{index}.fr.", first)


def _sibling(net):
    """Two zones of one TLD serve each other: only the parent's sibling glue gets anyone in."""
    for index in range(3):
        left = [net.host(f"ns.sibling-left-{index}.nl.", OK[index])]
        right = [net.host(f"ns.sibling-right-{index}.nl.", OK[index - 1])]
        _ordinary(net, "sibling-glue", f"sibling-left-{index}.nl.", right)
        _ordinary(net, "sibling-glue", f"sibling-right-{index}.nl.", left)


def _lame(net):
    """Servers that were given the zone and do not hold it; they say REFUSED."""
    for index, daemon in enumerate(OK):
        apex = f"half-lame-{index}.com."
        good = net.host(f"ns1.{apex}", OK[index])
        lame = net.host(f"ns2.{apex}", OK[index - 1])
        _ordinary(net, "one-lame-of-two", apex, [good], ns=[good, lame])
        apex = f"all-lame-{index}.com."
        pair = [net.host(f"ns1.{apex}", OK[index]), net.host(f"ns2.{apex}", OK[index - 1])]
        lame_zone = net.zone(apex, [], ns=pair, broken=True)
        net.ask_in(lame_zone, "all-lame", "@ A\nwww A AAAA", kind="meant-to-fail")


def _dead(net):
    """`closed`: nobody listens there. `hole`: packets vanish."""
    for kind in ("closed", "hole"):
        for index, daemon in enumerate(OK):
            apex = f"one-{kind}-{index}.net."
            good, dead = net.host(f"ns1.{apex}", daemon), net.host(f"ns2.{apex}", kind)
            _ordinary(net, f"one-{kind}-of-two", apex, [good], ns=[dead, good])
        apex = f"two-{kind}.info."
        good = net.host(f"ns3.{apex}", "sld-bind")
        dead = [net.host(f"ns1.{apex}", kind), net.host(f"ns2.{apex}", kind)]
        _ordinary(net, f"two-{kind}-of-three", apex, [good], ns=[*dead, good])
        apex = f"all-{kind}.info."
        dead_zone = net.zone(apex, [], ns=[net.host(f"ns1.{apex}", kind), net.host(f"ns2.{apex}", kind)], broken=True)
        net.ask_in(dead_zone, f"all-{kind}", "@ A\nwww A AAAA", kind="meant-to-fail")


def _mismatch(net):
    """Parent and child name different servers; all of them work."""
    for index, daemon in enumerate(OK):
        apex = f"mismatch-{index}.org."
        one, two, three = (net.host(f"ns{number}.{apex}", daemon) for number in (1, 2, 3))
        _ordinary(net, "ns-mismatch", apex, [one, two, three], parent_ns=[one, two], ns=[two, three])


def _false_glue(net):
    """The parent's glue is out of date: one name leads to a server that does not hold the zone, the other is right."""
    for index, daemon in enumerate(OK):
        apex = f"false-glue-{index}.io."
        one, two = net.host(f"ns1.{apex}", daemon), net.host(f"ns2.{apex}", daemon)
        elsewhere = net.host(f"old.{apex}", OK[index - 1])
        _ordinary(net, "false-glue", apex, [one, two], false_glue={one: elsewhere.records()})
        net.ask(f"ns1.{apex}", "A", "false-glue")
        net.ask(f"ns1.{apex}", "AAAA", "false-glue")


def _single_family(net):
    for index, daemon in enumerate(OK):
        apex = f"only-six-{index}.dev."
        servers = [net.host(f"ns1.{apex}", daemon, v4=False), net.host(f"ns2.{apex}", daemon, v4=False)]
        _ordinary(net, "ipv6-only", apex, servers)
        net.ask(f"ns1.{apex}", "A", "ipv6-only")
        net.ask(f"ns1.{apex}", "AAAA", "ipv6-only")
        apex = f"only-four-{index}.dev."
        _ordinary(net, "ipv4-only", apex, [net.host(f"ns1.{apex}", daemon, v6=False)])
        away = f"six-helper-{index}.ch."
        helper = [net.host(f"ns.{away}", daemon, v4=False)]
        net.zone(away, helper)
        _ordinary(net, "ipv6-only-glueless", f"six-away-{index}.jp.", helper)


def _many_servers(net):
    apex = "thirteen.com."
    _ordinary(net, "thirteen-servers", apex, [net.host(f"ns{index}.{apex}", OK[index % 3]) for index in range(13)])


def _cyclic(net):
    """Each zone's only server is named in the other, without glue: nobody can get in, and nobody may hang in trying."""
    left, right = net.host("ns.cyclic-right.org.", "sld-nsd"), net.host("ns.cyclic-left.com.", "sld-nsd")
    for apex, server in (("cyclic-left.com.", left), ("cyclic-right.org.", right)):
        zone = net.zone(apex, [server], broken=True).add("www", "A", net.new_v4())
        net.ask_in(zone, "cyclic", "www A AAAA", kind="meant-to-fail")
