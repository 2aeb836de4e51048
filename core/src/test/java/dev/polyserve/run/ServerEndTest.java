package dev.polyserve.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Cause;
import dev.polyserve.Connection;
import dev.polyserve.ConnectionInfo;
import dev.polyserve.Input;
import dev.polyserve.Model;
import dev.polyserve.Output;
import dev.polyserve.Protocol;
import dev.polyserve.Sender;
import dev.polyserve.RequestResult;
import dev.polyserve.Server;
import dev.polyserve.ServerBuilder;
import dev.polyserve.ServerListener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Everything comes to an end: calls, conversations, coroutines.
@Timeout(20)
class ServerEndTest {
    private final CompletableFuture<Cause> cause = new CompletableFuture<>();
    private final CompletableFuture<ConnectionInfo> opened = new CompletableFuture<>();

    @Test
    void closeEndsTheWaitForOneRequest() throws Exception {
        try (Server server = at(Model.virtual()).handle(_ -> {
        }).bind()) {
            CompletableFuture<RequestResult> served = waitingRequest(server, 10);
            server.drain(Duration.ofMillis(100));
            assertThat(served.get(5, TimeUnit.SECONDS)).isEqualTo(RequestResult.TIMED_OUT);
        }
    }

    @Test
    void oneClientIsOneRequestHoweverManyWaitForIt() throws Exception {
        try (Server server = at(Model.virtual()).handle(_ -> {
        }).bind()) {
            var first = waitingRequest(server, 1);
            var second = waitingRequest(server, 1);
            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                assertThat(new RequestResult[]{first.get(), second.get()})
                        .containsExactlyInAnyOrder(RequestResult.SERVED, RequestResult.TIMED_OUT);
                assertThat(client.isConnected()).isTrue();
            }
        }
    }

    @Test
    void drainTakesTheLongestTimeThereIs() throws Exception {
        try (Server server = at(Model.virtual()).handle(_ -> {
        }).start()) {
            assertThat(server.drain(Duration.ofSeconds(Long.MAX_VALUE)).aborted()).isZero();
        }
    }

    @Test
    void aProtocolThatPassesItsBufferLimitIsEnded() throws Exception {
        try (Server server = at(Model.nio())
                .options(o -> o.withLimits(limits -> limits.withBufferBytes(8192, 1 << 20)))
                .protocol(() -> new Hoarder(cause)).start();
                Socket client = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            client.getOutputStream().write(new byte[20_000]);
            assertThat(cause.get(5, TimeUnit.SECONDS)).isInstanceOf(Cause.LimitReached.class);
        }
    }

    @Test
    void aHalfOpenProtocolEndsWhenItsSenderFindsThePeerGone() throws Exception {
        CompletableFuture<Sender> sender = new CompletableFuture<>();
        try (Server server = at(Model.virtual()).protocol(() -> new Hoarder(cause) {
            @Override
            public void ended(Output output) {
                sender.complete(output.sender());
            }
        }).start()) {
            Socket client = new Socket(InetAddress.getLoopbackAddress(), server.port());
            client.shutdownOutput();
            Sender toClient = sender.get(5, TimeUnit.SECONDS);
            client.setSoLinger(true, 0);
            client.close();
            while (toClient.isOpen()) {
                // Also while its queue is full: until the system reports that the peer is gone.
                toClient.offer("are you there?");
                Thread.onSpinWait();
            }
            assertThat(cause.get(5, TimeUnit.SECONDS)).isInstanceOf(Cause.PeerReset.class);
        }
    }

    @Test
    void aCoroutineUnwindsThoughItsLoopHasEnded() throws Exception {
        try (Server server = at(Model.nio()).handle(ServerEndTest::unwindSlowly).start();
                Socket client = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            client.getOutputStream().write('x');
            opened.get(5, TimeUnit.SECONDS);
            server.drain(Duration.ofMillis(100));
            assertThat(cause.get(5, TimeUnit.SECONDS)).isInstanceOf(Cause.Stopped.class);
        }
    }

    @Test
    void anotherConnectionsEndIsAFailure() throws Exception {
        CompletableFuture<Sender> over = new CompletableFuture<>();
        try (Server server = at(Model.virtual()).handle(connection -> {
            if (!over.complete(connection.sender())) {
                over.get().send(ByteBuffer.allocate(1), Duration.ofMillis(1));
            }
        }).start()) {
            assertThat(readToEnd(server)).isEqualTo(-1);
            assertThat(readToEnd(server)).isEqualTo(-1);
            assertThat(server.await(Duration.ofMillis(100))).isFalse();
            assertThat(server.stats().failed()).isEqualTo(1);
        }
    }

    private ServerBuilder at(Model model) {
        return Server.at("tcp://127.0.0.1:0").model(model)
                .options(o -> o.withTimeouts(times -> times.withClose(Duration.ofMillis(100))))
                .listener(new ServerListener() {
                    @Override
                    public void opened(ConnectionInfo connection) {
                        opened.complete(connection);
                    }

                    @Override
                    public void closed(ConnectionInfo connection, Cause why) {
                        cause.complete(why);
                    }
                });
    }

    private static int readToEnd(Server server) throws IOException {
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            return client.getInputStream().read();
        }
    }

    /// Starts a thread that calls `handleRequest`, and returns once that call waits.
    private static CompletableFuture<RequestResult> waitingRequest(Server server, int seconds) {
        CompletableFuture<RequestResult> served = new CompletableFuture<>();
        Thread waiting = Thread.ofPlatform().start(() -> served.complete(handleRequest(server, seconds)));
        while (waiting.getState() != Thread.State.TIMED_WAITING && waiting.isAlive()) {
            Thread.onSpinWait();
        }
        return served;
    }

    private static RequestResult handleRequest(Server server, int seconds) {
        try {
            return server.handleRequest(Duration.ofSeconds(seconds));
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void unwindSlowly(Connection connection) throws Exception {
        try {
            connection.readLine();
        } finally {
            long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(800);
            while (System.nanoTime() - until < 0) {
                try {
                    Thread.sleep(10);
                } catch (InterruptedException e) {
                    assert connection.draining() : "it insists";
                }
            }
        }
    }

    /// Consumes nothing.
    private static class Hoarder implements Protocol {
        private final CompletableFuture<Cause> ended;

        Hoarder(CompletableFuture<Cause> ended) {
            this.ended = ended;
        }

        @Override
        public void received(Input input, Output output) {
            // It stays in the buffer.
        }

        @Override
        public void closed(Cause why) {
            ended.complete(why);
        }
    }
}
