package dev.polyserve.linux.worker;

import dev.polyserve.linux.control.WorkerControlChannel;
import dev.polyserve.linux.control.SerializedException;
import dev.polyserve.linux.control.WorkerTlsInfo;
import dev.polyserve.linux.control.WorkerCommand;
import dev.polyserve.linux.control.WorkerEventMessage;
import dev.polyserve.Cause;
import dev.polyserve.ConnectionFuture;
import dev.polyserve.ConnectionInfo;
import dev.polyserve.Datagram;
import dev.polyserve.DatagramHandler;
import dev.polyserve.Endpoint;
import dev.polyserve.Limit;
import dev.polyserve.Server;
import dev.polyserve.ServerListener;
import dev.polyserve.conversation.AddressPair;
import dev.polyserve.conversation.Conversation;
import dev.polyserve.coroutine.carrier.NonQueueingLock;
import dev.polyserve.io.AcceptException;
import dev.polyserve.run.ProxiedAddresses;
import dev.polyserve.run.DatagramReplyBuffer;
import dev.polyserve.stats.ServingProcessStats;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/// Reports what happens in a worker to its supervisor, which logs it, counts it and notifies the program's listeners.
///
/// **Thread**: any.
final class WorkerEventReporter implements ServerListener {
    private static final long TELL_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LOOK_MILLIS = 1;
    private static final long ROOM_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final NonQueueingLock lock = new NonQueueingLock();
    private final WorkerControlChannel channel;
    private final WorkerCommand.Serve serve;
    /// Connections by the supervisor's numbers. Guarded by `lock`, as is the next.
    private final Map<Long, ConnectionFuture> connections = new HashMap<>();
    /// The supervisor's number of each connection that the supervisor has accepted, by the worker's number.
    private final Map<Long, Long> numbers = new HashMap<>();
    /// The thread that waits for connections to be accepted, or for their ends to be reported.
    private volatile @Nullable Thread awaiting;
    /// The supervisor's numbers of the connections that come next, in order.
    private final Queue<Long> taken = new ConcurrentLinkedQueue<>();
    private volatile @Nullable DatagramHandler datagrams;
    private volatile Runnable whenUnsent = () -> {};

    WorkerEventReporter(WorkerControlChannel channel, WorkerCommand.Serve serve) {
        this.channel = channel;
        this.serve = serve;
    }

    /// Sets what has waiting messages sent later: the supervisor did not read. It may be called for each event.
    void whenUnsent(Runnable sendsSoon) {
        whenUnsent = sendsSoon;
    }

    void answersWith(@Nullable DatagramHandler handler) {
        datagrams = handler;
    }

    /// Reports an event, now or as soon as the supervisor reads. When too many messages wait already, because the
    /// supervisor is suspended or busy, this waits for room, so that the worker accepts no faster than the supervisor
    /// reads.
    void event(WorkerEventMessage event) {
        try {
            while (!channel.send(event)) {
                channel.awaitRoom(ROOM_NANOS);
            }
        } catch (IOException e) {
            // The supervisor is gone. The reading side sees that, too, and ends this process.
            return;
        }
        flush();
        if (!channel.isFlushed()) {
            whenUnsent.run();
        }
    }

    /// Reports that the accept loop turns, with its counters.
    void beat(Server server) {
        event(new WorkerEventMessage.Heartbeat(ServingProcessStats.of(server.stats())));
    }

    /// Sends waiting messages.
    void flush() {
        try {
            channel.flush();
        } catch (IOException e) {
            // The supervisor is gone. The reading side sees that, too, and ends this process.
            assert !channel.isFlushed();
        }
    }

    /// Sends waiting messages until the supervisor has received all of them.
    ///
    /// @return whether it has; false if the supervisor is gone
    boolean awaitSent(Duration atMost) throws InterruptedException {
        long began = System.nanoTime();
        try {
            while (!channel.flush()) {
                if (System.nanoTime() - began >= atMost.toNanos()) {
                    return false;
                }
                Thread.sleep(LOOK_MILLIS);
            }
            return true;
        } catch (IOException e) {
            // The supervisor is gone: no process reads the messages.
            return false;
        }
    }

    // --- the supervisor's commands about a connection ---

    /// Announces that the next connection has this number.
    void takes(long id) {
        taken.add(id);
        event(new WorkerEventMessage.ConnectionTaken(id));
    }

    void abort(long id) {
        ConnectionFuture connection = connection(id);
        if (connection != null) {
            connection.abort();
        }
    }

    void cutInput(long id) {
        if (connection(id) instanceof Conversation conversation) {
            conversation.cutInput(true);
        }
    }

    /// Answers a datagram. **Thread**: one of its own.
    void answer(WorkerCommand.AnswerDatagram ask) {
        DatagramHandler handler = datagrams;
        DatagramReplyBuffer reply = new DatagramReplyBuffer();
        try {
            if (handler == null) {
                throw new IllegalStateException("this program has no handler of datagrams");
            }
            handler.handle(Asked.of(ask), reply);
            event(new WorkerEventMessage.DatagramAnswered(ask.id(),
                    reply.written() ? Optional.of(reply.bytes()) : Optional.empty(),
                    Optional.empty()));
        } catch (Throwable e) { // whatever it is, it fails this datagram only
            event(new WorkerEventMessage.DatagramAnswered(ask.id(), Optional.empty(),
                    Optional.of(SerializedException.of(e))));
        }
    }

