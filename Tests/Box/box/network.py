"""The private network: addresses on its loopback, packets dropped and packets counted."""

import json
import subprocess
import time

from .process import BoxError

TABLE = "inet box"


def _run(command, text):
    done = subprocess.run(command, input=text, text=True, capture_output=True)
    if done.returncode:
        raise BoxError(f"{' '.join(command)}: {done.stderr.strip()[:500]}")
    return done.stdout


def assert_private():
    """Refuses to go on anywhere but in a namespace that has a loopback and nothing else."""
    links = json.loads(_run(["ip", "-json", "link"], ""))
    others = [link["ifname"] for link in links if link["ifname"] != "lo"]
    if others:
        raise BoxError(f"this network namespace is not private, it has {', '.join(others)}; start the box by Tests/Box/run")


def raise_loopback(addresses):
    lines = ["link set lo up"]
    for address in addresses:
        lines.append(f"addr replace {address}/128 dev lo nodad" if ":" in address else f"addr replace {address}/32 dev lo")
    _run(["ip", "-batch", "-"], "\n".join(lines) + "\n")


def install_rules(holes, counted):
    """Packets to `holes` vanish on arrival; those to the servers, and to each group in `counted`, are counted."""
    rules = [f"add table {TABLE}", f"delete table {TABLE}", f"add table {TABLE}",  # those of an earlier box go
             f"add chain {TABLE} drops {{ type filter hook input priority 0; }}",
             f"add chain {TABLE} counts {{ type filter hook output priority 0; }}",
             f"add chain {TABLE} loss {{ type filter hook input priority 1; }}", f"add counter {TABLE} upstream"]
    rules += [f"add rule {TABLE} drops {_family(address)} daddr {address} drop" for address in holes]
    rules += [f"add rule {TABLE} counts udp dport 53 counter name upstream",
              f"add rule {TABLE} counts tcp dport 53 tcp flags syn counter name upstream"]
    for word, addresses in counted.items():
        rules.append(f"add counter {TABLE} {word}")
        rules += [f"add rule {TABLE} counts {_family(address)} daddr {address} counter name {word}" for address in addresses]
    _run(["nft", "-f", "-"], "\n".join(rules) + "\n")


def count_also(word, block):
    """From now on packets to port 53 in a block of addresses are counted by themselves too."""
    _run(["nft", "-f", "-"], f"add counter {TABLE} {word}\nadd rule {TABLE} counts ip daddr {block} th dport 53 counter name {word}\n")


def count_datagrams(word, addresses):
    """From now on UDP to port 53 of these addresses is counted by itself too."""
    rules = [f"add counter {TABLE} {word}"]
    rules += [f"add rule {TABLE} counts {_family(address)} daddr {address} udp dport 53 counter name {word}" for address in addresses]
    _run(["nft", "-f", "-"], "\n".join(rules) + "\n")


def count_fragments():
    """Packets that are only a part of one, before they are put together again."""
    _run(["nft", "-f", "-"], f"add counter {TABLE} fragments\n"
         f"add chain {TABLE} parts {{ type filter hook prerouting priority -450; }}\n"
         f"add rule {TABLE} parts ip frag-off & 0x3fff != 0 counter name fragments\n")


def _family(address):
    return "ip6" if ":" in address else "ip"


def set_loss(percent):
    """Of the servers' UDP replies, so many percent vanish. The resolver's own replies do not come from port 53."""
    rules = [f"flush chain {TABLE} loss"]
    if percent:
        rules.append(f"add rule {TABLE} loss udp sport 53 numgen random mod 100 < {percent} drop")
    _run(["nft", "-f", "-"], "\n".join(rules) + "\n")


def count(word="upstream"):
    listing = json.loads(_run(["nft", "-j", "list", "counters", "table", *TABLE.split()], ""))
    return next(entry["counter"]["packets"] for entry in listing["nftables"]
                if entry.get("counter", {}).get("name") == word)


def settle(patience=30):
    """Waits until a second goes by without a packet upstream."""
    deadline, before = time.monotonic() + patience, -1
    while (now := count()) != before and time.monotonic() < deadline:
        before = now
        time.sleep(1)
