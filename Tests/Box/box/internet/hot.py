"""Zones that the checks on ports, memory and cache use: each alone on its addresses, so that packets can be counted."""

HOT_NAMES = 1000


def build(net):
    server = net.host("ns1.hot.app.", "sld-nsd", alone=True)
    net.marks["hot-addresses"] = server.addresses()
    hot = net.zone("hot.app.", [server])
    for index in range(HOT_NAMES):
        hot.add(f"name-{index}", "A", net.new_v4(), ttl=86400)
    net.ask_in(hot, "hot", "name-1 A\nname-999 A\nname-1000 A")
    wild = net.zone("flood-wild.app.", [net.host("ns1.flood-wild.app.", "sld-nsd")]).add("*", "A", net.new_v4())
    none = net.zone("flood-none.app.", [net.host("ns1.flood-none.app.", "sld-knot")]).add("www", "A", net.new_v4())
    net.ask_in(wild, "flood", "a A\nb A")
    net.ask_in(none, "flood", "a A\nwww A")
    ports = net.zone("ports.app.", [net.host("ns1.ports.app.", "odd", manner="recorder", v6=False)])
    ports.add("*", "A", net.new_v4())
    net.ask_in(ports, "ports", "first A")
