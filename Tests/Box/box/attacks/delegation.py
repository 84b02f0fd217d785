"""Delegations that multiply work or outlive their end: ghost and phoenix domains, NXNS, NRDelegation, CAMP, cycles, endless referrals."""

import threading
import time

from .. import name, network, stub, wire
from ..model import Question
from .scene import GOOD
from .stage import label_of, record

LIMIT_OF_QUERIES, LIMIT_OF_LOOKUPS = 100, 20  # DESIGN.md §6
DEADLINE = 10
DEAD = "185.7.128.0/17"


def run(scene):
    """What needs the resolver's whole deadline runs beside the rest."""
    network.count_also("dead", DEAD)
    slow = [threading.Thread(target=task, args=(scene, {})) for task in (ask_silent_nxns, ask_dead_servers)]
    with scene.watched("NXNS with silent victims, NRDelegation"):
        for thread in slow:
            thread.start()
        for title, attack in (("ghost and phoenix domains", ghosts), ("NXNS", nxns), ("CAMP", camp), ("cyclic delegation", cycle),
                              ("endless referral", endless)):
            with scene.watched(title):
                attack(scene, title)
        for thread in slow:
            thread.join()
    judge_slow(scene)


# Revoked, and kept alive

def ghosts(scene, title):
    """Two zones are delegated for two seconds, used, and taken back, while their server promises itself a day and more."""
    stage, ttl, revoked, late = scene.stage, 2, threading.Event(), 0.4
    zones = ("ghost.attack.biz.", "phoenix.attack.biz.")

    def make(cut, address):
        def script(query):
            if query.address == stage.main:
                return [query.denial()] if revoked.is_set() else [query.referral(cut, [f"ns.{cut}"], [(f"ns.{cut}", address)], ttl)]
            mine = [record(cut, "NS", f"ns.{cut}", 86400)]
            glue = [record(f"ns.{cut}", "A", address, 86400)]
            if cut == zones[1] and len(query.qname) > 3 and label_of(query, cut) == "sub" and query.zone != "below":
                if query.address != "185.7.0.12":  # the child delegates on, for a day
                    sub = f"sub.{cut}"
                    return [query.referral(sub, [f"ns.{sub}"], [(f"ns.{sub}", "185.7.0.12")], 86400)]
            if query.qtype == "NS" and query.qname == name.parse(cut):
                return [query.reply(answer=mine, additional=glue)]
            return [query.answer(("A", GOOD), ttl=86400, authority=mine, additional=glue)]
        stage.open(address)
        stage.refer(cut, lambda query: script(query))

    make(zones[0], "185.7.0.10")
    make(zones[1], "185.7.0.11")
    stage.open("185.7.0.12")
    ask = lambda number: [scene.says(f"n{number}.{zones[0]}"), scene.says(f"n{number}.sub.{zones[1]}")]
    scene.equal(ask(0), [f"NOERROR {GOOD}"] * 2, f"{title}: while they are delegated")
    revoked.set()
    begun, number, last = time.monotonic(), 0, None
    while (elapsed := time.monotonic() - begun) < ttl + late:
        number += 1
        scene.says(zones[0], "NS")  # what keeps a ghost alive
        scene.says(f"ns.{zones[0]}")
        last = ask(number)
        time.sleep(0.1)
    scene.equal(ask("after"), ["NXDOMAIN"] * 2, f"{title}: new names {elapsed:.1f} s after zones of {ttl} s were revoked, asked all the while")
    scene.equal(scene.cached(f"nafter.{zones[0]}"), "NXDOMAIN", f"{title}: cached afterwards")
    scene.most(sum(stage.count(zone, since=begun + ttl + late) for zone in zones), 4, f"{title}: packets upstream for these")


# Many servers without addresses

def glueless(count, victim):
    return [f"n{index}.{victim}" for index in range(count)]


def refer(stage, cut, servers, glue=()):
    """A large referral, its records made once."""
    authority = [record(cut, "NS", server) for server in servers]
    additional = [record(owner, "A", address) for owner, address in glue]
    stage.refer(cut, lambda query: [query.reply(flags=wire.QR, authority=authority, additional=additional)])


