"""Becomes a program in which one system call is refused with EPERM: forbid.py NUMBER PROGRAM [ARGUMENT...]"""
import ctypes
import os
import struct
import sys

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
LOAD_NUMBER, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, REFUSE_WITH_EPERM = 0x7FFF0000, 0x00050001


def instruction(code, yes, no, value):
    return struct.pack("HBBI", code, yes, no, value)


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


code = (instruction(LOAD_NUMBER, 0, 0, 0) + instruction(JUMP_IF_EQUAL, 0, 1, int(sys.argv[1]))
        + instruction(RETURN, 0, 0, REFUSE_WITH_EPERM) + instruction(RETURN, 0, 0, ALLOW))
libc = ctypes.CDLL(None, use_errno=True)
program = Program(len(code) // 8, code)
if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program)):
    sys.exit("prctl: " + os.strerror(ctypes.get_errno()))
os.execv(sys.argv[2], sys.argv[2:])
