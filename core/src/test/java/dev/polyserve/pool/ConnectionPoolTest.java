package dev.polyserve.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.Client;
import dev.polyserve.Connection;
import dev.polyserve.Endpoint;
import dev.polyserve.Framing;
import dev.polyserve.Handler;
import dev.polyserve.Model;
import dev.polyserve.Protocol;
import dev.polyserve.Server;
import dev.polyserve.TimedOutException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Threads outside of servers take connections from a pool.
@Timeout(60)
class ConnectionPoolTest {
    private static final Duration SHORT = Duration.ofMillis(50);
    private static final long LONG_SECONDS = 20;
    private static final Duration LONG = Duration.ofSeconds(LONG_SECONDS);
    private static final Duration PAUSE = Duration.ofMillis(500);

    private static Server serve(Handler handler) throws IOException {
        return Server.at("tcp://127.0.0.1:0").model(Model.virtual()).handle(handler).start();
    }

    /// Answers each line with the number of its connection and the line.
    private static Server numbering() throws IOException {
        return serve(client -> {
            // In the order of the connections, unlike that in which their handlers begin.
            long number = client.info().id();
            for (String line; (line = client.readLine()) != null;) {
                client.writeLine(number + " " + line);
            }
        });
    }

    private static ConnectionPoolBuilder to(Server server) {
        return ConnectionPool.to(Client.to(server.endpoints().getFirst()));
    }

    private static String ask(ConnectionPool pool, String line) throws IOException, InterruptedException {
        return pool.call(connection -> exchange(connection, line));
    }

    private static String exchange(Connection connection, String line) throws IOException {
        connection.writeLine(line);
        return String.valueOf(connection.readLine());
    }

    private static void await(BooleanSupplier happened) {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(LONG_SECONDS);
        while (!happened.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(until);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
        }
    }

    @Test
    void shouldUseTheSameConnectionOneExchangeAfterAnother() throws Exception {
        try (Server server = numbering(); ConnectionPool pool = to(server).open()) {
            for (int i = 0; i < 3; i++) {
                assertThat(ask(pool, "line " + i)).isEqualTo("1 line " + i);
            }
            assertThat(pool.stats().open()).isEqualTo(1);
            assertThat(pool.stats().idle()).isEqualTo(1);
            assertThat(pool.stats().reused()).isEqualTo(2);
        }
    }

    @Test
    void shouldCloseAConnectionWithinAnExchange() throws Exception {
        try (Server server = numbering(); ConnectionPool pool = to(server).open()) {
            assertThatThrownBy(() -> pool.call(connection -> {
                connection.writeLine("asked");
                throw new IllegalStateException("boom");
            })).hasMessage("boom");
            assertThat(ask(pool, "whole")).isEqualTo("2 whole");
            PooledConnection unread = pool.acquire();
            unread.writeLine("not read");
            unread.release();
            assertThat(ask(pool, "whole")).isEqualTo("3 whole");
            PooledConnection half = pool.acquire();
            half.writeLine("half");
            assertThat(half.readByte()).isEqualTo('3');
            half.release();
            assertThat(ask(pool, "whole")).isEqualTo("4 whole");
            assertThatThrownBy(half::readLine).isInstanceOf(IllegalStateException.class);
            PooledConnection late = pool.acquire();
            late.readTimeout(SHORT);
            assertThatThrownBy(late::readLine).isInstanceOf(TimedOutException.class);
            late.release();
            assertThat(ask(pool, "whole")).isEqualTo("5 whole");
        }
    }

    @Test
    void shouldForgetWhatACallHasSet() throws Exception {
        try (Server server = serve(client -> {
            for (String line; (line = client.readLine()) != null;) {
                TimeUnit.MILLISECONDS.sleep(line.equals("slow") ? PAUSE.toMillis() + 100 : 0);
                client.writeLine(line);
            }
        }); ConnectionPool pool = to(server).open()) {
            try (PooledConnection connection = pool.acquire()) {
                assertThat(exchange(connection, "fast")).isEqualTo("fast");
                connection.readTimeout(SHORT);
                connection.deadline(PAUSE);
                connection.release();
            }
            assertThat(ask(pool, "slow")).isEqualTo("slow");
            assertThat(pool.stats().connected()).isEqualTo(1);
        }
    }

    @Test
    void shouldEndIdleConnectionsButTheLeast() throws Exception {
        try (Server server = numbering();
                ConnectionPool pool = to(server).least(1).idleAtMost(SHORT).open();
                PooledConnection first = pool.acquire();
                PooledConnection second = pool.acquire();
                PooledConnection third = pool.acquire()) {
            first.release();
            second.release();
            third.release();
            await(() -> pool.stats().open() == 1);
            assertThat(pool.stats().evicted()).isEqualTo(2);
            await(() -> server.connections().size() == 1);
            assertThat(ask(pool, "goes on")).endsWith("goes on");
            assertThat(pool.stats().connected()).isEqualTo(3);
        }
    }

