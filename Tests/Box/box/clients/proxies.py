"""Reverse proxies in front of Homing, configured as README.md says: nginx before HTTP, HAProxy before TLS."""

NGINX_PORT, HAPROXY_PORT = 8443, 8853
NGINX_ADDRESS, HAPROXY_ADDRESS = "127.0.0.1", "127.0.0.20"  # from where Homing is asked

NGINX = """worker_processes 1;
pid {directory}/pid;
error_log {directory}/error.log;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {directory}/body;
    proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi;
    scgi_temp_path {directory}/scgi;

    upstream homing {{
        server 127.0.0.1:{http};
        keepalive 16;
    }}
    server {{
        listen 127.0.0.1:{port} ssl http2;
        server_name {name};
        ssl_certificate {chain.chain};
        ssl_certificate_key {chain.key};
        location = /dns-query {{
            proxy_pass http://homing;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header X-Forwarded-For $remote_addr;
        }}
    }}
}}
"""

HAPROXY = """global
    maxconn 1000
defaults
    mode tcp
    timeout connect 5s
    timeout client 30s
    timeout server 30s
frontend dot
    bind 127.0.0.1:{port}
    default_backend homing
backend homing
    source {source}
    server homing 127.0.0.1:853 send-proxy-v2
"""
