// Room DNSCache
