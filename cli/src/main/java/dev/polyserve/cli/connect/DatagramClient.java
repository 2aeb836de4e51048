package dev.polyserve.cli.connect;

import dev.polyserve.Endpoint;
import dev.polyserve.cli.net.Dialer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.PortUnreachableException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One datagram a line, without its line ending; each reply is printed as a line.
///
/// After the end of input it waits for the last replies as long as it was told, and no longer.
///
/// **Thread**: [#run] on the caller's; replies are received on one of its own.
public final class DatagramClient {
    private static final System.Logger LOG = System.getLogger(DatagramClient.class.getName());
    private static final String EXIT = "exit";
    private static final int MAX_DATAGRAM_BYTES = 65_507;

    private final Endpoint.Udp endpoint;
    private final InputStream in;
    private final PrintStream out;
    private final boolean exitEnds;
    private final CountDownLatch refused = new CountDownLatch(1);
    private volatile @Nullable IOException failure;

    /// For this endpoint.
    ///
    /// @param exitEnds whether the line `exit` ends it instead of being sent: a person types
    public DatagramClient(Endpoint.Udp endpoint, InputStream in, PrintStream out, boolean exitEnds) {
        this.endpoint = endpoint;
        this.in = in;
        this.out = out;
        this.exitEnds = exitEnds;
    }

    /// Sends every line, and prints replies until `patience` after the last.
    ///
    /// @throws ConnectionFailure when the machine over there says that nobody listens
    public void run(Duration patience) {
        try {
            exchange(patience);
        } catch (PortUnreachableException e) {
            throw new ConnectionFailure("nobody listens at " + endpoint + ": is a server running there?", e);
        } catch (IOException e) {
            throw new ConnectionFailure("talking to " + endpoint + " failed: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ConnectionFailure("interrupted while waiting for " + endpoint, e);
        }
    }

    private void exchange(Duration patience) throws IOException, InterruptedException {
        Thread receiver;
        try (DatagramChannel channel = DatagramChannel.open()) {
            // Only one that is connected is told that nobody listens over there.
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true)
                    .connect(Dialer.resolve(endpoint.host(), endpoint.port()));
            receiver = Thread.ofPlatform().daemon().name("polyserve-replies").start(() -> receive(channel));
            send(channel);
            if (refused.await(patience.toNanos(), TimeUnit.NANOSECONDS)) {
                LOG.log(System.Logger.Level.DEBUG, "no reply can be received any more");
            }
        }
        receiver.join();
        IOException why = failure;
        if (why != null) {
            throw why;
        }
    }

    private void send(DatagramChannel channel) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next; (next = in.read()) >= 0 && failure == null;) {
            if (next == '\n') {
                if (exitEnds && line.toString(StandardCharsets.US_ASCII).equals(EXIT)) {
                    return;
                }
                send(channel, line);
            } else {
                line.write(next);
            }
        }
        if (line.size() > 0) {
            send(channel, line);
        }
    }

    private static void send(DatagramChannel channel, ByteArrayOutputStream line) throws IOException {
        byte[] bytes = line.toByteArray();
        line.reset();
        boolean carriageReturn = bytes.length > 0 && bytes[bytes.length - 1] == '\r';
        int length = carriageReturn ? bytes.length - 1 : bytes.length;
        if (length > MAX_DATAGRAM_BYTES) {
            throw new IOException("a line of " + length + " bytes is longer than a datagram can be");
        }
        if (length > 0) {
            channel.write(ByteBuffer.wrap(bytes, 0, length));
        } else {
            sendEmpty(channel);
        }
    }

    /// The JDK sends no datagram without bytes on a connected channel, so one that shares its address does.
    private static void sendEmpty(DatagramChannel channel) throws IOException {
        try (DatagramChannel twin = DatagramChannel.open()) {
            twin.setOption(StandardSocketOptions.SO_REUSEADDR, true).bind(channel.getLocalAddress());
            twin.send(ByteBuffer.allocate(0), channel.getRemoteAddress());
        }
    }

    private void receive(DatagramChannel channel) {
        byte[] bytes = new byte[MAX_DATAGRAM_BYTES + 1];
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        try {
            while (channel.isOpen()) {
                // The JDK takes a datagram without bytes for an end of input.
                int count = Math.max(0, channel.read(buffer.clear()));
                out.write(bytes, 0, count);
                if (count == 0 || bytes[count - 1] != '\n') {
                    out.write('\n');
                }
                out.flush();
            }
        } catch (ClosedChannelException _) {
            // The end of the wait for replies: run() has closed the channel.
            return;
        } catch (IOException e) {
            failure = e;
            refused.countDown();
        }
    }
}
