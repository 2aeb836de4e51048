"""A server by asyncio: asyncio_server.py protocol|streams|uvloop PORT echo|compute (work.py).

Written as the examples "TCP Echo Server" of the library reference, once with a protocol (asyncio-protocol.html) and once
with streams (asyncio-stream.html); uvloop's README has the same protocol run on its loop, and so does its
examples/bench/echoserver.py. Tuned: a backlog that holds all clients; both loops set TCP_NODELAY by themselves. Flow
control is the documented one: pause_writing stops reading, drain() waits.
"""

import asyncio
import sys

import work

service = work.SERVICES[sys.argv[3]]


class Server(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport
        self.replies = service()

    def data_received(self, data):
        self.transport.write(self.replies(data))

    def pause_writing(self):
        self.transport.pause_reading()

    def resume_writing(self):
        self.transport.resume_reading()


async def converse(reader, writer):
    replies = service()
    try:
        while data := await reader.read(65536):
            writer.write(replies(data))
            await writer.drain()
        writer.close()
        await writer.wait_closed()
    except ConnectionError:
        pass  # a reset by the client, which the load generator reports


async def serve(kind, port):
    if kind == "streams":
        server = await asyncio.start_server(converse, "127.0.0.1", port, backlog=4096)
    else:
        server = await asyncio.get_running_loop().create_server(Server, "127.0.0.1", port, backlog=4096)
    await server.serve_forever()


if sys.argv[1] == "uvloop":
    import uvloop

    uvloop.install()
asyncio.run(serve(sys.argv[1], int(sys.argv[2])))