    /// A datagram that the supervisor has received.
    private record Asked(AddressPair ends, ByteBuffer payload, boolean truncated) implements Datagram {
        static Asked of(WorkerCommand.AnswerDatagram ask) {
            AddressPair real = AddressPair.of(ask.from(), ask.to());
            return new Asked(ask.header().map(header -> ProxiedAddresses.of(header, real)).orElse(real), ask.payload(),
                    ask.truncated());
        }

        @Override
        public SocketAddress peer() {
            return ends.peer();
        }

        @Override
        public SocketAddress local() {
            return ends.local();
        }

        @Override
        public Optional<ConnectionInfo.Proxied> proxied() {
            return ends.proxied();
        }
    }

    // --- events of this worker ---

    @Override
    public void accepted(ConnectionFuture connection) {
        Long given = taken.poll();
        LockSupport.unpark(awaiting);
        long id = given == null ? connection.id() : given;
        lock.lock();
        try {
            numbers.put(connection.id(), id);
            connections.put(id, connection);
        } finally {
            lock.unlock();
        }
        if (given == null) {
            event(new WorkerEventMessage.ConnectionAccepted(id, slot(connection.endpoint()), connection.peer(),
                    connection.local(),
                    connection.peerCredentials()));
        }
        // On completion, not on close: a connection that ends before its handler began must be reported, too.
        connection.onDone(this::over);
    }

    private void over(ConnectionFuture connection) {
        long id = number(connection);
        event(new WorkerEventMessage.ConnectionClosed(id, connection.outcome().orElseGet(Cause.Stopped::new),
                connection.bytesIn(), connection.bytesOut(),
                hadTlsFromTheStart(connection) ? Optional.empty() : connection.tls().map(WorkerTlsInfo::of)));
        lock.lock();
        try {
            connections.remove(id);
            numbers.remove(connection.id());
        } finally {
            lock.unlock();
        }
        LockSupport.unpark(awaiting);
    }

    private static boolean hadTlsFromTheStart(ConnectionInfo connection) {
        return connection.endpoint() instanceof Endpoint.Tls;
    }

    /// Waits, for a moment at most, until the server has accepted the connections that came with their numbers: a server that
    /// drains accepts none.
    void awaitAccepted() throws InterruptedException {
        awaitWhile(() -> !taken.isEmpty());
    }

    /// Waits, for a moment at most, until the end of each finished connection is reported. A server has drained as soon
    /// as its connections are over, and this process ends then.
    ///
    /// @param open how many connections are not over
    void awaitTold(IntSupplier open) throws InterruptedException {
        awaitWhile(() -> untold() > open.getAsInt());
    }

    private void awaitWhile(BooleanSupplier due) throws InterruptedException {
        awaiting = Thread.currentThread();
        long until = System.nanoTime() + TELL_NANOS;
        for (long left; due.getAsBoolean() && (left = until - System.nanoTime()) > 0;) {
            LockSupport.parkNanos(this, left);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

    private int untold() {
        lock.lock();
        try {
            return connections.size();
        } finally {
            lock.unlock();
        }
    }

    private @Nullable ConnectionFuture connection(long id) {
        lock.lock();
        try {
            return connections.get(id);
        } finally {
            lock.unlock();
        }
    }

    private long number(ConnectionInfo connection) {
        lock.lock();
        try {
            return numbers.getOrDefault(connection.id(), connection.id());
        } finally {
            lock.unlock();
        }
    }

    private int slot(Endpoint real) {
        String text = real.toString();
        for (int slot = 0; slot < serve.slots().size(); slot++) {
            if (serve.slots().get(slot).real().equals(text)) {
                return slot;
            }
        }
        throw new IllegalStateException("no socket of this server: " + real);
    }

    @Override
    public void rejected(ConnectionInfo connection, Optional<Limit> limit) {
        event(new WorkerEventMessage.ConnectionRejected(number(connection), limit));
    }

    @Override
    public void opened(ConnectionInfo connection) {
        event(new WorkerEventMessage.HandlerStarted(number(connection), connection.tls().map(WorkerTlsInfo::of)));
    }

    @Override
    public void failed(ConnectionInfo connection, Throwable error) {
        event(new WorkerEventMessage.HandlerFailed(number(connection), SerializedException.of(error)));
    }

    @Override
    public void datagramFailed(Endpoint endpoint, SocketAddress peer, Throwable error) {
        event(new WorkerEventMessage.DatagramFailed(slot(endpoint), peer, SerializedException.of(error)));
    }

    @Override
    public void limitReached(Limit limit) {
        event(new WorkerEventMessage.LimitReached(limit));
    }

    @Override
    public void acceptFailed(Endpoint endpoint, Throwable error, Duration retryAfter) {
        event(new WorkerEventMessage.AcceptFailed(slot(endpoint), SerializedException.of(error), retryAfter.toNanos(),
                AcceptException.reasonOf(error)));
    }

    @Override
    public void listenerDown(Endpoint endpoint, Throwable error) {
        event(new WorkerEventMessage.ListenerDown(slot(endpoint), SerializedException.of(error)));
    }

    @Override
    public void stalled(String loop, Duration soFar, Optional<ConnectionInfo> connection,
            List<StackTraceElement> stack) {
        event(new WorkerEventMessage.LoopStalled(loop, soFar.toNanos(), connection.map(this::number).orElse(0L),
                SerializedException.of(stack)));
    }
}
