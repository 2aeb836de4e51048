"""Runs a command in a sandbox that forbids one system call: sandbox.py CALL COMMAND…

A filter of seccomp answers it with EPERM, as container engines do with calls that they do not know. Exit status 77: this machine
allows no such filter.
"""
import ctypes
import os
import platform
import struct
import sys

NUMBERS = {
    "x86_64": {"eventfd2": 290, "epoll_create1": 291, "pselect6": 270, "ppoll": 271, "epoll_pwait2": 441,
               "io_uring_setup": 425},
    "aarch64": {"eventfd2": 19, "epoll_create1": 20, "pselect6": 72, "ppoll": 73, "epoll_pwait2": 441,
                "io_uring_setup": 425},
}
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, SECCOMP_MODE_FILTER = 22, 38, 2
LOAD_WORD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, FAIL_WITH_EPERM = 0x7FFF0000, 0x00050001


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


def instruction(code, if_true, if_false, value):
    return struct.pack("HBBI", code, if_true, if_false, value)


def forbid(number):
    code = ctypes.create_string_buffer(
        instruction(LOAD_WORD, 0, 0, 0)
        + instruction(JUMP_IF_EQUAL, 1, 0, number)
        + instruction(RETURN, 0, 0, ALLOW)
        + instruction(RETURN, 0, 0, FAIL_WITH_EPERM)
    )
    program = Program(4, ctypes.cast(code, ctypes.c_void_p))
    library = ctypes.CDLL(None)
    return (library.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
            and library.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program)) == 0)


number = NUMBERS.get(platform.machine(), {}).get(sys.argv[1])
if number is None or not forbid(number):
    print("sandbox: no filter of system calls can be set here", file=sys.stderr)
    sys.exit(77)
os.execvp(sys.argv[2], sys.argv[2:])
