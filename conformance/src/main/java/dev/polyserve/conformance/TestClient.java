package dev.polyserve.conformance;

import dev.polyserve.Endpoint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/// A client of the contract's tests, over TCP, TLS or a Unix socket. Every operation has a deadline, so a silent server fails the test
/// instead of hanging it.
///
/// **Thread**: one at a time.
final class TestClient implements AutoCloseable {
    private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final int SMALL_RECEIVE_BUFFER_BYTES = 4 << 10;

    private final SocketChannel channel;
    private final Selector selector = Selector.open();
    private final SelectionKey key;
    private final TestClientStream stream;
    private final ByteBuffer in = ByteBuffer.allocate(64 << 10).flip();

    private TestClient(SocketChannel channel, TestClientStream stream) throws IOException {
        this.channel = channel;
        this.key = channel.register(selector, 0);
        this.stream = stream;
    }

    /// The other side of a connection that was accepted in a test.
    static TestClient of(SocketChannel accepted, boolean tls) throws IOException {
        return over(accepted, tls, true);
    }

    private static TestClient over(SocketChannel channel, boolean tls, boolean accepted) throws IOException {
        channel.configureBlocking(false);
        return new TestClient(channel,
                tls ? new TlsTestClientStream(channel, accepted) : new TestClientStream.Plain(channel));
    }

    /// Connects to a server in this machine.
    ///
    /// @throws IOException when no server listens
    static TestClient to(Endpoint endpoint) throws IOException {
        return switch (endpoint) {
            case Endpoint.Tcp tcp -> to(new InetSocketAddress(InetAddress.getLoopbackAddress(), tcp.port()), false);
            case Endpoint.Tls tls -> to(new InetSocketAddress(InetAddress.getLoopbackAddress(), tls.port()), true);
            case Endpoint.Unix unix -> to(UnixDomainSocketAddress.of(unix.path()), false);
            case Endpoint.Udp _, Endpoint.UnixDatagram _, Endpoint.Inherited _ ->
                throw new IllegalArgumentException("no stream: " + endpoint);
        };
    }

    /// Connects to a server.
    ///
    /// @throws IOException when no server listens
    static TestClient to(SocketAddress address, boolean tls) throws IOException {
        return connected(address, tls, address instanceof UnixDomainSocketAddress
                ? SocketChannel.open(StandardProtocolFamily.UNIX)
                : SocketChannel.open());
    }

    /// Connects over TCP with a small receive buffer, so that most of even a short answer stays in the server's send
    /// buffer.
    static TestClient withSmallReceiveBuffer(SocketAddress address, boolean tls) throws IOException {
        SocketChannel channel = SocketChannel.open();
        channel.setOption(StandardSocketOptions.SO_RCVBUF, SMALL_RECEIVE_BUFFER_BYTES);
        return connected(address, tls, channel);
    }

    private static TestClient connected(SocketAddress address, boolean tls, SocketChannel channel)
            throws IOException {
        try {
            channel.connect(address);
            return over(channel, tls, false);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    SocketAddress local() throws IOException {
        return channel.getLocalAddress();
    }

    // --- sending ---

    void send(String text) throws IOException {
        send(text.getBytes(StandardCharsets.UTF_8));
    }

    void send(byte[] bytes) throws IOException {
        awaitReady();
        ByteBuffer left = ByteBuffer.wrap(bytes);
        while (left.hasRemaining()) {
            if (stream.write(left) == 0) {
                await(SelectionKey.OP_WRITE, TIMEOUT_NANOS, "the server does not read");
            }
        }
        flush();
    }

    private void awaitReady() throws IOException {
        if (!stream.awaitReady(TIMEOUT_NANOS)) {
            throw new AssertionError("the server does not complete the handshake");
        }
    }

    private void flush() throws IOException {
        while (!stream.flush()) {
            await(SelectionKey.OP_WRITE, TIMEOUT_NANOS, "the server does not read");
        }
    }

    void sendInPieces(byte[] bytes, Random random) throws IOException {
        for (byte[] piece : ScriptBuilder.randomPieces(bytes, random)) {
            send(piece);
        }
    }

    /// Sends until the kernel has accepted no byte for the given time.
    ///
    /// @return the number of bytes accepted
    int sendUntilBlocked(ByteBuffer bytes, Duration quiet) throws IOException {
        awaitReady();
        int before = bytes.remaining();
        while (bytes.hasRemaining() && (stream.write(bytes) > 0 || ready(SelectionKey.OP_WRITE, quiet.toNanos()))) {
            // Bytes were accepted.
        }
        return before - bytes.remaining();
    }

    /// Sends bytes, as many as the server takes before it ends the connection.
    void sendWhileTaken(byte[] bytes) throws IOException {
        awaitReady();
        ByteBuffer left = ByteBuffer.wrap(bytes);
        for (int before = left.remaining(); left.hasRemaining() && isTaken(left); before = left.remaining()) {
            if (left.remaining() == before) {
                await(SelectionKey.OP_WRITE, TIMEOUT_NANOS, "the server neither reads nor ends the connection");
            }
        }
    }

    /// Sends the bytes and reads at the same time, in one thread, until the answer is complete.
    byte[] exchange(ByteBuffer bytes, int answerBytes) throws IOException {
        awaitReady();
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        while (answer.size() < answerBytes) {
            boolean wrote = bytes.hasRemaining() && stream.write(bytes) > 0;
            int count = fillNow();
            if (count < 0) {
                throw new AssertionError("the server ended after " + answer.size() + " of " + answerBytes + " bytes");
            }
            int wanted = Math.min(in.remaining(), answerBytes - answer.size());
            answer.write(in.array(), in.position(), wanted);
            in.position(in.position() + wanted);
            if (!wrote && count == 0) {
                await(SelectionKey.OP_READ | (stream.flush() && !bytes.hasRemaining() ? 0 : SelectionKey.OP_WRITE),
                        TIMEOUT_NANOS,
                        "after " + answer.size() + " of " + answerBytes + " bytes no more arrive");
            }
        }
        return answer.toByteArray();
    }

    /// Ends the output (half-close).
    void end() throws IOException {
        awaitReady();
        flush();
        stream.end();
        flush();
    }

    /// Closes the connection in order, before the end of the test.
    void disconnect() throws IOException {
        close();
    }

    /// Resets the connection (TCP).
    void reset() throws IOException {
        channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        closeChannel();
    }

    // --- receiving ---

    /// The next line, without its line feed.
    String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int value; (value = readByte()) != '\n';) {
            if (value < 0) {
                throw new AssertionError("the server ended after '" + line.toString(StandardCharsets.UTF_8) + "'");
            }
            line.write(value);
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    byte[] bytes(int count) throws IOException {
        return exchange(ByteBuffer.allocate(0), count);
    }

    /// Reads bytes slowly: so many at a time, at equal intervals.
    byte[] bytesSlowly(int count, int atOnce, Duration pause) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        while (all.size() < count) {
            ready(0, pause.toNanos());
            all.write(bytes(Math.min(atOnce, count - all.size())));
        }
        return all.toByteArray();
    }

    /// All bytes up to the server's end.
    byte[] toTheEnd() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        while (in.hasRemaining() || fill()) {
            all.write(in.array(), in.position(), in.remaining());
            in.position(in.limit());
        }
        return all.toByteArray();
    }

