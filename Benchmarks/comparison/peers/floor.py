"""The floor: a loop that sends each datagram back (floor.c). What the kernel costs anyone who answers over UDP."""

TITLE, PACKAGE = "floor", None
WAYS = ("udp",)
RESOLVES, TWO, FORWARDS, PROCESSES = False, True, False, False


def files(settings):
    return {}


def command(settings, binary):
    return [binary, settings.port, settings.threads]
