"""Other people's servers as secondaries and primaries of the server under test: after thousands of updates all hold the same zone."""

import socket
import threading
import time

from ..attacks import client
from ..dynamic import copies, message, tsig, ways
from ..dynamic.peculiar import known
from ..dynamic.random_updates import Series
from ..dynamic.server import DynamicServer
from ..dynamic.watcher import Watcher
from ..dynamic.zones import Key, Peer, Zone
from ..process import BoxError, wait_until

KEY = Key("peers-key")
PORT = 5300                       # of the server under test
PORTS = {"bind": 5301, "knot": 5302, "nsd": 5303, "powerdns": 5304}
ZONE = "peers.example."
PRIMARIES = {"bind": "from-bind.example.", "knot": "from-knot.example.", "powerdns": "from-powerdns.example.", "nsd": "from-nsd.example."}
IN_FLIGHT = 30
PATIENCE = 60                     # seconds within which all hold what the primary holds
ALIKE = 1500                      # updates whose outcome is compared with BIND's, one by one
CATALOG = "catalog.example."
NS, DS = 2, 43


def check(box, verdict):
    if box.kind not in ("homing", "bind", "knot"):
        return verdict.skip(f"{box.kind} has no dynamic zones here")
    _as_primary(box, verdict)
    _as_secondary(box, verdict)
    _timers(box, verdict)
    _catalogs(box, verdict)
    if box.kind != "bind":
        _alike(box, verdict)


def _grants(zone):
    return (f"grant {KEY.name} zonesub ANY",)


def _start(box, kind, title, zones, port, **options):
    return DynamicServer(kind, box.directory / f"peers-{title}", zones, [KEY], port=port, tls_port=port + 3553,
                         binary=box.binary if kind == box.kind else None, volatile=kind != box.kind, **options).start()


# --- Updates in bursts ---

def send_series(server, series, count, in_flight=IN_FLIGHT):
    """So many updates, some of them in flight at a time. Returns how many were answered with which RCODE."""
    said, waiting = {}, {}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as endpoint:
        endpoint.connect(("127.0.0.1", server.port))
        endpoint.settimeout(5)
        sent = 0
        while sent < count or waiting:
            while sent < count and len(waiting) < in_flight:
                prerequisites, changes = series.next()
                octets = tsig.sign(message.update(series.zone, changes, prerequisites, identifier=sent & 0xFFFF), KEY)
                if len(octets) > 4000:
                    sent += 1
                    continue
                endpoint.send(octets)
                waiting[sent & 0xFFFF] = octets
                sent += 1
            try:
                reply = endpoint.recv(4096)
            except TimeoutError:
                said["silence"] = said.get("silence", 0) + len(waiting)
                break
            if waiting.pop(reply[0] << 8 | reply[1], None):
                code = reply[3] & 15
                said[code] = said.get(code, 0) + 1
    return said


def _serial_of(port, apex):
    try:
        reply = client.ask(port, apex, "SOA", recursion=False, patience=1)
    except ValueError:
        return None
    return int(reply.answer[0].text.split()[2]) if reply and reply.rcode == "NOERROR" and reply.answer else None


def _await_serial(verdict, server, peers, apex, what):
    """Whether all have the same serial as the server before long."""
    wanted, begun, waiting, said = _serial_of(server.port, apex), time.monotonic(), list(peers), []
    while waiting and time.monotonic() - begun < PATIENCE:
        for peer in list(waiting):
            if _serial_of(peer.port, apex) == wanted:
                waiting.remove(peer)
                said.append(f"{peer.kind} after {time.monotonic() - begun:.1f} s")
        time.sleep(0.05)
    said += [f"{peer.kind} has {_serial_of(peer.port, apex)}" for peer in waiting]
    return verdict.expect(not waiting, f"{what}: all have serial {wanted}: {', '.join(said)}")


