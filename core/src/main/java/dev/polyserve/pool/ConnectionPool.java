package dev.polyserve.pool;

import dev.polyserve.Client;
import dev.polyserve.Output;
import dev.polyserve.TimedOutException;
import dev.polyserve.spi.ConnectionOwner;
import dev.polyserve.spi.PoolableConnection;
import dev.polyserve.spi.ServerProvider;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Connections to one server that stay open between the handlers, messages or threads which use them, one at a time:
///
/// ```java
/// ConnectionPool redis = ConnectionPool.to("tcp://127.0.0.1:6379").most(16).open();
/// Server.at("tcp://127.0.0.1:8888").messages(Framing.lines(), (key, client) ->
///         client.writeLine(redis.call(client, connection -> {
///             connection.writeLine("INCR " + key);
///             return connection.readLine();
///         })));
/// ```
///
/// A connection comes back only after a whole exchange. If the exchange throws, or its handler ends within it, or bytes of it
/// are left, the connection is closed, and the next call gets another one. Before an idle connection is used again, the
/// pool checks that its server has not ended it. A server can still end it while a request is under way: then the exchange throws,
/// and it is not repeated, because the request may have had its effect.
///
/// A connection stays where it was begun: on its event loop, or with its server. Servers may share a pool. It does not outlive
/// the server in whose handler it was begun.
///
/// **Thread**: any. A handler on an event loop waits as a coroutine. A [dev.polyserve.Protocol] cannot wait, and has no connection.
public final class ConnectionPool implements AutoCloseable {
    private final Client client;
    private final PoolSettings settings;
    private final @Nullable ConnectionCheck check;
    private final long checkAfterNanos;
    private final PoolPlaces places;

    ConnectionPool(Client client, PoolSettings settings, @Nullable ConnectionCheck check, long checkAfterNanos) {
        this.client = client;
        this.settings = settings;
        this.check = check;
        this.checkAfterNanos = checkAfterNanos;
        this.places = new PoolPlaces(settings);
    }

    /// A pool of connections to this server.
    public static ConnectionPoolBuilder to(Client client) {
        return new ConnectionPoolBuilder(client);
    }

    /// As [#to(Client)], with the text of the endpoint.
    public static ConnectionPoolBuilder to(String endpoint) {
        return to(Client.to(endpoint));
    }

    /// Runs a request and its answer on a connection of a handler. When the exchange returns, it is whole, and the connection can be
    /// used by others; when it throws, the connection is closed.
    ///
    /// @param handler what the calling handler writes its answers to: its [dev.polyserve.Connection], or the
    ///     [Output] of its message
    /// @throws IOException as [#acquire(Output)]
    public <T extends @Nullable Object, E extends Exception> T call(Output handler, Exchange<T, E> exchange)
            throws E, IOException, InterruptedException {
        return call(acquire(handler), exchange);
    }

    /// As [#call(Output, Exchange)], for a thread outside of servers.
    public <T extends @Nullable Object, E extends Exception> T call(Exchange<T, E> exchange)
            throws E, IOException, InterruptedException {
        return call(acquire(), exchange);
    }

    private static <T extends @Nullable Object, E extends Exception> T call(PooledConnection connection,
            Exchange<T, E> exchange) throws E, IOException {
        boolean whole = false;
        try {
            T result = exchange.run(connection);
            whole = true;
            return result;
        } finally {
            if (whole) {
                connection.release();
            } else {
                connection.abandon();
            }
        }
    }

    /// Takes a connection for a handler, and waits for one at most [ConnectionPoolBuilder#waitAtMost]; a new one is connected as the
    /// [Client] says.
    /// [PooledConnection#release] gives it back; what the handler has not given back at its end is closed.
    ///
    /// @param handler as in [#call(Output, Exchange)]
    /// @throws TimedOutException when no connection is free in time
    /// @throws IOException with one sentence, when too many calls wait already
    /// @throws java.net.ConnectException when a new connection is not connected in time
    /// @throws IllegalArgumentException when the output is a protocol's, which must not wait
    /// @throws IllegalStateException when the pool is closed
    public PooledConnection acquire(Output handler) throws IOException, InterruptedException {
        if (!(handler instanceof ConnectionOwner owner)) {
            throw new IllegalArgumentException(
                    "a connection of a pool is for a handler, which may wait, and " + handler + " is none: outside"
                            + " of servers, call acquire()");
        }
        return acquire(owner);
    }