    @Test
    void shouldRefuseACallThatWaitsTooLong() throws Exception {
        try (Server server = numbering();
                ConnectionPool pool = to(server).most(1).waitAtMost(SHORT).open();
                PooledConnection held = pool.acquire()) {
            assertThatThrownBy(pool::acquire).isInstanceOf(TimedOutException.class);
            assertThat(pool.stats().refused()).isEqualTo(1);
            assertThat(pool.stats().waiting()).isZero();
            assertThat(exchange(held, "still usable")).isEqualTo("1 still usable");
        }
    }

    @Test
    void shouldRefuseACallBehindTooManyThatWait() throws Exception {
        try (Server server = numbering();
                ConnectionPool pool = to(server).most(1).mostWaiting(1).waitAtMost(LONG).open();
                PooledConnection held = pool.acquire()) {
            CompletableFuture<String> waits = new CompletableFuture<>();
            Thread.ofVirtual().start(() -> waits.complete(asked(pool)));
            await(() -> pool.stats().waiting() == 1);
            assertThatThrownBy(pool::acquire).isInstanceOf(IOException.class).hasMessageContaining("do already (1)");
            held.release();
            assertThat(waits.get(LONG_SECONDS, TimeUnit.SECONDS)).isEqualTo("1 waited");
        }
    }

    private static String asked(ConnectionPool pool) {
        try {
            return ask(pool, "waited");
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void shouldEndAWaitThatIsInterrupted() throws Exception {
        try (Server server = numbering();
                ConnectionPool pool = to(server).most(1).open();
                PooledConnection held = pool.acquire()) {
            AtomicBoolean interrupted = new AtomicBoolean();
            Thread waits = Thread.ofVirtual().start(() -> {
                try {
                    pool.acquire().release();
                } catch (InterruptedException e) {
                    interrupted.set(true);
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            await(() -> pool.stats().waiting() == 1);
            waits.interrupt();
            waits.join();
            assertThat(interrupted).isTrue();
            assertThat(exchange(held, "x")).isEqualTo("1 x");
            held.release();
            assertThat(ask(pool, "free again")).isEqualTo("1 free again");
        }
    }

    @Test
    void shouldAskTheServerWhetherAnIdleConnectionStillAnswers() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        try (Server server = numbering();
                ConnectionPool pool = to(server).check(Duration.ZERO, connection -> {
                    asked.incrementAndGet();
                    return exchange(connection, "ping").startsWith("2");
                }).open()) {
            assertThat(ask(pool, "a")).isEqualTo("1 a");
            assertThat(ask(pool, "b")).isEqualTo("2 b");
            assertThat(ask(pool, "c")).isEqualTo("2 c");
            assertThat(asked).hasValue(2);
            assertThat(pool.stats().stale()).isEqualTo(1);
        }
    }

    @Test
    void shouldGiveThePlaceOfAFailedConnectToTheNext() throws Exception {
        Endpoint nothing;
        try (Server server = numbering()) {
            nothing = server.endpoints().getFirst();
        }
        try (ConnectionPool pool = ConnectionPool.to(Client.to(nothing)).most(1).open()) {
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(pool::acquire).isInstanceOf(java.net.ConnectException.class);
            }
            assertThat(pool.stats().open()).isZero();
        }
    }

    @Test
    void shouldEndWaitsAndIdleConnectionsWhenItIsClosed() throws Exception {
        try (Server server = numbering()) {
            ConnectionPool pool = to(server).most(1).open();
            PooledConnection used = pool.acquire();
            CompletableFuture<Throwable> waits = acquires(pool);
            await(() -> pool.stats().waiting() == 1);
            pool.close();
            pool.close();
            assertThat(waits.get(LONG_SECONDS, TimeUnit.SECONDS)).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("closed");
            assertThat(exchange(used, "ends its exchange")).endsWith("ends its exchange");
            used.release();
            await(() -> server.connections().isEmpty());
            assertThatThrownBy(pool::acquire).isInstanceOf(IllegalStateException.class);
            ConnectionPool idle = to(server).open();
            assertThat(ask(idle, "x")).isEqualTo("2 x");
            idle.close();
            await(() -> server.connections().isEmpty());
        }
    }

    /// What an acquire in another thread throws.
    private static CompletableFuture<Throwable> acquires(ConnectionPool pool) {
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                thrown.completeExceptionally(new AssertionError("it got one: " + pool.acquire().info().id()));
            } catch (IOException | InterruptedException | RuntimeException e) {
                thrown.complete(e);
            }
        });
        return thrown;
    }

