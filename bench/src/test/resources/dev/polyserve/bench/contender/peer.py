"""A server that executes the commands of its clients, one line each, and answers each with a line.

Its argument is the TCP port or the Unix path to listen on; "udp:PORT" echoes datagrams.
"""
import os
import resource
import signal
import socket
import sys
import threading
import time

held = []


def burn(seconds):
    start = time.thread_time_ns()
    while time.thread_time_ns() - start < seconds * 1e9:
        pass


def burn_in_process(arguments):
    start = time.process_time_ns()
    burn(float(arguments[0]))
    return time.process_time_ns() - start


def burn_in_threads(arguments):
    start = time.process_time_ns()
    for _ in range(int(arguments[0])):
        thread = threading.Thread(target=burn, args=(float(arguments[1]),))
        thread.start()
        thread.join()
    return time.process_time_ns() - start


def burn_in_children(arguments):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for _ in range(int(arguments[0])):
        pid = os.fork()
        if pid == 0:
            burn(float(arguments[1]))
            os._exit(0)
        os.waitpid(pid, 0)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return int((after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1e9)


def switch(arguments):
    for _ in range(int(arguments[0])):
        time.sleep(0.0001)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_nvcsw + usage.ru_nivcsw


def call(arguments):
    for _ in range(int(arguments[0])):
        os.getppid()


def fork(arguments):
    """Forks a sleeping child; with "orphan", the parent of the child ends."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(read)
        if "orphan" in arguments and os.fork() != 0:
            os._exit(0)
        if "stubborn" in arguments:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.write(write, str(os.getpid()).encode())
        os.close(write)
        listener.close()
        while True:
            time.sleep(100)
    os.close(write)
    if "orphan" in arguments:
        os.waitpid(pid, 0)
    return int(os.read(read, 20))


def kill(arguments):
    os.kill(int(arguments[0]), signal.SIGKILL)


def hold(arguments):
    held.append(bytearray(os.urandom(1)) * int(arguments[0]))


def open_files(arguments):
    held.extend(open(os.devnull) for _ in range(int(arguments[0])))


def start_threads(arguments):
    for _ in range(int(arguments[0])):
        threading.Thread(target=lambda: time.sleep(100), daemon=True).start()


def ignore_children(arguments):
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)


def environment(arguments):
    return os.environ.get(arguments[0], "-")


def leave(arguments):
    print("going down", file=sys.stderr, flush=True)
    os._exit(int(arguments[0]))


def flood(arguments):
    line = "x" * 99
    for _ in range(int(arguments[0]) // 100):
        print(line)
    sys.stdout.flush()


ORDERS = {f.__name__: f for f in (burn_in_process, burn_in_threads, burn_in_children, switch, call, fork, kill, hold,
                                  open_files, start_threads, ignore_children, environment, leave, flood)}


def serve_datagrams(port):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as served:
        served.bind(("127.0.0.1", port))
        while True:
            data, sender = served.recvfrom(65536)
            served.sendto(data, sender)


def listen(place):
    if place.isdigit():
        served = socket.socket()
        served.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        served.bind(("127.0.0.1", int(place)))
    else:
        served = socket.socket(socket.AF_UNIX)
        served.bind(place)
    served.listen()
    return served


place = sys.argv[1]
if place.startswith("udp:"):
    serve_datagrams(int(place[4:]))
listener = listen(place)
while True:
    client, _ = listener.accept()
    with client, client.makefile("rw") as lines:
        for line in lines:
            words = line.split()
            lines.write(f"{ORDERS[words[0]](words[1:])}\n")
            lines.flush()
