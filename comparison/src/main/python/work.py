"""The services of the Python peers: echo, and requests for work.

The requests have the layout of bench's SimulatedWorkRequest: big-endian; the length of the rest (4 bytes), a waiting time (4, here
always 0), multiplications (8), value (8), payload. The reply has the end of the chain in place of the value. work.c
computes the chain, so that the same amount takes the same processor time as elsewhere, in pieces of about 0.1 ms that hold
the interpreter's lock as Python code would; between two pieces the interpreter may pass the lock to another thread.
"""

import ctypes
import os
import struct

HEADER = struct.Struct(">IIQQ")
LENGTH = struct.Struct(">I")
PIECE = 50_000


def echo():
    """Returns the received bytes."""
    return lambda data: data


def compute():
    """Creates a function for one connection that returns the replies to its complete requests."""
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
