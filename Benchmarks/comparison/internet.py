"""An even internet to measure in: 20 registries, some thousand zones, each on an address of its own, all signed alike or none."""

from box.dnssec.plan import Signing, csk
from box.internet.builder import Internet
from box.internet.infrastructure import ROOTS
from box.model import Daemon, Host
from box import name

REGISTRIES = 20
WILD = "wild.registry0."  # whatever is asked for below it is there; not among the questions
SERVERS = ("leaf-0", "leaf-1")  # processes that hold the zones below the registries
NAMES = """www A
api A
six AAAA
mail A
@ MX
shop A
text TXT
absent A"""  # of each zone; seven exist, one is an alias


def build(zones, signed):
    net = Internet()
    net.daemons = {title: Daemon(title, "nsd") for title in ("root", "registries", *SERVERS)}
    net.daemons["hole"] = Daemon("hole", "hole")
    net.marks["hot-addresses"] = []
    _top(net)
    for index in range(zones):
        _leaf(net, index)
    net.zone(WILD, [net.host(f"ns1.{WILD}", SERVERS[0], v6=False)]).add("*", "A", net.new_v4())
    net.finish()
    for zone in net.zones.values():
        if signed or not zone.apex:  # the box knows no unsigned root
            zone.signing = Signing("hand", 13, "nsec", keys=(csk(),))
    return net


def _top(net):
    letters = [Host(name.parse(f"{letter}.root-servers.net."), [v4], [v6], net.daemons["root"]) for letter, (v4, v6) in ROOTS.items()]
    net.hosts += letters
    net.zone(".", letters)
    net.zone("root-servers.net.", letters, shares_with_parent=True)
    net.zone("net.", [net.host("a.nic.net.", "registries", v6=False)])
    for index in range(REGISTRIES):
        net.zone(f"registry{index}.", [net.host(f"a.nic.registry{index}.", "registries", v6=False)])


def _leaf(net, index):
    apex = f"zone{index}.registry{index % REGISTRIES}."
    zone = net.zone(apex, [net.host(f"ns1.{apex}", SERVERS[index % len(SERVERS)], v6=False)])
    for owner in ("www", "api", "mail"):
        zone.add(owner, "A", net.new_v4())
    zone.add("six", "AAAA", net.new_v6()).add("@", "MX", "10 mail").add("shop", "CNAME", "www").add("text", "TXT", '"v=spf1 -all"')
    net.ask_in(zone, "leaf", NAMES)