    /// All bytes up to the server's end; sends a byte for every piece read, as long as the server accepts them.
    byte[] toTheEndWhileItSends() throws IOException {
        return toTheEndWhileItSends(Integer.MAX_VALUE);
    }

    /// The same; sends no more when it has this many bytes.
    byte[] toTheEndWhileItSends(int bytes) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer one = ByteBuffer.allocate(1);
        boolean taken = true;
        while (in.hasRemaining() || fill()) {
            all.write(in.array(), in.position(), in.remaining());
            in.position(in.limit());
            taken = taken && all.size() < bytes && isTaken(one.clear());
        }
        return all.toByteArray();
    }

    private boolean isTaken(ByteBuffer bytes) {
        try {
            return stream.write(bytes) >= 0;
        } catch (IOException e) {
            // The server has closed the connection; bytes that it sent before can still be read.
            return false;
        }
    }

    String textToTheEnd() throws IOException {
        return new String(toTheEnd(), StandardCharsets.UTF_8);
    }

    /// Whether neither bytes nor the end arrive for the given time.
    boolean receivesNothingFor(Duration time) throws IOException {
        long until = System.nanoTime() + time.toNanos();
        if (!stream.awaitReady(time.toNanos())) {
            return true;
        }
        while (fillNow() == 0) {
            // What is ready may be a record without bytes for the client.
            if (!ready(SelectionKey.OP_READ, until - System.nanoTime())) {
                return true;
            }
        }
        return false;
    }

    /// Waits until the server has ended or reset the connection, and discards the bytes before.
    void awaitClosed() throws IOException {
        try {
            toTheEnd();
        } catch (IOException e) {
            // A reset ends the connection too.
            close();
        }
    }

    private int readByte() throws IOException {
        return in.hasRemaining() || fill() ? in.get() & 0xff : -1;
    }

    private boolean fill() throws IOException {
        awaitReady();
        int count;
        while ((count = fillNow()) == 0) {
            await(SelectionKey.OP_READ, TIMEOUT_NANOS, "the server sends nothing");
        }
        return count > 0;
    }

    private int fillNow() throws IOException {
        if (in.hasRemaining()) {
            return in.remaining();
        }
        int count = stream.read(in.clear());
        in.flip();
        return count;
    }

    private void await(int operations, long atMostNanos, String otherwise) throws IOException {
        if (!ready(operations, atMostNanos)) {
            throw new AssertionError(otherwise + " (" + TimeUnit.NANOSECONDS.toMillis(atMostNanos) + " ms)");
        }
    }

    private boolean ready(int operations, long atMostNanos) throws IOException {
        key.interestOps(operations);
        selector.selectedKeys().clear();
        return selector.select(Math.max(1, TimeUnit.NANOSECONDS.toMillis(atMostNanos))) > 0;
    }

    @Override
    public void close() throws IOException {
        if (channel.isOpen()) {
            stream.leave();
        }
        closeChannel();
    }

    private void closeChannel() throws IOException {
        stream.abandon();
        selector.close();
        channel.close();
    }
}
