// Room DNSTransport
