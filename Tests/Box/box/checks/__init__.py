"""The checks, by name, in the order in which they run when all are asked for."""

from . import (attacks, certificates, clients, cold, compare, crowd, dnssec, durable, dynamic_clients, encrypted, flood, forwarders, fresh, loss, opportunistic, peers, ports, proxies, soak,
               transports, updates, warm)

CHECKS = {"dig": clients.check, "cold": cold.check, "warm": warm.check, "compare": compare.check, "dnssec": dnssec.check,
          "ports": ports.check, "encrypted": encrypted.check, "transports": transports.check,
          "certificates": certificates.check, "proxies": proxies.check, "forwarders": forwarders.check,
          "opportunistic": opportunistic.check,
          "loss": loss.check, "attacks": attacks.check, "crowd": crowd.check,
          "flood": flood.check, "soak": soak.check,
          "updates": updates.check, "clients": dynamic_clients.check, "peers": peers.check, "fresh": fresh.check, "durable": durable.check}
# The checks of dynamic zones start the server under test themselves, on the port that the resolver of the other checks has.
ITS_OWN_SERVER = {"updates", "clients", "peers", "fresh", "durable"}
# Dynamic zones need no small internet around them, but where a resolver's cache is concerned.
ALONE = {"homing": {"updates", "clients", "peers", "durable"}, "bind": {"updates", "clients", "peers", "fresh", "durable"}, "knot": set(CHECKS)}