    /// As [#acquire(Output)], for a thread outside of servers, which closes it or gives it back.
    public PooledConnection acquire() throws IOException, InterruptedException {
        return acquire(ServerProvider.load().thread());
    }

    private PooledConnection acquire(ConnectionOwner owner) throws IOException, InterruptedException {
        Object home = owner.home();
        long untilNanos = System.nanoTime() + settings.waitNanos();
        PoolGrant grant = places.ask(home);
        while (true) {
            switch (grant) {
                case PoolGrant.Closed _ -> throw new IllegalStateException("the pool is closed: " + this);
                case PoolGrant.Refused _ -> throw new IOException("as many calls as may wait for a connection to "
                        + client.endpoint() + " do already (" + settings.mostWaiting() + "); allow more connections");
                case PoolGrant.Wait(PoolWaiter waiter) -> grant = await(waiter, untilNanos);
                case PoolGrant.Place(PoolEntry before) -> {
                    if (before != null) {
                        before.connection.endUnowned();
                    }
                    return connect(owner, home);
                }
                case PoolGrant.Reuse(PoolEntry entry) -> {
                    if (isUsable(entry, owner, untilNanos)) {
                        places.reused(entry);
                        return new PooledConnection(this, entry, owner);
                    }
                    grant = places.askAgain(home);
                }
            }
        }
    }

    private PoolGrant await(PoolWaiter waiter, long untilNanos) throws IOException, InterruptedException {
        PoolGrant grant = waiter.await(untilNanos);
        if (grant == null) {
            grant = places.leave(waiter);
        }
        if (grant == null) {
            if (Thread.interrupted()) {
                throw new InterruptedException("interrupted while waiting for a connection to " + client.endpoint());
            }
            throw new TimedOutException("waiting for one of the " + settings.most() + " connections to "
                    + client.endpoint(), Duration.ofNanos(settings.waitNanos()));
        }
        return grant;
    }

    private PooledConnection connect(ConnectionOwner owner, Object home) throws IOException {
        PoolableConnection connection = null;
        PooledConnection pooled = null;
        try {
            connection = owner.connect(client);
            PoolEntry entry = new PoolEntry(connection, home);
            connection.whenOver(() -> places.over(entry));
            pooled = new PooledConnection(this, entry, owner);
            places.begun(entry);
            return pooled;
        } finally {
            if (pooled == null) {
                giveUp(connection);
            }
        }
    }

    /// Ends what was begun for a place, and frees the place.
    private void giveUp(@Nullable PoolableConnection connection) {
        try {
            if (connection != null) {
                connection.abandon();
            }
        } finally {
            places.free();
        }
    }

    /// Makes the owner that of the connection, if it can be used.
    private boolean isUsable(PoolEntry entry, ConnectionOwner owner, long untilNanos) {
        boolean done = false;
        try {
            boolean usable = owner.take(entry.connection) && isHealthy(entry, untilNanos);
            done = true;
            return usable;
        } finally {
            if (!done) {
                entry.connection.endUnowned();
                places.free();
            }
        }
    }

    private boolean isHealthy(PoolEntry entry, long untilNanos) {
        ConnectionCheck asks = check;
        long now = System.nanoTime();
        if (asks == null || now - entry.idleSinceNanos < checkAfterNanos) {
            return true;
        }
        PoolableConnection connection = entry.connection;
        boolean usable = false;
        try {
            connection.readTimeout(Duration.ofNanos(Math.max(TimeUnit.MILLISECONDS.toNanos(1), untilNanos - now)));
            usable = asks.isUsable(connection) && connection.available() == 0;
            connection.readTimeout(null);
            return usable;
        } catch (IOException e) {
            return false; // as the check says
        } finally {
            if (!usable) {
                connection.abandon();
            }
        }
    }

    /// Takes back a connection after an exchange, or ends it.
    void release(PoolEntry entry, ConnectionOwner owner, boolean whole) {
        if (!whole || !owner.leave(entry.connection)) {
            entry.connection.abandon();
        } else if (!places.release(entry)) {
            entry.connection.endUnowned();
        }
    }

    /// The figures now.
    public PoolStats stats() {
        return places.stats();
    }

    /// Where its connections go to.
    public Client client() {
        return client;
    }

    /// Ends the idle connections, and the waits. A connection in use is closed when it is given back. A second call has no effect.
    @Override
    public void close() {
        places.close().forEach(entry -> entry.connection.endUnowned());
    }

    @Override
    public String toString() {
        return "ConnectionPool[" + client.endpoint() + "]";
    }
}
