"""The checks, by name, in the order in which they run when all are asked for."""

from . import attacks, clients, cold, compare, crowd, dnssec, flood, loss, ports, soak, warm

CHECKS = {"dig": clients.check, "cold": cold.check, "warm": warm.check, "compare": compare.check, "dnssec": dnssec.check,
          "ports": ports.check,
          "loss": loss.check, "attacks": attacks.check, "crowd": crowd.check, "flood": flood.check, "soak": soak.check}
