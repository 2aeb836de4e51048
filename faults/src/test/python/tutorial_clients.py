"""The clients of five tutorials on socket servers, written anew: what a beginner types first must work.

    python3 tutorial_clients.py HOST PORT SCENARIO...

Each scenario is one client's conversation. The program ends with status 0 when every byte was as it should be. Unlike most
tutorials they send lines with an ending and read until they have what they wait for: a stream has no messages.
"""

import socket
import sys
import threading

CHINESE = "用Python实现socket通信：你好，世界！\n"
TIMEOUT_SECONDS = 10


def connect(host, port):
    connection = socket.create_connection((host, port), TIMEOUT_SECONDS)
    connection.settimeout(TIMEOUT_SECONDS)
    return connection


def receive(connection, count):
    """Exactly so many bytes, however the network cut them."""
    pieces = bytearray()
    while len(pieces) < count:
        piece = connection.recv(min(65536, count - len(pieces)))
        assert piece, f"the end after {bytes(pieces[-80:])!r}, {count - len(pieces)} bytes early"
        pieces += piece
    return bytes(pieces)


def receive_line(connection):
    line = bytearray()
    while not line.endswith(b"\n"):
        line += receive(connection, 1)
    return line.decode("utf-8")


def expect(connection, expected):
    got = receive(connection, len(expected))
    assert got == expected, f"expected {expected[:80]!r}, got {got[:80]!r}"


def expect_end(connection):
    rest = connection.recv(65536)
    assert rest == b"", f"expected the end, got {rest[:80]!r}"


def upper(text):
    """As the server does: ASCII letters only."""
    return text.encode("utf-8").upper()


def conversation(connection, answer):
    """Sends what a person may type, and waits for each answer."""
    for typed in ("hello", "", "  spaces kept  ", "你好 abc", "with CR\r"):
        line = typed + "\n"
        connection.sendall(line.encode("utf-8"))
        expect(connection, answer(line))


def interactive_upper(host, port):
    """Types a line, prints the answer, types the next: the first client of every tutorial."""
    with connect(host, port) as connection:
        conversation(connection, upper)


def interactive_echo(host, port):
    with connect(host, port) as connection:
        conversation(connection, lambda line: line.encode("utf-8"))


def one_word_upper(host, port):
    """Sends words without any ending, as the tutorials do: bytes are answered as they come."""
    with connect(host, port) as connection:
        for word in ("a", "hello", "再见"):
            connection.sendall(word.encode("utf-8"))
            expect(connection, upper(word))


def greeted_welcome(host, port):
    """Reads the greeting first, then line by line, and ends with `exit`."""
    with connect(host, port) as connection:
        assert "Welcome" in receive_line(connection)
        conversation(connection, lambda line: line.encode("utf-8"))
        connection.sendall(b"exit\n")
        expect_end(connection)


def greeted_print(host, port):
    """Only talks: the server prints and answers nothing, and ends when we do."""
    with connect(host, port) as connection:
        connection.sendall("first line\n".encode("utf-8"))
        for byte in "中文 in pieces\n".encode("utf-8"):
            connection.sendall(bytes([byte]))
        connection.sendall(b"last line without an ending")
        connection.shutdown(socket.SHUT_WR)
        expect_end(connection)


def login_reply(host, port):
    """Is greeted, talks with the person at the server's terminal, and ends with `exit`."""
    with connect(host, port) as connection:
        assert receive_line(connection) == "Welcome to login...\n"
        for message in ("I am here", "你在吗"):
            connection.sendall((message + "\n").encode("utf-8"))
            assert receive_line(connection) == f"you said: {message}\n"
        connection.sendall(b"exit\n")
        expect_end(connection)


def split_echo(host, port):
    """Text cut at each of its bytes, so that characters arrive in two pieces."""
    text = CHINESE.encode("utf-8")
    with connect(host, port) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for cut in range(1, len(text)):
            connection.sendall(text[:cut])
            expect(connection, text[:cut])
            connection.sendall(text[cut:])
            expect(connection, text[cut:])


def split_upper(host, port):
    text = CHINESE.encode("utf-8")
    answer = upper(CHINESE)
    with connect(host, port) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for cut in range(1, len(text)):
            connection.sendall(text[:cut])
            expect(connection, answer[:cut])
            connection.sendall(text[cut:])
            expect(connection, answer[cut:])


def mebibyte_echo(host, port):
    """Sends 1 MiB without reading meanwhile, ends its side, and still gets all of it, then the end."""
    payload = bytes(i * 31 % 251 for i in range(1 << 20))
    with connect(host, port) as connection:
        sender = threading.Thread(target=lambda: (connection.sendall(payload), connection.shutdown(socket.SHUT_WR)))
        sender.start()
        expect(connection, payload)
        expect_end(connection)
        sender.join()


def two_at_once_echo(host, port):
    """The second client is served while the first is silent."""
    with connect(host, port) as first, connect(host, port) as second:
        conversation(second, lambda line: line.encode("utf-8"))
        conversation(first, lambda line: line.encode("utf-8"))


def many_at_once_echo(host, port):
    """The spawned clients of the coroutine tutorials, as threads."""
    failures = []

    def client(number):
        try:
            with connect(host, port) as connection:
                for turn in range(20):
                    message = f"client {number} turn {turn} 好\n".encode("utf-8")
                    connection.sendall(message)
                    expect(connection, message)
        except (OSError, AssertionError) as failure:
            failures.append(f"client {number}: {failure!r}")

    clients = [threading.Thread(target=client, args=(number,)) for number in range(20)]
    for one in clients:
        one.start()
    for one in clients:
        one.join()
    assert not failures, failures


def datagrams_echo(host, port):
    """One datagram, one answer, with nothing glued together; an empty one, too."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as connection:
        connection.settimeout(TIMEOUT_SECONDS)
        for payload in (b"hello", b"", CHINESE.encode("utf-8"), bytes(60000)):
            connection.sendto(payload, (host, port))
            got, peer = connection.recvfrom(65535)
            assert got == payload and peer == (host, port), f"got {got[:80]!r} from {peer}"


def main():
    host, port, *scenarios = sys.argv[1:] if len(sys.argv) > 3 else ("", "0", "")
    if any(scenario not in globals() for scenario in scenarios):
        sys.exit(__doc__)
    for scenario in scenarios:
        print(scenario, flush=True)
        globals()[scenario](host, int(port))


if __name__ == "__main__":
    main()
