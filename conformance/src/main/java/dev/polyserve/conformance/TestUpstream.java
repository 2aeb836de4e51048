package dev.polyserve.conformance;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A server that handlers in a test connect to; the test is the peer of each connection.
///
/// **Thread**: one at a time.
final class TestUpstream implements AutoCloseable {
    private static final long TIMEOUT_MILLIS = 10_000;
    private static final int PENDING_MILLIS = 200;
    private static final int BACKLOG = 50;

    /// Where it listens.
    enum Kind {
        /// `tcp://127.0.0.1:port`.
        TCP,
        /// `tls://127.0.0.1:port`.
        TLS,
        /// `unix:` with a file in a new directory.
        UNIX
    }

    private final Kind kind;
    private final ServerSocketChannel listener;
    private final Path directory;
    private final List<SocketChannel> waiting = new ArrayList<>();

    private TestUpstream(Kind kind, ServerSocketChannel listener, Path directory) {
        this.kind = kind;
        this.listener = listener;
        this.directory = directory;
    }

    static TestUpstream listen(Kind kind) throws IOException {
        return listen(kind, BACKLOG);
    }

    /// Listens with a backlog that is full: another connection is made only after an [#accept].
    static TestUpstream full(Kind kind) throws IOException {
        TestUpstream made = listen(kind, 1);
        boolean taken = true;
        while (taken) {
            taken = made.fill();
        }
        return made;
    }

    private static TestUpstream listen(Kind kind, int backlog) throws IOException {
        Path directory = Files.createTempDirectory("polyserve");
        ServerSocketChannel listener = kind == Kind.UNIX
                ? ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                : ServerSocketChannel.open();
        listener.bind(kind == Kind.UNIX
                ? UnixDomainSocketAddress.of(directory.resolve("upstream"))
                : new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), backlog);
        return new TestUpstream(kind, listener, directory);
    }

    /// @return whether the backlog had room
    private boolean fill() throws IOException {
        SocketAddress address = listener.getLocalAddress();
        SocketChannel client = address instanceof InetSocketAddress
                ? SocketChannel.open()
                : SocketChannel.open(StandardProtocolFamily.UNIX);
        waiting.add(client);
        try {
            if (address instanceof UnixDomainSocketAddress) {
                client.configureBlocking(false);
                return client.connect(address);
            }
            client.socket().connect(address, PENDING_MILLIS);
            return true;
        } catch (SocketTimeoutException | SocketException e) {
            return false; // no answer, or the system has no room
        }
    }

    /// An endpoint of this kind at which nothing listens.
    static String closed(Kind kind) throws IOException {
        try (TestUpstream gone = listen(kind)) {
            return gone.endpoint();
        }
    }

    String endpoint() throws IOException {
        return switch (listener.getLocalAddress()) {
            case InetSocketAddress inet -> (kind == Kind.TLS ? "tls" : "tcp") + "://127.0.0.1:" + inet.getPort();
            case UnixDomainSocketAddress unix -> "unix:" + unix.getPath();
            default -> throw new IllegalStateException("no endpoint: " + listener);
        };
    }

    int port() throws IOException {
        return ((InetSocketAddress) listener.getLocalAddress()).getPort();
    }

    /// The peer of the next connection.
    TestClient accept() throws IOException {
        listener.configureBlocking(false);
        SocketChannel accepted;
        try (Selector selector = Selector.open()) {
            listener.register(selector, SelectionKey.OP_ACCEPT);
            while ((accepted = listener.accept()) == null) {
                if (selector.select(TIMEOUT_MILLIS) == 0) {
                    throw new AssertionError("the handler does not connect (" + TIMEOUT_MILLIS + " ms)");
                }
                selector.selectedKeys().clear();
            }
        }
        return TestClient.of(accepted, kind == Kind.TLS);
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (SocketChannel client : waiting) {
            client.close();
        }
        Files.deleteIfExists(directory.resolve("upstream"));
        Files.deleteIfExists(directory);
    }
}
