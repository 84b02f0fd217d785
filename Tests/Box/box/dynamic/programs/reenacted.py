"""Terraform's DNS provider and external-dns, which no registry of packages has: what they send, put together here as their sources do it.

Both are written with one library for DNS, and lego too, which `acme.py` runs as it is. That library sends names uncompressed and no EDNS unless an
answer was truncated, signs with a fudge of 300 s, and wants a signed answer to whatever it signed, questions too.
"""

from ... import wire
from .. import copies, message, tsig, ways
from ..zones import Key, Zone

TERRAFORM, EXTERNAL = Key("terraform-key", "hmac-sha512"), Key("external-dns-key")
KEYS = [TERRAFORM, EXTERNAL]
HOSTS, CLUSTER = "terraform.example.", "cluster.example."
ZONES = [Zone(HOSTS, grants=(f"grant {TERRAFORM.name} zonesub ANY",)),
         Zone(CLUSTER, grants=(f"grant {EXTERNAL.name} zonesub ANY",), transfer=(EXTERNAL,))]
REGISTRY = '"heritage=external-dns,external-dns/owner=box,external-dns/resource=service/default/shop"'


def run(verdict, server):
    for title in ("UDP", "TCP"):
        _terraform(verdict, ways.of(server)[title], title)
        _external_dns(verdict, server, ways.of(server)[title], title)


# --- Terraform (hashicorp/dns) ---

def _terraform(verdict, way, title):
    """A resource's life: create, read, change, read, import, destroy, read. All is signed; RD is clear."""
    owner, said = f"web-{title.lower()}.{HOSTS}", []
    send = lambda changes: said.append(ways.send(way, message.update(HOSTS, changes), TERRAFORM))
    send([message.add(owner, "A", address, 3600) for address in ("192.0.2.1", "192.0.2.2")])
    said.append(_read(way, owner, "A", TERRAFORM))
    # A change takes what goes and brings what comes, in one message.
    send([message.delete(owner, "A", "192.0.2.1"), message.add(owner, "A", "192.0.2.3", 3600)])
    said.append(_read(way, owner, "A", TERRAFORM))
    send([message.add(f"txt.{owner}", "TXT", '"' + "t" * 250 + '" "more"', 300)])
    # For an import the zone is looked for from the name upwards, by questions for SOA.
    said += [_read(way, apex, "SOA", TERRAFORM)[0] for apex in (owner, HOSTS)]
    send([message.delete(owner, "A")])
    send([message.delete(f"txt.{owner}", "TXT")])
    said.append(_read(way, owner, "A", TERRAFORM))
    wanted = ["NOERROR", ("NOERROR", ["192.0.2.1", "192.0.2.2"]), "NOERROR", ("NOERROR", ["192.0.2.2", "192.0.2.3"]), "NOERROR", "NOERROR", "NOERROR",
              "NOERROR", "NOERROR", ("NXDOMAIN", [])]
    verdict.expect(said == wanted, f"Terraform's resource over {title}: {said}")
    refused = ways.send(way, message.update(CLUSTER, [message.add(f"web.{CLUSTER}", "A", "192.0.2.1")]), TERRAFORM)
    verdict.expect(refused == "REFUSED", f"Terraform over {title} where it may not: {refused}, signed")


def _read(way, qname, type_text, key):
    """A signed question; its answer must be signed, too."""
    signed = tsig.sign(message.message(message.QUERY, [message.question(qname, type_text)]), key)
    reply = way(signed)
    if reply is None:
        return "silence", []
    try:
        tsig.verify(reply, key, tsig.mac_of(signed))
    except tsig.BadSignature as error:
        return f"a bad signature: {error}", []
    parsed = wire.parse(tsig.split(reply)[0])
    return parsed.rcode, sorted(record.text for record in parsed.answer)


# --- external-dns (provider rfc2136) ---

def _external_dns(verdict, server, way, title):
    """What a loop of it does: a signed AXFR to see what is there; then updates for what is to come, to change and to go, each with its TXT record
    of the registry.
    """
    owner, registry = f"shop-{title.lower()}.{CLUSTER}", f"a-shop-{title.lower()}.{CLUSTER}"
    listed = lambda: _texts(copies.whole(server, CLUSTER, EXTERNAL), owner)
    said = [listed()]
    send = lambda changes: said.append(ways.send(way, message.update(CLUSTER, changes), EXTERNAL))
    send([message.add(owner, "A", "192.0.2.1", 300)])
    send([message.add(registry, "TXT", REGISTRY, 300)])
    said.append(listed())
    send([message.delete(owner, "A", "192.0.2.1")])  # a change is a removal and an addition
    send([message.add(owner, "A", "192.0.2.2", 300), message.add(owner, "A", "192.0.2.3", 300)])
    said.append(listed())
    send([message.delete(owner, "A", "192.0.2.2"), message.delete(owner, "A", "192.0.2.3"), message.delete(registry, "TXT", REGISTRY)])
    said.append(listed())
    wanted = [[], "NOERROR", "NOERROR", ["192.0.2.1"], "NOERROR", "NOERROR", ["192.0.2.2", "192.0.2.3"], "NOERROR", []]
    verdict.expect(said == wanted, f"external-dns, a service that comes, changes and goes over {title}: {said}")


def _texts(copy, owner):
    wanted = owner.rstrip(".").split(".")[0].encode()
    return sorted(".".join(map(str, octets)) for spelled, number, _, octets in copy.records if number == 1 and spelled[1:1 + spelled[0]] == wanted)
