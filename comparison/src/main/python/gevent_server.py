"""A server by gevent, a greenlet per connection: gevent_server.py PORT echo|compute (work.py).

Written as gevent's own examples/echoserver.py (StreamServer and a function that reads and sends), on the socket as its
gevent.baseserver documentation passes it. Tuned: a backlog that holds all clients, no Nagle, 64 KiB a read.
"""

import socket
import sys

from gevent.server import StreamServer

import work

service = work.SERVICES[sys.argv[2]]


def converse(client, address):
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    replies = service()
    try:
        while data := client.recv(65536):
            client.sendall(replies(data))
    except ConnectionError:
        pass  # a reset by the client, which the load generator reports
    finally:
        client.close()


StreamServer(("127.0.0.1", int(sys.argv[1])), converse, backlog=4096).serve_forever()