def nxns(scene, title):
    stage = scene.stage
    stage.on("victim.attack.biz.", lambda query: [query.denial()])
    refer(stage, "nxns.attack.biz.", glueless(1500, "victim.attack.biz."))
    scene.equal(scene.says("www.nxns.attack.biz.", patience=DEADLINE + 1), "SERVFAIL", f"{title}: 1,500 servers without glue that do not exist")
    first = stage.count("victim.attack.biz.")
    scene.most(first, LIMIT_OF_LOOKUPS, f"{title}: packets to the victim")
    scene.equal(scene.cached("www.nxns.attack.biz."), "SERVFAIL", f"{title}: the failure is remembered afterwards")
    begun = time.monotonic()
    scene.equal(scene.says("www.nxns.attack.biz."), "SERVFAIL", f"{title}: asked again")
    scene.equal(stage.count("nxns.attack.biz.", since=begun) + stage.count("victim.attack.biz.", since=begun), 0, f"{title}: asked again, packets upstream")
    questions = [Question(name.parse(f"other-{index}.nxns.attack.biz."), "A", "") for index in range(30)]
    outcomes = stub.ask_all(questions, scene.resolver.port, patience=DEADLINE + 1)
    scene.equal({outcome.rcode for outcome in outcomes}, {"SERVFAIL"}, f"{title}: thirty other names in the zone")
    seen = stage.seen("victim.attack.biz.")
    scene.most(len({(one.qname, one.qtype) for one in seen}), 2 * 13, f"{title}: questions to the victim for all of these, 13 servers being kept")
    # Each worker may be the one that asks, and ask once more when this machine is slow to reply.
    scene.most(len(seen), 2 * 2 * 13 * scene.workers, f"{title}: packets for these questions")


def ask_silent_nxns(scene, _):
    stage = scene.stage
    stage.on("quiet-victim.attack.biz.", lambda query: [])
    refer(stage, "quiet-nxns.attack.biz.", glueless(1500, "quiet-victim.attack.biz."))
    scene.quiet = timed(scene, "www.quiet-nxns.attack.biz.")


def ask_dead_servers(scene, _):
    """900 servers, each with an address at which nobody is, which is what fits a message; and one server with 3,000."""
    stage = scene.stage
    address = lambda index: f"185.7.{128 + index // 250}.{index % 250 + 1}"
    many = [(f"n{index}.dead.attack.biz.", address(index)) for index in range(900)]
    one = [("crowd.attack.biz.", address(1000 + index)) for index in range(3000)]
    refer(stage, "dead.attack.biz.", [owner for owner, _ in many], many)
    refer(stage, "crowd.attack.biz.", ["crowd.attack.biz."], one)
    other = threading.Thread(target=lambda: setattr(scene, "crowd", timed(scene, "www.crowd.attack.biz.")))
    other.start()
    scene.dead = timed(scene, "www.dead.attack.biz.")
    other.join()


def timed(scene, qname):
    begun = time.monotonic()
    return scene.says(qname, patience=DEADLINE + 2), time.monotonic() - begun


def judge_slow(scene):
    for title, (told, seconds) in (("NXNS, silent victims", scene.quiet), ("NRDelegation, 900 dead servers", scene.dead),
                                   ("3,000 dead addresses of one server", scene.crowd)):
        scene.expect(told in ("SERVFAIL", "silence") and seconds <= DEADLINE + 1, f"{title}: {told} after {seconds:.1f} s")
    packets = scene.stage.count("quiet-victim.attack.biz.")
    scene.most(packets, LIMIT_OF_QUERIES, "NXNS, silent victims: packets to them, repetitions included")
    names = len({packet.qname for packet in scene.stage.seen("quiet-victim.attack.biz.")})
    scene.most(names, LIMIT_OF_LOOKUPS, "NXNS, silent victims: names looked up")
    scene.most(network.count("dead"), 2 * LIMIT_OF_QUERIES, "NRDelegation and the crowd: packets to dead addresses, for both")


# Aliases times servers times minimisation

