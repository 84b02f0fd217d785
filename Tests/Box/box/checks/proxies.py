"""Behind nginx and HAProxy: names resolve, and Homing knows the clients by their own addresses."""

import socket

from .. import name, stub, wire
from ..clients import chains, command, front, proxies
from ..process import Program, wait_until

# Refused as a client of its own, so that it shows whether its address arrives.
STRANGER = "127.0.0.99"
QUERY = f"{front.PATH}?dns=AAABAAABAAAAAAAAAAACAAE"  # . NS


def check(box, verdict):
    if box.kind != "homing":
        verdict.skip(f"{box.kind} is not put behind a proxy here")
        return
    directory = box.directory / "proxies"
    directory.mkdir()
    authority = chains.Authority(directory / "authority")
    chain = authority.issue("served", [front.NAME], front.ADDRESSES)
    settings = front.IDENTITY + f"  certificates:\n    - {{chain: {chain.chain}, key: {chain.key}}}\n" + f"""https:
  trusted-proxies: {proxies.NGINX_ADDRESS}
access:
  refuse: {STRANGER}
"""
    listen = front.LISTEN + f"  proxy-protocol: {proxies.HAPROXY_ADDRESS}\n"
    front.open_front(box, extra=settings, listen=listen)
    running = []
    try:
        question = next(question for question in box.net.questions if question.shape == "ordinary" and question.qtype == "A" and question.answer)
        stub.ask_all([question], box.resolver.port)
        qname = name.show(question.qname)
        trust = [f"+tls-ca={authority.path}", f"+tls-hostname={front.NAME}", qname, "A"]
        running.append(_nginx(directory, chain))
        running.append(_haproxy(directory))
        for option, port in (("+https", proxies.NGINX_PORT), ("+https-get", proxies.NGINX_PORT), ("+tls", proxies.HAPROXY_PORT)):
            command.expect(verdict, ["kdig", "@127.0.0.1", "-p", port, option, *trust], [r"status: NOERROR"])
            command.expect(verdict, ["kdig", "@127.0.0.1", "-p", port, "-b", STRANGER, option, *trust], [r"status: REFUSED"])
        # What a client says of itself, when it is no proxy, is not believed; of a proxy it is.
        reply = directory / "reply"
        for source, said, rcode in ((STRANGER, "127.0.0.1", "REFUSED"), (proxies.NGINX_ADDRESS, STRANGER, "REFUSED"),
                                    (proxies.NGINX_ADDRESS, "127.0.0.1", "NOERROR")):
            command.expect(verdict, ["curl", "--silent", "--show-error", "--max-time", "10", "--cacert", authority.path, "--interface", source,
                                     "--header", f"X-Forwarded-For: {said}", "--output", reply, f"https://127.0.0.1{QUERY}"])
            verdict.expect(wire.parse(reply.read_bytes()).rcode == rcode, f"{source} says that it asks for {said}: {rcode}")
        command.expect(verdict, ["kdig", "@127.0.0.1", "-b", STRANGER, "+https", *trust], [r"status: REFUSED"])
        command.expect(verdict, ["kdig", "@127.0.0.1", "-b", proxies.HAPROXY_ADDRESS, "+time=3", "+retry=0", "+tls", *trust], [], [r"status: "],
                       status=None)  # it has to begin with the PROXY protocol
        command.expect(verdict, ["h2load", "-n", 3000, "-c", 4, "-m", 20, f"https://127.0.0.1:{proxies.NGINX_PORT}{QUERY}"],
                       [r"3000 succeeded, 0 failed", r"3000 2xx, 0 3xx, 0 4xx, 0 5xx"])  # nginx ends a connection after 1,000
    finally:
        for program in running:
            program.stop()
        box.drop_resolver()


def _nginx(directory, chain):
    config = directory / "nginx.conf"
    config.write_text(proxies.NGINX.format(directory=directory, http=front.HTTP_PORT, port=proxies.NGINX_PORT, name=front.NAME, chain=chain))
    program = Program("nginx", ["nginx", "-e", str(directory / "nginx.log"), "-g", "daemon off;", "-c", str(config)], directory / "nginx.out")
    return _await(program, proxies.NGINX_PORT)


def _haproxy(directory):
    config = directory / "haproxy.cfg"
    config.write_text(proxies.HAPROXY.format(port=proxies.HAPROXY_PORT, source=proxies.HAPROXY_ADDRESS))
    return _await(Program("haproxy", ["haproxy", "-db", "-f", str(config)], directory / "haproxy.log"), proxies.HAPROXY_PORT)


def _await(program, port):
    def listens():
        try:
            socket.create_connection(("127.0.0.1", port), timeout=2).close()
        except OSError:
            return False
        return True

    wait_until(listens, 10, f"{program.title} listens", program)
    return program
