package dev.polyserve.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.Client;
import dev.polyserve.Connection;
import dev.polyserve.Model;
import dev.polyserve.Output;
import dev.polyserve.Server;
import dev.polyserve.spi.ConnectionOwner;
import dev.polyserve.spi.PoolableConnection;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The places of a pool, from one call to the next.
@Timeout(60)
class ConnectionPoolPlaceTest {
    private static final long LONG_SECONDS = 20;
    private static final Duration LONG = Duration.ofSeconds(LONG_SECONDS);

    @AutoClose
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private static Server server() throws IOException {
        return Server.at("tcp://127.0.0.1:0").model(Model.virtual()).handle(client -> {
            for (String line; (line = client.readLine()) != null;) {
                client.writeLine(line);
            }
        }).start();
    }

    private static ConnectionPoolBuilder to(Server server) {
        return ConnectionPool.to(Client.to(server.endpoints().getFirst())).most(1).waitAtMost(LONG);
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

    /// A handler whose new connections fail as soon as they are connected.
    private static Output failing(AtomicInteger abandoned) {
        ClassLoader loader = ConnectionOwner.class.getClassLoader();
        Object connection = Proxy.newProxyInstance(loader, new Class<?>[]{PoolableConnection.class},
                (_, method, _) -> switch (method.getName()) {
                    case "whenOver" -> throw new IllegalStateException("no memory");
                    case "abandon" -> {
                        abandoned.incrementAndGet();
                        yield null;
                    }
                    default -> throw new AssertionError(method);
                });
        return (Output) Proxy.newProxyInstance(loader, new Class<?>[]{Output.class, ConnectionOwner.class},
                (_, method, _) -> switch (method.getName()) {
                    case "home" -> "here";
                    case "connect" -> connection;
                    default -> throw new AssertionError(method);
                });
    }

    @Test
    void shouldFreeThePlaceOfAConnectionThatFailsAfterItsConnect() {
        AtomicInteger abandoned = new AtomicInteger();
        try (ConnectionPool pool = ConnectionPool.to("tcp://127.0.0.1:1").most(1).open()) {
            for (int i = 1; i <= 2; i++) {
                assertThatThrownBy(() -> pool.acquire(failing(abandoned))).hasMessage("no memory");
                assertThat(abandoned).hasValue(i);
                assertThat(pool.stats().open()).isZero();
            }
        }
    }

    @Test
    void shouldNotCheckAConnectionThatACallWaitedFor() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        try (Server server = server();
                ConnectionPool pool = to(server).check(Duration.ofHours(1), _ -> asked.incrementAndGet() > 0).open()) {
            PooledConnection held = pool.acquire();
            assertThat(exchange(held, "a")).isEqualTo("a");
            Future<String> waits = threads.submit(() -> pool.call(connection -> exchange(connection, "b")));
            await(() -> pool.stats().waiting() == 1);
            held.release();
            assertThat(waits.get(LONG_SECONDS, TimeUnit.SECONDS)).isEqualTo("b");
            assertThat(pool.stats().reused()).isEqualTo(1);
            assertThat(asked).hasValue(0);
        }
    }
}
