"""What a server does with the bytes of a client: echo them, or carry out requests that say how much to compute.

The requests are laid out as bench's WorkRequest says: big-endian, the length of what follows (4 bytes), a time to wait (4,
here always 0), multiplications (8), value (8), payload; the reply has the end of the chain in place of the value. The chain
is computed by work.c, so that the same amount takes the same processor time as elsewhere, in pieces of some 0.1 ms that keep
the interpreter's lock as code in Python would; between two pieces the interpreter may give the lock to another thread.
"""

import ctypes
import os
import struct

HEADER = struct.Struct(">IIQQ")
LENGTH = struct.Struct(">I")
PIECE = 50_000


def echo():
    """The bytes themselves."""
    return lambda data: data


def compute():
    """The replies to the requests that have become whole; a function for one connection."""
    chain_end = ctypes.PyDLL(os.environ["PEER_WORK_LIBRARY"]).chain_end
    chain_end.argtypes = [ctypes.c_uint64, ctypes.c_uint64]
    chain_end.restype = ctypes.c_uint64
    rest = b""

    def replies(data):
        nonlocal rest
        rest += data
        whole = []
        while len(rest) >= HEADER.size:
            length, wait, multiplications, value = HEADER.unpack_from(rest)
            end = LENGTH.size + length
            if len(rest) < end:
                break
            for left in range(multiplications, 0, -PIECE):
                value = chain_end(value, min(left, PIECE))
            whole.append(HEADER.pack(length, wait, multiplications, value) + rest[HEADER.size:end])
            rest = rest[end:]
        return b"".join(whole)

    return replies


SERVICES = {"echo": echo, "compute": compute}