def camp(scene, title):
    """Each of 11 aliases is in a zone of its own, whose server's name has nine labels to walk."""
    stage, steps, path = scene.stage, 11, ".".join("abcdefghi")
    walk = lambda step: f"{path}.walk-{step}.attack.biz."
    target = stage.open("185.7.0.13")
    for step in range(steps + 1):
        cut = f"camp-{step}.attack.biz."
        stage.on(f"walk-{step}.attack.biz.", lambda query, step=step: [query.answer(("A", target))] if query.qtype == "A"
                 and query.qname == name.parse(walk(step)) else [query.nothing()])

        def script(query, step=step, cut=cut):
            if query.address == stage.main:
                return [query.referral(cut, [walk(step)])]
            return [query.answer(("CNAME", f"www.camp-{step + 1}.attack.biz."))] if len(query.qname) > 3 else [query.nothing()]
        stage.refer(cut, script)
    count = lambda since: sum(stage.count(f"{word}-{step}.attack.biz.", since=since) for word in ("camp", "walk") for step in range(steps + 1))
    begun = time.monotonic()
    scene.equal(scene.says("www.camp-0.attack.biz.", patience=DEADLINE + 1), "SERVFAIL", f"{title}: aliases times servers times minimisation")
    scene.most(count(begun), LIMIT_OF_QUERIES, f"{title}: packets upstream for one question")
    begun = time.monotonic()
    scene.equal(scene.says("www.camp-0.attack.biz."), "SERVFAIL", f"{title}: asked again")
    scene.equal(count(begun), 0, f"{title}: asked again, packets upstream")


# In circles

def cycle(scene, title):
    stage = scene.stage
    for one, other in (("cycle-a", "cycle-b"), ("cycle-b", "cycle-a")):
        stage.refer(f"{one}.attack.biz.", lambda query, one=one, other=other: [query.referral(f"{one}.attack.biz.", [f"ns.{other}.attack.biz."])])
    count = lambda since: sum(stage.count(f"{zone}.attack.biz.", since=since) for zone in ("cycle-a", "cycle-b"))
    begun = time.monotonic()
    scene.equal(scene.says("www.cycle-a.attack.biz.", patience=DEADLINE + 1), "SERVFAIL", f"{title}: each zone's server is in the other")
    one_round = count(begun)
    scene.most(one_round, 20, f"{title}: packets for one round")
    begun = time.monotonic()
    outcomes = ask_often(scene, ["www.cycle-a.attack.biz."] * 100)
    scene.equal({outcome.rcode for outcome in outcomes}, {"SERVFAIL"}, f"{title}: 100 clients within the failure's life")
    scene.equal(count(begun), 0, f"{title}: packets for 100 clients within the failure's life")
    outcomes = ask_often(scene, [f"www-{index}.cycle-a.attack.biz." for index in range(100)])
    scene.equal({outcome.rcode for outcome in outcomes}, {"SERVFAIL"}, f"{title}: 100 clients with a name each")
    # Each name may look once whether the parent has changed its mind; none searches for the servers again.
    scene.most(count(begun), 200, f"{title}: packets for 100 clients with a name each")
    time.sleep(5.2)  # the failure's life: 5 s
    begun = time.monotonic()
    ask_often(scene, ["www.cycle-a.attack.biz."] * 100)
    scene.most(count(begun), scene.workers * max(one_round, 1), f"{title}: packets for 100 clients after it, one round in each worker")


def ask_often(scene, names):
    return stub.ask_all([Question(name.parse(text), "A", "") for text in names], scene.resolver.port, patience=DEADLINE + 1)


def endless(scene, title):
    """Every server refers one label further down, to itself; and one refers to its own zone."""
    stage, address = scene.stage, scene.stage.open("185.7.0.14")
    glue = [("ns.endless.attack.biz.", address)]
    stage.refer("endless.attack.biz.", lambda query: [query.referral(query.message.qname, ["ns.endless.attack.biz."], glue)])
    stage.refer("itself.attack.biz.", lambda query: [query.referral("itself.attack.biz.", ["ns.itself.attack.biz."], [("ns.itself.attack.biz.", address)])])
    for qname, bound in ((".".join("a" * 100) + ".endless.attack.biz.", LIMIT_OF_QUERIES), ("www.itself.attack.biz.", 20)):
        suffix = ".".join(qname.split(".")[-4:])
        scene.equal(scene.says(qname, patience=DEADLINE + 1), "SERVFAIL", f"{title}: {suffix}")
        scene.most(stage.count(suffix), bound, f"{title}: {suffix}, packets upstream")
        begun = time.monotonic()
        scene.equal(scene.says(qname), "SERVFAIL", f"{title}: {suffix} again")
        scene.equal(stage.count(suffix, since=begun), 0, f"{title}: {suffix} again, packets upstream")
