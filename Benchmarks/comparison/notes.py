"""What the numbers are, and what they are not. Printed beside them."""

NOTES = (
    "µs CPU is what the kernel charged to all threads of the server, for each query that was answered; it holds on a noisy machine where rates do not. "
    "How it falls to user and system is told by clock ticks, to some percent.",
    "Rates and latencies are those of one machine that also runs the load and the authoritative servers. They say little beyond this comparison: "
    "a server that needs less leaves more to dnsperf, which is then what is measured. Two threads can only be twice as fast where cores are left for them.",
    "Latencies are dnsperf's, from send to receive, with 200 queries in flight: at saturation they are 200 divided by the rate, whatever the server does. "
    "dnsperf sends nothing while 200 wait, so a stall of the server is seen by 200 queries and no more (coordinated omission). They are of a run by itself, "
    "in which dnsperf prints each answer.",
    "The floor answers nothing: it sends back what came. No resolver can reach it, since it looks nothing up and its answers are short.",
    "A connection of the handshakes is all of it: TCP, TLS, one cached answer, and the end.",
    "Memory is resident memory grown by the names, divided by those that were in the cache afterwards; how a server's allocator rounds is in it. "
    "Knot Resolver's cache is a mapped file, of which the resident part is counted.",
    "dnsdist and dnsmasq ask an Unbound behind them, whose time is not counted; they are asked for what they have cached.",
    "Loopback has no loss, no distance and no network card. Nothing here says how a resolver fares on bad networks, or whether its answers are right.",
    "Figures of different runs should not be compared: the same program moves by a third from one hour to the next.",
)
