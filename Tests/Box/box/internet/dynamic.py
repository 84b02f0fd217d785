"""Public names that lead into a zone that only the server under test holds: hosts there move while their aliases are cached."""

TARGET = "fresh.example."  # held by nobody in this internet
ALIASES = "moving-aliases.net."
COUNT = 16


def build(net):
    zone = net.zone(ALIASES, [net.host(f"ns1.{ALIASES}", "sld-nsd")])
    for index in range(COUNT):
        zone.add(f"f{index}", "CNAME", f"f{index}.{TARGET}", ttl=86400)
    zone.add("late", "CNAME", "www.late.example.", ttl=86400)