    /// Each call gets the answer to its own request, or fails; none gets another one's.
    @Test
    void shouldSurviveRestartsOfTheServer() throws Exception {
        Server first = numbering();
        Endpoint endpoint = first.endpoints().getFirst();
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger answered = new AtomicInteger();
        try (ConnectionPool pool = ConnectionPool.to(Client.to(endpoint)).most(4).waitAtMost(LONG).open();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            CountDownLatch begun = new CountDownLatch(8);
            List<Future<Integer>> callers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                int caller = i;
                callers.add(threads.submit(() -> callUntil(over, pool, caller, begun, answered)));
            }
            assertThat(begun.await(LONG_SECONDS, TimeUnit.SECONDS)).isTrue();
            for (int i = 0; i < 4; i++) {
                first.close();
                first = Server.at(endpoint).model(Model.virtual()).handle(client -> {
                    for (String line; (line = client.readLine()) != null;) {
                        client.writeLine("again " + line);
                    }
                }).start();
                int before = answered.get();
                await(() -> answered.get() > before + 20);
            }
            over.set(true);
            for (Future<Integer> caller : callers) {
                assertThat(caller.get(LONG_SECONDS, TimeUnit.SECONDS)).isPositive();
            }
            assertThat(pool.stats().open()).isLessThanOrEqualTo(4);
            assertThat(pool.stats().idle()).isEqualTo(pool.stats().open());
        } finally {
            first.close();
        }
    }

    private static int callUntil(AtomicBoolean over, ConnectionPool pool, int caller, CountDownLatch begun,
            AtomicInteger answered) throws InterruptedException {
        int count = 0;
        for (int i = 0; !over.get(); i++) {
            String line = caller + " " + i;
            try {
                String answer = ask(pool, line);
                if (!answer.equals("null")) { // the server has ended instead of an answer
                    assertThat(answer).endsWith(" " + line);
                    answered.incrementAndGet();
                    count++;
                }
            } catch (IOException e) {
                assertThat(e).isNotInstanceOf(TimedOutException.class);
            }
            if (i == 0) {
                begun.countDown();
            }
        }
        return count;
    }

    @Test
    void shouldMoveAPlaceToAnotherEventLoop() throws Exception {
        try (Server server = numbering();
                ConnectionPool pool = to(server).most(1).open();
                Server gateway = Server.at("tcp://127.0.0.1:0").model(Model.nio(2))
                        .handle(client -> forward(client, pool)).start();
                Connection one = Client.to(gateway.endpoints().getFirst()).connect();
                Connection other = Client.to(gateway.endpoints().getFirst()).connect()) {
            assertThat(exchange(one, "a")).isEqualTo("1 a");
            assertThat(exchange(one, "b")).isEqualTo("1 b");
            assertThat(exchange(other, "c")).isEqualTo("2 c");
            assertThat(exchange(one, "d")).isEqualTo("3 d");
            assertThat(ask(pool, "outside")).isEqualTo("4 outside");
            assertThat(pool.stats().evicted()).isEqualTo(3);
            assertThat(pool.stats().open()).isEqualTo(1);
        }
    }

    private static void forward(Connection client, ConnectionPool pool) throws IOException, InterruptedException {
        for (String line; (line = client.readLine()) != null;) {
            String request = line;
            client.writeLine(pool.call(client, connection -> exchange(connection, request)));
        }
    }

    @Test
    void shouldRefuseAProtocolWhichMustNotWait() throws Exception {
        try (Server server = numbering();
                ConnectionPool pool = to(server).open();
                Server gateway = Server.at("tcp://127.0.0.1:0").model(Model.nio())
                        .protocol(() -> Protocol.framed(Framing.lines(), (_, client) -> {
                            try {
                                client.writeLine("got " + pool.acquire(client).info().id());
                            } catch (IllegalArgumentException e) {
                                client.writeLine("refused");
                            }
                        })).start();
                Connection client = Client.to(gateway.endpoints().getFirst()).connect()) {
            assertThat(exchange(client, "asks")).isEqualTo("refused");
        }
    }

    @Test
    void shouldRefuseAProxyHeaderAndLessThanTheLeast() {
        assertThatThrownBy(() -> ConnectionPool.to(Client.to("tcp://127.0.0.1:1").withProxyHeader(2)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("PROXY");
        assertThatThrownBy(() -> ConnectionPool.to("tcp://127.0.0.1:1").least(9).open())
                .isInstanceOf(IllegalArgumentException.class);
    }
}
