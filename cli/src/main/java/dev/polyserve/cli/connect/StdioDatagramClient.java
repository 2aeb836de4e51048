package dev.polyserve.cli.connect;

import dev.polyserve.Endpoint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.PortUnreachableException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Sends each line as one datagram, over UDP or a Unix socket, without its line ending, and prints each reply as a
/// line.
///
/// After the end of input it waits a fixed time for the last replies.
///
/// **Thread**: [#run] runs on the caller's; replies are received on a thread of its own.
public final class StdioDatagramClient {
    private static final System.Logger LOG = System.getLogger(StdioDatagramClient.class.getName());
    private static final String EXIT = "exit";
    private static final int MAX_DATAGRAM_BYTES = 65_507;

    private final Endpoint endpoint;
    private final InputStream in;
    private final PrintStream out;
    private final boolean exitEnds;
    private final CountDownLatch refused = new CountDownLatch(1);
    private volatile @Nullable IOException failure;

    /// Creates a client for an endpoint.
    ///
    /// @param exitEnds true on a terminal: the line `exit` ends the client instead of being sent
    public StdioDatagramClient(Endpoint endpoint, InputStream in, PrintStream out, boolean exitEnds) {
        this.endpoint = endpoint;
        this.in = in;
        this.out = out;
        this.exitEnds = exitEnds;
    }

    /// Sends every line, and prints replies until `replyTimeout` after the last line.
    ///
    /// @throws ConnectCommandException when the peer's machine reports that the port is closed
    public void run(Duration replyTimeout) {
        try {
            exchange(replyTimeout);
        } catch (PortUnreachableException e) {
            throw new ConnectCommandException("connection refused by " + endpoint + ": is a server running there?", e);
        } catch (IOException e) {
            throw new ConnectCommandException("the exchange with " + endpoint + " failed: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ConnectCommandException("interrupted while waiting for " + endpoint, e);
        }
    }

    private void exchange(Duration replyTimeout) throws IOException, InterruptedException {
        Thread receiver;
        try (ClientDatagramSocket link = open()) {
            receiver = Thread.ofPlatform().daemon().name("polyserve-replies").start(() -> receive(link));
            send(link);
            if (refused.await(replyTimeout.toNanos(), TimeUnit.NANOSECONDS)) {
                LOG.log(System.Logger.Level.DEBUG, "the peer has reported a closed port");
            }
        }
        receiver.join();
        IOException why = failure;
        if (why != null) {
            throw why;
        }
    }

    private ClientDatagramSocket open() throws IOException, InterruptedException {
        return switch (endpoint) {
            case Endpoint.Udp udp -> UdpClientSocket.to(udp);
            case Endpoint.UnixDatagram unix -> UnixDatagramClientSocket.to(unix);
            case Endpoint.Tcp _, Endpoint.Tls _, Endpoint.Unix _, Endpoint.Inherited _ ->
                throw new IllegalArgumentException(endpoint + " is not a datagram endpoint");
        };
    }

    private void send(ClientDatagramSocket link) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next; (next = in.read()) >= 0 && failure == null;) {
            if (next == '\n') {
                if (exitEnds && line.toString(StandardCharsets.US_ASCII).equals(EXIT)) {
                    return;
                }
                send(link, line);
            } else {
                line.write(next);
            }
        }
        if (line.size() > 0) {
            send(link, line);
        }
    }

    private static void send(ClientDatagramSocket link, ByteArrayOutputStream line) throws IOException {
        byte[] bytes = line.toByteArray();
        line.reset();
        boolean carriageReturn = bytes.length > 0 && bytes[bytes.length - 1] == '\r';
        int length = carriageReturn ? bytes.length - 1 : bytes.length;
        if (length > MAX_DATAGRAM_BYTES) {
            throw new IOException("a line of " + length + " bytes does not fit into a datagram");
        }
        link.send(ByteBuffer.wrap(bytes, 0, length));
    }

    private void receive(ClientDatagramSocket link) {
        byte[] bytes = new byte[MAX_DATAGRAM_BYTES + 1];
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        try {
            while (true) {
                int count = link.receive(buffer.clear());
                out.write(bytes, 0, count);
                if (count == 0 || bytes[count - 1] != '\n') {
                    out.write('\n');
                }
                out.flush();
            }
        } catch (ClosedChannelException _) {
            // run() closed the channel at the end of the wait for replies.
            return;
        } catch (IOException e) {
            failure = e;
            refused.countDown();
        }
    }
}
