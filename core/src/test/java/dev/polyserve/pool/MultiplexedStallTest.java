package dev.polyserve.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.Client;
import dev.polyserve.ConnectionException;
import dev.polyserve.Framing;
import dev.polyserve.TimedOutException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The end of a connection whose peer reads nothing, with a request half sent: no call waits for the limit of a stalled write, which is
/// far longer than the test.
@Timeout(60)
class MultiplexedStallTest {
    private static final Duration SHORT = Duration.ofMillis(50);
    private static final long LONG_SECONDS = 20;
    private static final Duration LONG = Duration.ofSeconds(LONG_SECONDS);
    private static final Duration STALL = Duration.ofMinutes(10);
    private static final int SOCKET_BYTES = 32 << 10;
    /// More than the buffers of both sockets.
    private static final String LARGE = "1 " + "x".repeat(4 << 20);

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final ServerSocket listening = new ServerSocket();
    private final CompletableFuture<Socket> stalled = new CompletableFuture<>();

    MultiplexedStallTest() throws IOException {
        listening.setReceiveBufferSize(SOCKET_BYTES);
        listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        threads.execute(this::serve);
    }

    @AfterEach
    void end() throws IOException {
        listening.close();
        threads.close();
    }

    /// Echoes one line on the first connection, and then reads no more of it; echoes everything on the second one.
    private void serve() {
        try {
            Socket first = listening.accept();
            int next;
            do {
                next = first.getInputStream().read();
                first.getOutputStream().write(next);
            } while (next != '\n');
            stalled.complete(first);
            try (Socket second = listening.accept()) {
                second.getInputStream().transferTo(second.getOutputStream());
            }
        } catch (IOException e) {
            stalled.completeExceptionally(e); // without effect when it is the end of the test
        }
    }

    private MultiplexedClient<String, String> client() {
        Client to = Client.to("tcp://127.0.0.1:" + listening.getLocalPort())
                .withOptions(o -> o.withLimits(l -> l.withSenderQueueBytes(2 * LARGE.length()))
                        .withSockets(s -> s.withBufferBytes(SOCKET_BYTES, SOCKET_BYTES))
                        .withTimeouts(t -> t.withWriteStall(STALL).withIdle(STALL)));
        return new MultiplexedClient<>(to, Framing.lines(), line -> line.substring(0, line.indexOf(' ')), 1);
    }

    /// Begins a request that the peer does not read, but for the first byte.
    private Future<String> stall(MultiplexedClient<String, String> client) throws Exception {
        assertThat(client.request("0 echo", LONG)).isEqualTo("0 echo");
        Future<String> request = threads.submit(() -> client.request(LARGE, LONG));
        assertThat(first().getInputStream().read()).isEqualTo('1');
        return request;
    }

    private Socket first() throws Exception {
        return stalled.get(LONG_SECONDS, TimeUnit.SECONDS);
    }

    private static void assertLost(Future<String> request) {
        assertThatThrownBy(() -> request.get(LONG_SECONDS, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(ConnectionException.class);
    }

    @Test
    void shouldReplaceAConnectionWithOnlyLateRequests() throws Exception {
        try (MultiplexedClient<String, String> client = client()) {
            assertThat(client.request("0 echo", LONG)).isEqualTo("0 echo");
            try (Socket _ = first()) {
                assertThatThrownBy(() -> client.request(LARGE, SHORT)).isInstanceOf(TimedOutException.class);
                assertThat(client.request("2 echo", LONG)).isEqualTo("2 echo");
                assertThat(client.stats().connected()).isEqualTo(2);
            }
        }
    }

    @Test
    void shouldFailItsRequestsWhenThePeerEnds() throws Exception {
        try (MultiplexedClient<String, String> client = client()) {
            Future<String> lost = stall(client);
            try (Socket first = first()) {
                first.shutdownOutput();
                assertLost(lost);
                assertThat(client.request("2 echo", LONG)).isEqualTo("2 echo");
                assertThat(client.stats().failed()).isEqualTo(1);
            }
        }
    }

    @Test
    void shouldFailItsRequestsWhenItIsClosed() throws Exception {
        MultiplexedClient<String, String> client = client();
        Future<String> lost = stall(client);
        try (Socket _ = first()) {
            client.close();
            assertLost(lost);
        }
    }
}
