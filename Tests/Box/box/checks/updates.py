"""Updates by RFC 2136: the list of odd input row by row, and the clients that people type at."""

import subprocess

from .. import wire
from ..dynamic import client_rows, message, policies, rows, tsig, ways
from ..dynamic.peculiar import known
from ..dynamic.server import DynamicServer
from ..dynamic.zones import Key, Zone

MASTER, LIMITED = Key("master-key"), Key("limited-key")


def check(box, verdict):
    server = start(box, "updates")
    try:
        _rows(verdict, server)
        _streams(verdict, server)
        client_rows.run(verdict, server, MASTER, LIMITED)
        policies.run(verdict, server)
    finally:
        server.stop()


def start(box, title):
    keys = [MASTER, LIMITED, *client_rows.KEYS, *policies.KEYS]
    grants = (f"grant {MASTER.name} zonesub ANY", f"grant {LIMITED.name} name limited.{rows.ZONE} A TXT", *client_rows.GRANTS)
    zones = [Zone(rows.ZONE, rows.RECORDS, grants=grants, transfer=(MASTER,)), Zone(rows.OTHER), *policies.ZONES]
    return DynamicServer(box.kind, box.directory / title, zones, keys, binary=box.binary).start()


def _rows(verdict, server):
    ground = rows.Ground(MASTER, LIMITED)
    everyone = ways.of(server)
    for row in rows.all_rows(ground):
        for title in row.ways:
            _row(verdict, server, ground, row, title, everyone[title])


def _row(verdict, server, ground, row, title, way):
    before = ground.serial = server.serial(rows.ZONE)
    sent = row.make(ground)
    if row.key:
        sent = tsig.sign(sent, row.key)
    wrong = judge(row, sent, way(sent), ground)
    after = server.serial(rows.ZONE)
    if row.changes and before == after:
        wrong = wrong or "nothing was changed"
    if not row.changes and before != after:
        wrong = wrong or f"something was changed, from {before} to {after}"
    what = f"row {row.number} over {title}: {row.title}" + (f": {wrong}" if wrong else "")
    why = known(server.kind, f"row {row.number}: {row.title}") if wrong else None
    if why:
        verdict.skip(f"{what} ({why})")
    else:
        verdict.count(not wrong, what)


def judge(row, sent, octets, ground):
    """What is wrong with a reply; nothing if it is as it should be."""
    if octets is None:
        return "" if None in row.rcodes else "silence"
    try:
        bare, found = tsig.split(octets)
        reply = wire.parse(bare)
    except ValueError as error:
        return str(error)
    if octets[:2] != sent[:2] or not reply.flags & wire.QR or reply.flags >> 11 & 15 != sent[2] >> 3 & 15:
        return "no reply to this request"
    if reply.rcode not in row.rcodes:
        return f"{reply.rcode}, not {' or '.join(map(str, row.rcodes))}" + (f" (TSIG error {found.error})" if found else "")
    # What cannot be read may have had no signature that could be read.
    wrong = "" if reply.rcode == "FORMERR" and not found else _judge_signature(row, sent, octets, found, ground)
    if wrong:
        return wrong
    if row.told and not reply.ede:
        return "no extended error"
    return row.see(found if row.tsig == tsig.BADTIME else reply) if row.see else ""


def _judge_signature(row, sent, octets, found, ground):
    key = row.key or ground.key
    if row.key or row.tsig == "signed" or row.mac:
        try:
            tsig.verify(octets, key, tsig.mac_of(sent))
        except tsig.BadSignature as error:
            return str(error)
    if row.tsig in (None, "signed"):
        return ""
    if found is None:
        return "no TSIG record"
    wanted = row.tsig if isinstance(row.tsig, tuple) else (row.tsig,)
    if found.error not in wanted:
        return f"TSIG error {found.error}, not {wanted}"
    return "signed" if row.mac is False and found.mac else ""


def _streams(verdict, server):
    """Row 48: transfers of several messages, each of them signed."""
    way = ways.of(server)["TCP"]
    for part in range(5):
        part = [message.add(f"stream-{part}-{index}.{rows.ZONE}", "TXT", f'"{"y" * 250}"') for index in range(150)]
        verdict.count(ways.send(way, message.update(rows.ZONE, part), MASTER) == "NOERROR", "150 records in an update over TCP")
    for title, encrypted in (("TCP", False), ("DoT", True)):
        query = tsig.sign(message.message(message.QUERY, [message.question(rows.ZONE, "AXFR")]), MASTER)
        messages = ways.transfer(server, query, encrypted=encrypted)
        try:
            tsig.verify_stream(messages, MASTER, tsig.mac_of(query))
            wrong = "" if len(messages) > 1 else "only one message"
        except tsig.BadSignature as error:
            wrong = str(error)
        verdict.expect(not wrong, f"row 48 over {title}: AXFR of {len(messages)} messages, each signed {wrong}")
