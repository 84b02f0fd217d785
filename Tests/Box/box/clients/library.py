"""dnspython, a library, over TLS and HTTPS."""

import ssl

import dns.exception
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
import httpx

from . import front

PATIENCE = 10


def check(verdict, authority, qname, addresses, host="127.0.0.1"):
    query = dns.message.make_query(qname, "A", want_dnssec=True)
    trusting = ssl.create_default_context(cafile=authority)
    url = f"https://{host}{front.PATH}"
    _expect(verdict, "tls", addresses, lambda: dns.query.tls(query, host, timeout=PATIENCE, ssl_context=trusting, server_hostname=front.NAME))
    for post in (True, False):
        method = "POST" if post else "GET"
        _expect(verdict, f"https, {method}", addresses,
                lambda: dns.query.https(query, url, timeout=PATIENCE, verify=str(authority), post=post))
    with httpx.Client(http1=True, http2=False, verify=str(authority)) as session:
        _expect(verdict, "https, HTTP/1.1", addresses, lambda: dns.query.https(query, url, timeout=PATIENCE, session=session))
        _expect(verdict, "https, the same connection", addresses, lambda: dns.query.https(query, url, timeout=PATIENCE, session=session))
    strangers = ssl.create_default_context()
    try:
        dns.query.tls(query, host, timeout=PATIENCE, ssl_context=strangers, server_hostname=front.NAME)
        verdict.expect(False, "dnspython over tls believed an authority that it was not told of")
    except ssl.SSLCertVerificationError as error:
        verdict.expect(True, f"dnspython over tls without the authority: {error.verify_message}")


def _expect(verdict, manner, addresses, ask):
    try:
        reply = ask()
        found = sorted(record.address for rrset in reply.answer if rrset.rdtype == dns.rdatatype.A for record in rrset)
        outcome = f"{dns.rcode.to_text(reply.rcode())} {found}"
    except (dns.exception.DNSException, httpx.HTTPError, OSError, ValueError) as error:
        found, outcome = None, repr(error)
    verdict.expect(found == sorted(addresses), f"dnspython over {manner}: {outcome}")
