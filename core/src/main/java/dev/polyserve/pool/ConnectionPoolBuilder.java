package dev.polyserve.pool;

import dev.polyserve.Client;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Describes a [ConnectionPool], from [ConnectionPool#to].
///
/// **Thread**: one at a time.
public final class ConnectionPoolBuilder {
    private final Client client;
    private int most = Math.max(8, 2 * Runtime.getRuntime().availableProcessors());
    private int least;
    private int mostWaiting = 1024;
    private Duration idle = Duration.ofSeconds(60);
    private Duration waits = Duration.ofSeconds(5);
    private @Nullable ConnectionCheck check;
    private Duration checkAfter = Duration.ZERO;

    ConnectionPoolBuilder(Client client) {
        if (client.proxyHeader() > 0) {
            throw new IllegalArgumentException(
                    "a PROXY header names one client, and a pooled connection serves several:"
                            + " use a client without withProxyHeader(…)");
        }
        this.client = client;
    }

    /// The most connections, in use or idle; the default is twice the number of processors, and at least 8. With fewer than
    /// event loops, most calls take the place of another loop's connection, and connect.
    public ConnectionPoolBuilder most(int connections) {
        most = positive("most", connections);
        return this;
    }

    /// How many connections [#idleAtMost] leaves open; the default is 0. They are begun by the calls that need them.
    public ConnectionPoolBuilder least(int connections) {
        if (connections < 0) {
            throw new IllegalArgumentException("least: " + connections + " is negative");
        }
        least = connections;
        return this;
    }

    /// How long a connection stays open that nothing uses; the default is 60 s. Shorter than the server's own limit: a server
    /// may end a connection just when it is used again.
    public ConnectionPoolBuilder idleAtMost(Duration limit) {
        idle = positive("idleAtMost", limit);
        return this;
    }

    /// How long a call waits for a connection while all are in use; the default is 5 s.
    public ConnectionPoolBuilder waitAtMost(Duration limit) {
        waits = positive("waitAtMost", limit);
        return this;
    }

    /// The most calls that wait at once; the default is 1,024.
    public ConnectionPoolBuilder mostWaiting(int calls) {
        mostWaiting = positive("mostWaiting", calls);
        return this;
    }

    /// Has the server asked, too, before a connection is used again that was idle for this time.
    public ConnectionPoolBuilder check(Duration idleFor, ConnectionCheck asks) {
        checkAfter = idleFor;
        check = asks;
        return this;
    }

    /// Creates the pool, without a connection yet.
    ///
    /// @throws IllegalArgumentException when there are to be fewer connections at most than at least
    public ConnectionPool open() {
        if (least > most) {
            throw new IllegalArgumentException("least: " + least + " is more than most: " + most);
        }
        return new ConnectionPool(client,
                new PoolSettings(most, least, mostWaiting, TimeUnit.NANOSECONDS.convert(idle),
                        TimeUnit.NANOSECONDS.convert(waits)),
                check, TimeUnit.NANOSECONDS.convert(checkAfter));
    }

    private static int positive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + ": " + value + " is not positive");
        }
        return value;
    }

    private static Duration positive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(
                    name + ": " + TimeUnit.MILLISECONDS.convert(value) + " ms is not positive");
        }
        return value;
    }
}
