"""Many at once, and much at once: birthday attacks, DNSBomb, huge RRsets."""

import random
import select
import socket
import time

from .. import name, rdata, stub, wire
from ..model import Question
from .scene import EVIL, GOOD
from .stage import record

WAITING = 1000  # DESIGN.md §6: clients that wait on one resolution; and queries that wait from one client
LARGEST = 1232

SO_RCVBUFFORCE = 33  # Linux; Python has no name for it


def run(scene):
    for title, attack in (("birthday", birthday), ("DNSBomb", bomb), ("huge RRsets", huge)):
        with scene.watched(title):
            attack(scene, title)


class Crowd:
    """Queries from a few sockets, and what comes back to them."""

    def __init__(self, port, sources):
        self.replies, self.octets, self.largest, self.sent, self._port = {}, 0, 0, 0, port
        self._sockets = [self._open(source) for source in sources]
        self._poll = select.epoll()
        self._by_number = {endpoint.fileno(): endpoint for endpoint in self._sockets}
        for number in self._by_number:
            self._poll.register(number, select.EPOLLIN)

    @staticmethod
    def _open(source):
        endpoint = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        endpoint.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 8 << 20)
        endpoint.bind((source, 0))
        endpoint.setblocking(False)
        return endpoint

    def send(self, queries, pause_every=100):
        for index, query in enumerate(queries):
            try:
                self._sockets[index % len(self._sockets)].sendto(query, ("127.0.0.1", self._port))
                self.sent += 1
            except BlockingIOError:
                pass
            if index % pause_every == pause_every - 1:
                time.sleep(0.003)  # so that none is lost in the resolver's queue

    def receive(self, quiet):
        """Until so many seconds go by without a reply."""
        while ready := self._poll.poll(quiet):
            for number, _ in ready:
                self._drain(self._by_number[number])
        return self

    def _drain(self, endpoint):
        try:
            while True:
                packet = endpoint.recv(65535)
                self.octets += len(packet)
                self.largest = max(self.largest, len(packet))
                code = wire.RCODES.get(packet[3] & 15, "?") + (" TC" if packet[2] & 2 else "")
                self.replies[code] = self.replies.get(code, 0) + 1
        except BlockingIOError:
            pass

    def close(self):
        for endpoint in self._sockets:
            endpoint.close()
        self._poll.close()

    @property
    def count(self):
        return sum(self.replies.values())


def queries(qname, count, qtype="A"):
    return [wire.compose_query(index & 0xFFFF, name.parse(qname), rdata.number_of(qtype)) for index in range(count)]


def birthday(scene, title):
    """500 equal queries, and a server that takes its time: a forger must not get 500 chances."""
    scene.stage.delegate("birthday.attack.biz.", "185.7.0.20", lambda query: [(0.15, query.answer(("A", GOOD)))])
    scene.stage.delegate("birthday-many.attack.biz.", "185.7.0.21", lambda query: [(0.15, query.answer(("A", GOOD)))])
    for qname, sockets, bound in (("www.birthday.attack.biz.", 1, 1), ("www.birthday-many.attack.biz.", 500, scene.workers)):
        crowd = Crowd(scene.resolver.port, ["127.0.0.1"] * sockets)
        crowd.send(queries(qname, 500), pause_every=500)
        crowd.receive(1).close()
        scene.equal(crowd.replies, {"NOERROR": 500}, f"{title}: 500 equal queries from {sockets} sockets")
        scene.most(scene.stage.count(qname), bound, f"{title}: 500 equal queries from {sockets} sockets, packets upstream")
        scene.equal(scene.cached(qname), f"NOERROR {GOOD}", f"{title}: cached afterwards")


