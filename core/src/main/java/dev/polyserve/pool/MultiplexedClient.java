package dev.polyserve.pool;

import dev.polyserve.Cause;
import dev.polyserve.Client;
import dev.polyserve.Codec;
import dev.polyserve.ConnectionException;
import dev.polyserve.Sender;
import dev.polyserve.TimedOutException;
import dev.polyserve.coroutine.carrier.NonQueueingLock;
import dev.polyserve.spi.PoolableConnection;
import dev.polyserve.spi.ServerProvider;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// One connection for the requests of many handlers and threads: each message has an id, and an answer has that of its request.
///
/// ```java
/// MultiplexedClient<Message, Long> backend = new MultiplexedClient<>(Client.to("tcp://10.0.0.5:4000"), CODEC, Message::id, 100);
/// …
/// Message answer = backend.request(new Message(ids.incrementAndGet(), question), Duration.ofSeconds(2));
/// ```
///
/// The first request connects. When the connection ends, each request without an answer fails, once, with the reason; none is
/// repeated, because the server may have had it. The next request connects again.
///
/// A caller whose time is over waits no more, and its answer is discarded when it comes. Until then, its request counts as in
/// flight, and its id cannot be used. When all requests in flight are such ones, the connection is ended, so that the next
/// requests have another one.
///
/// The connection has the limits of the [Client], such as its idle limit, which also applies while a request is in flight.
///
/// **Thread**: any. A handler on an event loop waits as a coroutine. A [dev.polyserve.Protocol] cannot wait.
///
/// @param <M> the type of the messages
/// @param <I> the type of their ids, with `equals` and `hashCode`
public final class MultiplexedClient<M, I> implements AutoCloseable {
    private final Client client;
    private final Codec<M> codec;
    private final Function<? super M, ? extends I> idOf;
    private final int mostInFlight;
    private final Semaphore places;
    private final NonQueueingLock lock = new NonQueueingLock();
    // All guarded by the lock.
    private @Nullable MultiplexedConnection<M, I> current;
    private boolean closed;
    private long connected;
    private long answered;
    private long late;
    private long unasked;
    private long failed;

    /// A client without a connection yet.
    ///
    /// @param client where to connect to
    /// @param codec encodes requests and decodes answers
    /// @param idOf returns the id of a message
    /// @param mostInFlight the most requests that have no answer yet; more wait for their turn
    public MultiplexedClient(Client client, Codec<M> codec, Function<? super M, ? extends I> idOf, int mostInFlight) {
        if (mostInFlight < 1) {
            throw new IllegalArgumentException("mostInFlight: " + mostInFlight + " is not positive");
        }
        if (client.proxyHeader() > 0) {
            throw new IllegalArgumentException(
                    "a PROXY header names one client, and this connection serves several: use a"
                            + " client without withProxyHeader(…)");
        }
        this.client = client;
        this.codec = Objects.requireNonNull(codec);
        this.idOf = Objects.requireNonNull(idOf);
        this.mostInFlight = mostInFlight;
        this.places = new Semaphore(mostInFlight, true);
    }

    // --- requests ---

    /// Sends a request, and waits for its answer.
    ///
    /// @param atMost for everything: its turn, the connection, and the answer
    /// @throws TimedOutException when the time is over; the server may still have the request
    /// @throws ConnectException when there is no connection
    /// @throws ConnectionException when the connection ended before the answer; the server may have had the request
    /// @throws IllegalArgumentException when another request with this id is in flight, or the message is larger than
    ///     `Options.Limits.senderQueueBytes`
    /// @throws IllegalStateException when this client is closed
    public M request(M message, Duration atMost) throws IOException, InterruptedException {
        long untilNanos = System.nanoTime() + TimeUnit.NANOSECONDS.convert(atMost);
        I id = idOf.apply(message);
        ByteBuffer bytes = EncodedMessage.of(codec, message);
        if (!places.tryAcquire(TimeUnit.NANOSECONDS.convert(atMost), TimeUnit.NANOSECONDS)) {
            throw new TimedOutException("the turn of a request to " + client.endpoint(), atMost);
        }
        PendingAnswer<M> pending = new PendingAnswer<>();
        MultiplexedConnection<M, I> connection = register(id, pending);
        boolean sent = false;
        try {
            Sender sender = awaitConnected(connection, pending, untilNanos, atMost);
            if (sender != null) {
                send(sender, bytes, untilNanos);
                sent = true;
                boolean inTime = pending.await(untilNanos, () -> false);
                if (!inTime) {
                    throw late(atMost);
                }
            }
        } catch (IOException | InterruptedException e) {
            if (leave(connection, id, pending, sent)) {
                throw e;
            }
        } catch (RuntimeException | Error e) {
            boolean _ = leave(connection, id, pending, sent);
            throw e;
        }
        return result(pending);
    }

    private TimedOutException late(Duration atMost) {
        return new TimedOutException("the answer to a request to " + client.endpoint(), atMost);
    }

    /// @return null when the connection is over
    private @Nullable Sender awaitConnected(MultiplexedConnection<M, I> connection, PendingAnswer<M> pending,
            long untilNanos, Duration atMost) throws IOException, InterruptedException {
        if (!pending.await(untilNanos, () -> connection.sender != null)) {
            throw late(atMost);
        }
        return pending.isOver() ? null : connection.sender;
    }

    private static void send(Sender sender, ByteBuffer bytes, long untilNanos)
            throws IOException, InterruptedException {
        if (!sender.offer(bytes)) {
            sender.send(bytes, Duration.ofNanos(Math.max(1, untilNanos - System.nanoTime())));
        }
    }

