"""A server by `socketserver`, a thread or a process per connection: socketserver_server.py threading|forking PORT echo|compute
(work.py).

Written as the examples of the library reference (docs.python.org/3/library/socketserver.html): a handler class whose
handle() receives and sends, and ThreadingTCPServer or ForkingTCPServer. Tuned: a backlog that holds all clients, no
Nagle, 64 KiB a read.
"""

import os
import signal
import socket
import socketserver
import sys

import work

service = work.SERVICES[sys.argv[3]]


class Conversation(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        replies = service()
        while data := self.request.recv(65536):
            self.request.sendall(replies(data))


class Settings:
    allow_reuse_address = True
    request_queue_size = 4096

    def handle_error(self, request, client_address):
        """Ignores a reset by the client, which the load generator reports."""


class Threading(Settings, socketserver.ThreadingTCPServer):
    daemon_threads = True


class Forking(Settings, socketserver.ForkingTCPServer):
    max_children = 20_000  # the default, 40, would keep the other clients waiting

    def process_request(self, request, client_address):
        # TERM must end a child; the parent's handler, which ends all children, must not run in it.
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
        try:
            super().process_request(request, client_address)
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM])

    def finish_request(self, request, client_address):
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM])
        super().finish_request(request, client_address)


def end(number, frame):
    for child in server.active_children or ():
        os.kill(child, signal.SIGTERM)
    os._exit(128 + number)


server = {"threading": Threading, "forking": Forking}[sys.argv[1]](("127.0.0.1", int(sys.argv[2])), Conversation)
if isinstance(server, Forking):
    signal.signal(signal.SIGTERM, end)
server.serve_forever()