def bomb(scene, title):
    """10,000 queries wait for a server that answers all at once, as largely as it can."""
    release = [time.monotonic() + 60]

    def script(query):
        texts = [("TXT", '"' + f"{index}".rjust(55, "x") + '"') for index in range(15)]
        return [(max(0, release[0] - time.monotonic()), query.answer(*texts))]

    scene.stage.delegate("bomb.attack.biz.", "185.7.0.22", script)
    many = [f"127.1.0.{index + 1}" for index in range(50)]
    each = [wire.compose_query(index & 0xFFFF, name.parse(f"n{index}.bomb.attack.biz."), rdata.number_of("TXT")) for index in range(3000)]
    for what, sources, wave, bound in (
            ("one question of one client", ["127.1.0.1"], queries("one.bomb.attack.biz.", 10_000, "TXT"), WAITING),
            ("one question of 50 clients", many, queries("fifty.bomb.attack.biz.", 10_000, "TXT"), WAITING * scene.workers),
            ("3,000 questions of one client", ["127.1.0.2"], each, WAITING)):
        release[0] = time.monotonic() + 2.5
        begun, before = time.monotonic(), scene.resolver.resident()
        crowd = Crowd(scene.resolver.port, sources)
        crowd.send(wave)
        held = time.monotonic() - begun
        crowd.receive(2.5).close()
        scene.most(crowd.count, bound, f"{title}: {what}: {crowd.sent} queries sent in {held:.1f} s, held for 2.5 s, then released: replies")
        scene.most(crowd.octets, bound * LARGEST, f"{title}: {what}: octets released")
        scene.expect(crowd.count >= bound // 10 and crowd.largest <= LARGEST, f"{title}: {what}: {crowd.replies}, the largest of {crowd.largest}")
        scene.most((scene.resolver.resident() - before) / 2**20, 100, f"{title}: {what}: MiB that the resolver grew by")
    scene.expect(scene.cached("one.bomb.attack.biz.", "TXT").startswith("NOERROR"), f"{title}: the answer is cached afterwards")
    scene.most(scene.stage.count("one.bomb.attack.biz."), 16, f"{title}: one question: packets upstream")


def huge(scene, title):
    """Names with very many addresses, and with very many types."""
    draw = random.Random(3000)
    addresses = [("A", f"23.{draw.randrange(256)}.{index >> 8}.{index & 255}") for index in range(3000)]
    sets = {count: addresses[:count] for count in (3000, 257, 256)}
    composed = {}

    def script(query):
        count = int(query.qname[0].decode()[1:])
        if query.qtype != "A":
            return [query.nothing()]
        if count not in composed:
            composed[count] = [record(query.message.qname, *pair) for pair in sets[count]]
        return [query.reply(answer=[(query.message.qname, *rest) for _, *rest in composed[count]])]

    scene.stage.on("huge.attack.biz.", script)
    for count, kept in ((3000, "REFUSED"), (257, "REFUSED"), (256, "NOERROR")):
        qname = f"n{count}.huge.attack.biz."
        reply = scene.ask(qname, tcp=True)
        scene.equal((reply.rcode, len(reply.answer)), ("NOERROR", count), f"{title}: {count} addresses at a name, over TCP")
        reply = scene.ask(qname)
        scene.expect(reply.flags & wire.TC and not reply.answer, f"{title}: {count} addresses at a name, over UDP: TC and {len(reply.answer)} records")
        scene.equal(scene.cached(qname).split()[0], kept, f"{title}: {count} addresses at a name, cached afterwards")
    begun = scene.resolver.cpu()
    for _ in range(20):
        scene.ask("n3000.huge.attack.biz.", tcp=True)
    scene.most((scene.resolver.cpu() - begun) / 20 * 1000, 30, f"{title}: 3,000 addresses fetched, read and sent, milliseconds of CPU each")
    types = [str(number) for number in range(65280, 65500)]
    scene.stage.on("types.attack.biz.", lambda query: [query.reply(answer=[record(query.message.qname, f"TYPE{number}", "\\# 1 00") for number in types])])
    begun = scene.resolver.cpu()
    for number in types[:100]:
        scene.ask("www.types.attack.biz.", f"TYPE{number}")
    scene.most((scene.resolver.cpu() - begun) * 10, 10, f"{title}: 220 types at a name, milliseconds of CPU for each of 100 questions")
    reply = scene.ask("www.types.attack.biz.", "ANY")
    scene.expect(len(reply.answer) <= 1, f"{title}: 220 types at a name, ANY: {len(reply.answer)} record")