    private M result(PendingAnswer<M> pending) throws IOException {
        M answer = pending.answer;
        if (answer != null) {
            return answer;
        }
        throw failure(Objects.requireNonNull(pending.failure));
    }

    /// An exception of the caller's own thread.
    private IOException failure(IOException why) {
        IOException own = switch (why) {
            case ConnectionException over -> new ConnectionException(over.reason());
            case ConnectException _ -> new ConnectException(why.getMessage());
            default -> new IOException("the connection to " + client.endpoint() + " is over: " + why.getMessage());
        };
        own.initCause(why);
        return own;
    }

    // --- the requests in flight ---

    /// Adds a request, which has a place, to the connection. Begins one if there is none.
    private MultiplexedConnection<M, I> register(I id, PendingAnswer<M> pending) {
        MultiplexedConnection<M, I> begun = null;
        MultiplexedConnection<M, I> taken = null;
        lock.lock();
        try {
            MultiplexedConnection<M, I> now = current;
            if (now == null && !closed) {
                now = new MultiplexedConnection<>(this);
                begun = now;
            }
            if (now != null && now.requests.putIfAbsent(id, pending) == null) {
                current = now; // after the code of the id, which may throw
                taken = now;
            }
        } finally {
            lock.unlock();
            if (taken == null) {
                places.release();
            }
        }
        if (taken == null) {
            throw isClosed()
                    ? new IllegalStateException("the client is closed: " + this)
                    : new IllegalArgumentException("another request with the id " + id + " is in flight");
        }
        if (begun != null) {
            begin(begun);
        }
        return taken;
    }

    private void begin(MultiplexedConnection<M, I> connection) {
        boolean done = false;
        try {
            connection.begin();
            done = true;
        } finally {
            if (!done) {
                over(connection, new IOException("there is no thread for it"));
            }
        }
    }

    private boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    /// A caller waits no more. If its request was sent, the answer can still come.
    ///
    /// @return false when it is over meanwhile
    private boolean leave(MultiplexedConnection<M, I> connection, I id, PendingAnswer<M> pending, boolean sent) {
        boolean useless = false;
        lock.lock();
        try {
            if (pending.isOver()) {
                return false;
            }
            if (sent) {
                pending.expired = true;
                connection.expired++;
                useless = connection.expired == mostInFlight;
                if (useless && connection.equals(current)) {
                    current = null; // the next request connects
                }
            } else if (connection.requests.remove(id, pending)) {
                places.release();
            }
        } finally {
            lock.unlock();
        }
        if (useless) {
            connection.end();
        }
        return true;
    }

    // --- the thread of the connection ---

    Codec<M> codec() {
        return codec;
    }

    PoolableConnection connect() throws IOException {
        return ServerProvider.load().thread().connect(client);
    }

    /// Takes a connection that is open, and sends what waits for it.
    ///
    /// @return false when it is to end at once
    boolean opened(MultiplexedConnection<M, I> connection, Sender sender) {
        List<PendingAnswer<M>> waiting;
        lock.lock();
        try {
            if (closed) {
                return false;
            }
            connected++;
            connection.sender = sender;
            waiting = new ArrayList<>(connection.requests.values());
        } finally {
            lock.unlock();
        }
        waiting.forEach(PendingAnswer::wake);
        return true;
    }

    void answered(MultiplexedConnection<M, I> connection, M message) {
        I id = idOf.apply(message);
        PendingAnswer<M> pending;
        lock.lock();
        try {
            pending = connection.requests.remove(id);
            if (pending == null) {
                unasked++;
                return;
            }
            if (pending.expired) {
                connection.expired--;
                late++;
            } else {
                pending.answer = message;
                answered++;
            }
        } finally {
            lock.unlock();
        }
        places.release();
        pending.wake();
    }

    void over(MultiplexedConnection<M, I> connection, IOException why) {
        List<PendingAnswer<M>> lost;
        lock.lock();
        try {
            if (connection.equals(current)) {
                current = null;
            }
            IOException reason = closed ? new ConnectionException(new Cause.Stopped()) : why;
            lost = new ArrayList<>(connection.requests.values());
            connection.requests.clear();
            for (PendingAnswer<M> each : lost) {
                if (!each.expired) {
                    each.failure = reason;
                    failed++;
                }
            }
        } finally {
            lock.unlock();
        }
        places.release(lost.size());
        lost.forEach(PendingAnswer::wake);
    }

    // --- its life ---

    /// Where it connects to.
    public Client client() {
        return client;
    }

    /// The figures now.
    public MultiplexedStats stats() {
        lock.lock();
        try {
            MultiplexedConnection<M, I> now = current;
            return new Snapshot(now == null ? 0 : now.requests.size(), now == null ? 0 : now.expired, connected,
                    answered,
                    late, unasked, failed);
        } finally {
            lock.unlock();
        }
    }

    private record Snapshot(int inFlight, int expired, long connected, long answered, long late, long unasked,
            long failed) implements MultiplexedStats {}

    /// Ends the connection at once; requests in flight fail. A second call has no effect.
    @Override
    public void close() {
        MultiplexedConnection<M, I> now;
        lock.lock();
        try {
            closed = true;
            now = current;
        } finally {
            lock.unlock();
        }
        if (now != null) {
            now.end();
        }
    }

    @Override
    public String toString() {
        return "MultiplexedClient[" + client.endpoint() + "]";
    }
}