def _compare(verdict, one, other, apex, what):
    try:
        left, right = copies.whole(one, apex, KEY), copies.whole(other, apex, KEY)
    except (copies.BadTransfer, OSError) as error:
        return verdict.expect(False, f"{what}: {error}")
    folds = [known(each.kind, "case of names") for each in (one, other)]
    if any(folds):
        same = left.folded() == right.folded()
    else:
        same = left.records == right.records
    return verdict.expect(same, f"{what}: {len(left.records)} records, serial {left.serial}{', but for the case of names' if any(folds) else ''}"
                          + ("" if same else f": {copies.difference(left.folded(), right.folded())}"))


# --- As a primary ---

def _as_primary(box, verdict):
    peers = {kind: Peer(PORTS[kind], KEY) for kind in ("bind", "knot", "nsd")}
    own = Zone(ZONE, grants=_grants(ZONE), transfer=(KEY,), notify=tuple(peers.values()))
    server = _start(box, box.kind, "primary", [own], PORT)
    copy = lambda: Zone(ZONE, primaries=(Peer(PORT, KEY),), transfer=(KEY,))
    secondaries = [_start(box, kind, f"secondary-{kind}", [copy()], peer.port) for kind, peer in peers.items()]
    watcher, stop = Watcher(server, ZONE, KEY), threading.Event()
    thread = threading.Thread(target=watcher.follow, args=(stop, 0.25))
    thread.start()
    try:
        if not _await_serial(verdict, server, secondaries, ZONE, "a zone with three secondaries"):
            return
        series, total, begun = Series(ZONE, 1), {}, time.monotonic()
        parts = 8
        for part in range(parts):
            for code, count in send_series(server, series, box.options.updates // parts).items():
                total[code] = total.get(code, 0) + count
            # Everyone is gone for a while, each in its turn, and comes back to what it missed.
            if part == 1:
                server.kill()
                server.start()
            elif part in (2, 3, 4):
                secondaries[part - 2].stop()
            elif part in (5, 6):
                secondaries[part - 5].start(wait=False)
        secondaries[2].start(wait=False)
        took = time.monotonic() - begun
        verdict.expect("silence" not in total and 2 not in total and total.get(0, 0) > box.options.updates // 2, f"{box.options.updates} random updates in {took:.0f} s: RCODEs {total}")
        # One more, which is told to all that were away.
        verdict.count(send_series(server, series, 1) != {"silence": 1}, "an update at the end")
        _await_serial(verdict, server, secondaries, ZONE, "after random updates and restarts")
        for peer in secondaries:
            _compare(verdict, server, peer, ZONE, f"{peer.kind} as a secondary holds the same zone")
        stop.set()
        thread.join()
        serials = watcher.some(60)
        watcher.compare(serials)
        verdict.expect(not watcher.wrong and watcher.incremental, f"IXFR from {len(serials)} of {len(watcher.copies)} copies gives what AXFR gives, {watcher.incremental} of them incrementally; "
                       f"{len(watcher.contents)} serials, each with one content {watcher.wrong[:3]}")
    finally:
        stop.set()
        for each in (server, *secondaries):
            each.stop()


# --- As a secondary ---

def _as_secondary(box, verdict):
    """Each of the others is the primary of one zone here."""
    primaries = {}
    for kind, apex in PRIMARIES.items():
        zone = Zone(apex, "www 300 IN A 192.0.2.1\nMixed.Case 300 IN TXT \"Kept\"\n", grants=_grants(apex), transfer=(KEY,), notify=(Peer(PORT, KEY),))
        primaries[kind] = _start(box, kind, f"primary-{kind}", [zone], PORTS[kind])
    zones = [Zone(apex, primaries=(Peer(PORTS[kind], KEY),), transfer=(KEY,)) for kind, apex in PRIMARIES.items()]
    server = _start(box, box.kind, "secondary", zones, PORT)
    try:
        for kind, apex in PRIMARIES.items():
            _await_serial(verdict, primaries[kind], [server], apex, f"a secondary zone from {kind}")
        for kind in ("bind", "knot"):
            series = Series(PRIMARIES[kind], 2, redirections=kind != "knot")  # Knot 3.2 crashes on an update that adds a DNAME
            for part in range(4):
                send_series(primaries[kind], series, box.options.updates // 8)
                if part == 1:
                    server.kill()
                    server.start(wait=False)
                elif part == 2:
                    primaries[kind].stop()
                    primaries[kind].start()
        said = send_series(primaries["powerdns"], _Simple(PRIMARIES["powerdns"]), 50, in_flight=1)
        verdict.expect(said.get(0, 0) == 50, f"50 updates of PowerDNS: RCODEs {said}")
        _rewrite(primaries["nsd"])
        for kind in ("bind", "knot"):  # one more, of which a server that was away is told
            send_series(primaries[kind], _Simple(PRIMARIES[kind]), 1)
        for kind, apex in PRIMARIES.items():
            if _await_serial(verdict, primaries[kind], [server], apex, f"after updates of {kind}"):
                _compare(verdict, primaries[kind], server, apex, f"{kind} as a primary has the same zone")
        _forwarded(box, verdict, server)
    finally:
        for each in (server, *primaries.values()):
            each.stop()


class _Simple:
    """Updates that PowerDNS takes: one address each."""

    def __init__(self, zone):
        self.zone, self._number = zone, 0

    def next(self):
        self._number += 1
        return [], [message.add(f"simple{self._number}.{self.zone}", "A", "192.0.2.5")]


def _rewrite(server):
    """NSD takes no updates; its file is written anew and read again."""
    zone = server.zones[0]
    text = zone.text().replace("hostmaster 1 ", "hostmaster 7 ") + "".join(f"added{index} 300 IN A 192.0.2.{index}\n" for index in range(200))
    server.zone_file(zone).write_text(text)
    server.renew()


def _forwarded(box, verdict, server):
    """An update of a secondary zone goes to its primary, where that is allowed."""
    if known(box.kind, "updates are forwarded"):
        return verdict.skip(known(box.kind, "updates are forwarded"))
    apex = PRIMARIES["bind"]
    way = ways.of(server)
    for title in ("UDP", "TCP"):
        owner = f"forwarded-{title.lower()}.{apex}"
        code = ways.send(way[title], message.update(apex, [message.add(owner, "A", "192.0.2.6")]), KEY)
        try:
            wait_until(lambda: ways.look(way["UDP"], owner, "A") == ("NOERROR", ["192.0.2.6"]), 10, "")
            there = True
        except BoxError:
            there = False
        verdict.expect(code == "NOERROR" and there, f"an update of a secondary zone over {title} is forwarded: {code}, and then it is {'' if there else 'not '}here")


# --- Timers ---

def _timers(box, verdict):
    """Without notifications a change is found by the refresh timer; without a primary the zone expires, and comes back with it."""
    apex, refresh, expire = "timers.example.", 2, 8
    zone = Zone(apex, "www 300 IN A 192.0.2.1\n", grants=_grants(apex), transfer=(KEY,), timers=(refresh, 1, expire))
    primary = _start(box, "bind", "timers-primary", [zone], PORTS["bind"])
    server = _start(box, box.kind, "timers", [Zone(apex, primaries=(Peer(PORTS["bind"], KEY),), transfer=(KEY,), timers=zone.timers)], PORT)
    way = ways.of(server)["UDP"]

    def until(wanted, seconds):
        begun = time.monotonic()
        try:
            wait_until(lambda: ways.look(way, f"www.{apex}", "A") == wanted, seconds, "")
        except BoxError:
            return None
        return time.monotonic() - begun

    try:
        _await_serial(verdict, primary, [server], apex, "a secondary zone with short timers")
        ways.send(ways.of(primary)["UDP"], message.update(apex, [message.delete(f"www.{apex}", "A"), message.add(f"www.{apex}", "A", "192.0.2.2")]), KEY)
        took = until(("NOERROR", ["192.0.2.2"]), 4 * refresh + 5)
        verdict.expect(took is not None, f"a change that nobody tells of is found by the refresh timer of {refresh} s: after {took} s")
        primary.stop()
        gone = time.monotonic()
        kept = until(("NOERROR", ["192.0.2.2"]), 1)
        verdict.expect(kept is not None, "without a primary the zone is served at first")
        took = until(("SERVFAIL", []), expire + 15)
        since = time.monotonic() - gone
        verdict.expect(took is not None and since > expire - refresh - 2, f"{since:.1f} s after the primary went (expire is {expire} s) questions are answered SERVFAIL")
        server.kill()
        server.start(wait=False)
        took = until(("SERVFAIL", []), 10)
        verdict.expect(took is not None, "an expired zone is so after a restart, too")
        primary.start()
        took = until(("NOERROR", ["192.0.2.2"]), 30)
        what = f"when the primary is back so is the zone: after {took} s"
        if took is None and known(server.kind, "an expired zone comes back"):
            verdict.skip(f"{what} ({known(server.kind, 'an expired zone comes back')})")
        else:
            verdict.expect(took is not None, what)
    finally:
        server.stop()
        primary.stop()


# --- Catalogs (RFC 9432) ---

def _catalogs(box, verdict):
    _produced(box, verdict)
    _consumed(box, verdict)


def _members(names):
    lines = ["version 0 IN TXT \"2\""]
    lines += [f"m{index}.zones 0 IN PTR {each}" for index, each in enumerate(names)]
    return "\n".join(lines) + "\n"


def _produced(box, verdict):
    """The server lists its zones; BIND and Knot follow, and hold each zone that comes without being told of it."""
    peers = {kind: Peer(PORTS[kind], KEY) for kind in ("bind", "knot")}
    told = tuple(peers.values())
    names = [f"member{index}.example." for index in range(3)]
    member = lambda apex: Zone(apex, "www 300 IN A 192.0.2.9\n", grants=_grants(apex), transfer=(KEY,), notify=told)
    catalog = _producer(box, names, told)
    server = _start(box, box.kind, "producer", [catalog, *map(member, names[:2])], PORT)
    follow = lambda: Zone(CATALOG, primaries=(Peer(PORT, KEY),), transfer=(KEY,), catalog="consumer")
    followers = [_start(box, kind, f"consumer-{kind}", [follow()], peer.port) for kind, peer in peers.items()]
    try:
        _follow(box, verdict, server, followers, names, member, catalog)
    finally:
        for each in (server, *followers):
            each.stop()


def _producer(box, names, told):
    """Homing makes a catalog of its zones; others have it written by us."""
    if box.kind == "homing":
        return Zone(CATALOG, transfer=(KEY,), notify=told, catalog="producer")
    return Zone(CATALOG, _members(names[:2]), grants=_grants(CATALOG), transfer=(KEY,), notify=told)


def _follow(box, verdict, server, followers, names, member, catalog):
    held = lambda peer, apex: ways.look(ways.of(peer)["UDP"], f"www.{apex}", "A") == ("NOERROR", ["192.0.2.9"])
    for peer in followers:
        for apex in names[:2]:
            _expect_within(verdict, lambda: held(peer, apex), f"{peer.kind} follows the catalog and holds {apex}")
    server.zones.append(member(names[2]))
    server.renew()
    wait_until(lambda: server.serial(names[2]) is not None, 10, f"{names[2]} is held", server.program)
    if not catalog.catalog:
        ways.send(ways.of(server)["UDP"], message.update(CATALOG, [message.add(f"m2.zones.{CATALOG}", "PTR", names[2], 0), message.delete(f"m0.zones.{CATALOG}")]), KEY)
    else:
        server.zones = [zone for zone in server.zones if zone.apex != names[0]]
        server.renew()
    for peer in followers:
        _expect_within(verdict, lambda: held(peer, names[2]), f"{peer.kind} follows: {names[2]} came")
        _expect_within(verdict, lambda: not held(peer, names[0]), f"{peer.kind} follows: {names[0]} went")
    code = ways.send(ways.of(server)["UDP"], message.update(names[1], [message.delete(f"www.{names[1]}", "A"), message.add(f"www.{names[1]}", "A", "192.0.2.10")]), KEY)
    for peer in followers:
        _expect_within(verdict, lambda: ways.look(ways.of(peer)["UDP"], f"www.{names[1]}", "A") == ("NOERROR", ["192.0.2.10"]), f"{peer.kind} has the update of a member ({code})")


def _consumed(box, verdict):
    """BIND, and Knot, list zones; the server follows."""
    for kind in ("bind", "knot"):
        if kind == box.kind:
            continue
        names = [f"{kind}-member{index}.example." for index in range(3)]
        told = (Peer(PORT, KEY),)
        zones = [Zone(apex, "www 300 IN A 192.0.2.9\n", transfer=(KEY,), notify=told) for apex in names]
        catalog = Zone(CATALOG, _members(names[:2]), grants=_grants(CATALOG), transfer=(KEY,), notify=told)
        primary = _start(box, kind, f"producer-{kind}", [catalog, *zones], PORTS[kind])
        server = _start(box, box.kind, f"consumer-of-{kind}", [Zone(CATALOG, primaries=(Peer(PORTS[kind], KEY),), catalog="consumer")], PORT)
        held = lambda apex: ways.look(ways.of(server)["UDP"], f"www.{apex}", "A") == ("NOERROR", ["192.0.2.9"])
        try:
            for apex in names[:2]:
                _expect_within(verdict, lambda: held(apex), f"{box.kind} follows the catalog of {kind} and holds {apex}")
            ways.send(ways.of(primary)["UDP"], message.update(CATALOG, [message.add(f"m2.zones.{CATALOG}", "PTR", names[2], 0), message.delete(f"m0.zones.{CATALOG}")]), KEY)
            _expect_within(verdict, lambda: held(names[2]), f"{box.kind} follows {kind}: {names[2]} came")
            _expect_within(verdict, lambda: not held(names[0]), f"{box.kind} follows {kind}: {names[0]} went")
            server.kill()
            server.start(wait=False)
            _expect_within(verdict, lambda: held(names[2]) and not held(names[0]), f"{box.kind} follows {kind} after a restart, too")
        finally:
            server.stop()
            primary.stop()


def _expect_within(verdict, ready, what, seconds=20):
    begun = time.monotonic()
    try:
        wait_until(ready, seconds, "")
        verdict.expect(True, f"{what}, after {time.monotonic() - begun:.1f} s")
    except BoxError:
        verdict.expect(False, f"{what}: not within {seconds} s")


# --- Like BIND ---

def _alike(box, verdict):
    """The same random updates one by one, here and at BIND: the same RCODEs, and the same zone in the end."""
    zone = lambda: Zone(ZONE, grants=_grants(ZONE), transfer=(KEY,))
    server, other = _start(box, box.kind, "alike", [zone()], PORT), _start(box, "bind", "alike-bind", [zone()], PORTS["bind"])
    try:
        one, two, differ = ways.of(server)["TCP"], ways.of(other)["TCP"], []
        series = Series(ZONE, 3)
        for number in range(ALIKE):
            prerequisites, changes = series.next()
            octets = message.update(ZONE, changes, prerequisites)
            codes = ways.send(one, octets, KEY), ways.send(two, octets, KEY)
            if codes[0] != codes[1]:
                differ.append(f"update {number}: {codes[0]}, BIND {codes[1]}")
        verdict.expect(not differ, f"{ALIKE} updates have the outcome that they have at BIND {differ[:3]}")
        left, right = (_without_orphans(copies.whole(each, ZONE, KEY).folded()) for each in (server, other))
        verdict.expect(left == right, f"and the same zone comes of them: {len(left)} records" + ("" if left == right else f": {copies.difference(left, right)}"))
    finally:
        server.stop()
        other.stop()


def _without_orphans(records):
    """Without the SOA, and without DS records where no zone is delegated: BIND takes these away, which RFC 2136 does not ask for."""
    cuts = {record[0] for record in records if record[1] == NS}
    return frozenset(record for record in records if record[1] != copies.SOA and (record[1] != DS or record[0] in cuts))
