// Room DNSServer
