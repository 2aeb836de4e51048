package dev.polyserve.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.Endpoint;
import dev.polyserve.Model;
import dev.polyserve.Options;
import dev.polyserve.Server;
import dev.polyserve.spi.ServerProvider;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A server with a runner that starts slowly or fails.
@Timeout(20)
class DefaultServerTest {
    private final CountDownLatch starting = new CountDownLatch(1);
    private final CompletableFuture<Boolean> mayStart = new CompletableFuture<>();
    private final CompletableFuture<Consumer<? super IOException>> whenLost = new CompletableFuture<>();

    /// Runs before each call of a method of the runner.
    @FunctionalInterface
    private interface Before {
        void call(String method, Object argument) throws Exception;
    }

    private static Server bind(Before before, Endpoint... endpoints) throws IOException {
        ServerProvider.Setup setup = new ServerProvider.Setup(List.of(endpoints), Model.virtual(),
                new ServerProvider.Sequential(() -> _ -> {}), null, Options.defaults(), null, List.of(), List.of(),
                List.of(),
                null);
        return DefaultServer.bind(setup, (asked, context) -> {
            Runner runner = Runners.of(asked, context);
            return (Runner) Proxy.newProxyInstance(Runner.class.getClassLoader(), new Class<?>[]{Runner.class},
                    (_, method, arguments) -> {
                        before.call(method.getName(), arguments == null ? "" : arguments[0]);
                        try {
                            return method.invoke(runner, arguments);
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    });
        });
    }

    @SuppressWarnings("unchecked")
    private Server bindSlow() throws IOException {
        return bind((method, argument) -> {
            if (method.equals("start")) {
                whenLost.complete((Consumer<? super IOException>) argument);
                starting.countDown();
                if (!mayStart.get()) {
                    throw new IOException("it cannot start");
                }
            }
        }, new Endpoint.Tcp("127.0.0.1", 0));
    }

    private static CompletableFuture<Thread> beginning(CompletableFuture<?> ended, Server server, boolean starts) {
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        Thread.ofPlatform().start(() -> {
            thread.complete(Thread.currentThread());
            try {
                if (starts) {
                    server.start();
                } else {
                    server.close();
                }
                ended.complete(null);
            } catch (IOException | RuntimeException e) {
                ended.completeExceptionally(e);
            }
        });
        return thread;
    }

    /// Starts the server on another thread, and returns once its runner is starting.
    private CompletableFuture<?> startSlowly(Server server) throws InterruptedException {
        CompletableFuture<?> started = new CompletableFuture<>();
        var _ = beginning(started, server, true);
        starting.await();
        return started;
    }

    /// Starts or closes the server on another thread, and returns once that thread waits.
    private static CompletableFuture<?> waiting(Server server, boolean starts) throws Exception {
        CompletableFuture<?> ended = new CompletableFuture<>();
        awaitWaiting(beginning(ended, server, starts).get());
        return ended;
    }

    private static void awaitWaiting(Thread thread) throws InterruptedException {
        while (thread.getState() != Thread.State.WAITING) {
            assertThat(thread.getState()).isNotEqualTo(Thread.State.TERMINATED);
            Thread.sleep(1);
        }
    }

    @Test
    void closingWaitsWithoutSpinningForAStartThatGoesOn() throws Exception {
        try (Server server = bindSlow()) {
            CompletableFuture<?> started = startSlowly(server);
            CompletableFuture<?> closed = waiting(server, false);
            mayStart.complete(true);
            closed.get(10, TimeUnit.SECONDS);
            assertThatThrownBy(started::get).isInstanceOf(ExecutionException.class)
                    .hasRootCauseInstanceOf(IllegalStateException.class);
            assertThat(server.isStopped()).isTrue();
            requireFree(server.port());
        }
    }

    @Test
    void aSecondStartWaitsForTheFirstAndServes() throws Exception {
        try (Server server = bindSlow()) {
            CompletableFuture<?> first = startSlowly(server);
            CompletableFuture<?> second = waiting(server, true);
            assertThat(server.isAccepting()).isFalse();
            mayStart.complete(true);
            first.get(10, TimeUnit.SECONDS);
            second.get(10, TimeUnit.SECONDS);
            assertThat(server.isAccepting()).isTrue();
        }
    }

    @Test
    void aLoopThatIsLostDuringTheStartEndsTheServer() throws Exception {
        try (Server server = bindSlow()) {
            var _ = startSlowly(server);
            whenLost.get().accept(new IOException("lost"));
            mayStart.complete(true);
            assertThat(server.await(Duration.ofSeconds(10))).isTrue();
        }
    }

    @Test
    void aStartThatFailsLeavesAServerThatCanBeClosedMeanwhile() throws Exception {
        try (Server server = bindSlow()) {
            CompletableFuture<?> started = startSlowly(server);
            CompletableFuture<?> closed = waiting(server, false);
            mayStart.complete(false);
            closed.get(10, TimeUnit.SECONDS);
            assertThatThrownBy(started::get).hasRootCauseMessage("it cannot start");
            requireFree(server.port());
        }
    }

    @Test
    void anErrorWhileBindingLeavesNoPortOpen() throws Exception {
        int port = freePort();
        int other = freePort();
        assertThatThrownBy(() -> bind(new Before() {
            private boolean bound;

            @Override
            public void call(String method, Object argument) {
                if (bound && method.equals("loops")) {
                    bound = false;
                    throw new OutOfMemoryError("pretended");
                }
                bound |= method.equals("socketProvider");
            }
        }, new Endpoint.Tcp("127.0.0.1", port), new Endpoint.Tcp("127.0.0.1", other)))
                .isInstanceOf(OutOfMemoryError.class);
        requireFree(port);
        requireFree(other);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void requireFree(int port) throws IOException {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            assertThat(socket.isBound()).isTrue();
        }
    }
}
