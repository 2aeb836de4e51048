package dev.polyserve.conformance;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
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

/// A client of the contract's tests, TCP or Unix: every operation has a deadline, so a server that says nothing fails a test
/// instead of hanging it.
///
/// **Thread**: one at a time.
final class TestClient implements AutoCloseable {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final int NARROW_BYTES = 4 << 10;

    private final SocketChannel channel;
    private final Selector selector = Selector.open();
    private final SelectionKey key;
    private final ByteBuffer in = ByteBuffer.allocate(64 << 10).flip();

    private TestClient(SocketChannel channel) throws IOException {
        this.channel = channel;
        channel.configureBlocking(false);
        this.key = channel.register(selector, 0);
    }

    /// Connects.
    ///
    /// @throws IOException when nobody listens
    static TestClient to(SocketAddress address) throws IOException {
        return connected(address, address instanceof UnixDomainSocketAddress
                ? SocketChannel.open(StandardProtocolFamily.UNIX)
                : SocketChannel.open());
    }

    /// Connects, with so little room for what it has not read that even a short answer stays with the server (TCP).
    static TestClient narrow(SocketAddress address) throws IOException {
        SocketChannel channel = SocketChannel.open();
        channel.setOption(StandardSocketOptions.SO_RCVBUF, NARROW_BYTES);
        return connected(address, channel);
    }

    private static TestClient connected(SocketAddress address, SocketChannel channel) throws IOException {
        try {
            channel.connect(address);
            return new TestClient(channel);
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
        ByteBuffer left = ByteBuffer.wrap(bytes);
        while (left.hasRemaining()) {
            if (channel.write(left) == 0) {
                await(SelectionKey.OP_WRITE, PATIENCE_NANOS, "the server does not read");
            }
        }
    }

    void sendInPieces(byte[] bytes, Random random) throws IOException {
        for (byte[] piece : Rehearsal.randomPieces(bytes, random)) {
            send(piece);
        }
    }

    /// Sends what the system takes, until it has taken nothing for so long.
    ///
    /// @return how many bytes that was
    int sendUntilStuck(ByteBuffer bytes, Duration quiet) throws IOException {
        int before = bytes.remaining();
        while (bytes.hasRemaining() && (channel.write(bytes) > 0 || ready(SelectionKey.OP_WRITE, quiet.toNanos()))) {
            // It took some.
        }
        return before - bytes.remaining();
    }

    /// Sends the bytes while it reads, in one thread, until the answer is whole.
    byte[] exchange(ByteBuffer bytes, int answerBytes) throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        while (answer.size() < answerBytes) {
            boolean wrote = bytes.hasRemaining() && channel.write(bytes) > 0;
            int count = fillNow();
            if (count < 0) {
                throw new AssertionError("the server ended after " + answer.size() + " of " + answerBytes + " bytes");
            }
            int wanted = Math.min(in.remaining(), answerBytes - answer.size());
            answer.write(in.array(), in.position(), wanted);
            in.position(in.position() + wanted);
            if (!wrote && count == 0) {
                await(SelectionKey.OP_READ | (bytes.hasRemaining() ? SelectionKey.OP_WRITE : 0), PATIENCE_NANOS,
                        "after " + answer.size() + " of " + answerBytes + " bytes nothing more comes");
            }
        }
        return answer.toByteArray();
    }

    /// Ends our side.
    void end() throws IOException {
        channel.shutdownOutput();
    }

    /// Goes away in order, before the end of its test.
    void leave() throws IOException {
        close();
    }

    /// Resets the connection (TCP).
    void reset() throws IOException {
        channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        close();
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

    /// Exactly so many bytes.
    byte[] bytes(int count) throws IOException {
        return exchange(ByteBuffer.allocate(0), count);
    }

    /// Everything up to the server's end.
    byte[] toTheEnd() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        while (in.hasRemaining() || fill()) {
            all.write(in.array(), in.position(), in.remaining());
            in.position(in.limit());
        }
        return all.toByteArray();
    }

    /// Everything up to the server's end, while it sends a byte for every piece that it reads, as long as the server takes them.
    byte[] toTheEndWhileItSends() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer one = ByteBuffer.allocate(1);
        boolean taken = true;
        while (in.hasRemaining() || fill()) {
            all.write(in.array(), in.position(), in.remaining());
            in.position(in.limit());
            taken = taken && isTaken(one.clear());
        }
        return all.toByteArray();
    }

    private boolean isTaken(ByteBuffer bytes) {
        try {
            return channel.write(bytes) >= 0;
        } catch (IOException e) {
            // The server has closed the connection: what it has sent before is still to be read.
            return false;
        }
    }

    String textToTheEnd() throws IOException {
        return new String(toTheEnd(), StandardCharsets.UTF_8);
    }

    /// Whether nothing at all comes, neither bytes nor the end, for so long.
    boolean hearsNothingFor(Duration time) throws IOException {
        return !in.hasRemaining() && !ready(SelectionKey.OP_READ, time.toNanos());
    }

    /// Waits until the server has ended or reset the connection, whatever it says before.
    void awaitGone() throws IOException {
        try {
            toTheEnd();
        } catch (IOException e) {
            // Reset: gone as well.
            close();
        }
    }

    private int readByte() throws IOException {
        return in.hasRemaining() || fill() ? in.get() & 0xff : -1;
    }

    private boolean fill() throws IOException {
        int count;
        while ((count = fillNow()) == 0) {
            await(SelectionKey.OP_READ, PATIENCE_NANOS, "the server says nothing");
        }
        return count > 0;
    }

    private int fillNow() throws IOException {
        if (in.hasRemaining()) {
            return in.remaining();
        }
        int count = channel.read(in.clear());
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
        selector.close();
        channel.close();
    }
}
