"""Zones on servers that misbehave in ways in which no real server can be configured: see `odd_server.py` for the manners."""

from .ordinary import fill

ASKED = "@ SOA NS A AAAA MX TXT\nwww A AAAA\nftp A\nmail A\nnope A\na.b.c A\nb.c A"

# Manners that a resolver must cope with when every server of the zone has them.
ALONE = (
    "plain", "tc-always", "edns-formerr", "edns-formerr-bare", "edns-notimp", "edns-badvers", "edns-version-1",
    "edns-ignored", "lowercase", "uppercase", "refuse-intermediate", "nxdomain-intermediate", "refuse-ns-below", "poison-additional",
    "poison-alias", "garbage-first", "wrong-id-first", "wrong-question-first", "no-soa", "slow", "shuffled-sections",
)
# Manners of one server of two, the other being good.
BESIDE_A_GOOD_ONE = ("servfail", "refused", "notauth", "upward-referral", "garbage", "tc-without-tcp", "no-authority-bit", "empty",
                     "edns-drop")
# Manners that leave no way to an answer when every server has them.
HOPELESS = ("servfail", "refused", "garbage", "tc-without-tcp", "upward-referral", "endless-referral", "wrong-id")

# Manners that resolvers gave up working around, together, on DNS flag day 2019: an answer is welcome, none is no fault.
GIVEN_UP = ("edns-drop",)


def build(net):
    victim = net.zone("victim-bank.com.", [net.host("ns1.victim-bank.com.", "sld-bind")])
    fill(net, victim, "victim-bank.com.", net.ordinary[0])
    for manner in ALONE + GIVEN_UP:
        apex = f"{manner}.biz."
        servers = [net.host(f"ns{number}.{apex}", "odd", manner=manner) for number in (1, 2)]
        zone = net.zone(apex, servers)
        fill(net, zone, apex, net.ordinary[1])
        asked = ASKED.replace("\nb.c A", "") if manner.endswith("-intermediate") else ASKED  # that one they get wrong
        net.ask_in(zone, f"odd-{manner}", asked, kind="may-fail" if manner in GIVEN_UP else "normal")
        if manner == "poison-alias":
            zone.add("trap", "CNAME", "www.victim-bank.com.")
            net.ask_in(zone, f"odd-{manner}", "trap A AAAA")
    for manner in BESIDE_A_GOOD_ONE:
        apex = f"half-{manner}.biz."
        good, bad = net.host(f"ns1.{apex}", "sld-knot"), net.host(f"ns2.{apex}", "odd", manner=manner)
        zone = net.zone(apex, [good], ns=[good, bad])
        fill(net, zone, apex, net.ordinary[2])
        net.ask_in(zone, f"half-{manner}", ASKED)
    for manner in HOPELESS:
        apex = f"all-{manner}.biz."
        zone = net.zone(apex, [net.host(f"ns1.{apex}", "odd", manner=manner)], broken=True)
        net.ask_in(zone, f"all-{manner}", "www A", kind="meant-to-fail")
    net.ask_in(victim, "poison-victim", "@ A NS MX\nwww A AAAA\nmail A\nns1 A")
