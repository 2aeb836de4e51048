package dev.polyserve.record;

import dev.polyserve.Cause;
import dev.polyserve.ConnectionFuture;
import dev.polyserve.ConnectionInfo;
import dev.polyserve.Endpoint;
import dev.polyserve.Limit;
import dev.polyserve.ServerListener;
import dev.polyserve.coroutine.carrier.CarrierThread;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/// Keeps what the connections of a server do in a bounded buffer, until another thread takes it.
///
/// **Thread**: as [ConnectionRecorder] and [ServerListener]; one thread takes.
public final class BufferedConnectionRecorder implements ConnectionRecorder, ServerListener {
    private static final int EVENTS = 1 << 14;

    private final TimelineEventBuffer buffer = new TimelineEventBuffer(EVENTS);
    private final boolean servesElsewhere;

    /// @param servesElsewhere whether worker processes serve the connections of this process: they record what happens in
    ///     them, and only beginning and end are recorded here
    public BufferedConnectionRecorder(boolean servesElsewhere) {
        this.servesElsewhere = servesElsewhere;
    }

    /// Takes the events that are there. **Thread**: one.
    public void take(Consumer<? super TimelineEvent> into) {
        buffer.take(into);
    }

    /// How many events were dropped so far, because nothing took those before. **Thread**: any.
    public long dropped() {
        return buffer.dropped();
    }

    /// Records what the handler says of its own code. **Thread**: the handler's.
    public void says(ConnectionInfo connection, TimelineEventKind kind) {
        add(kind, connection, 0, "");
    }

    private void add(TimelineEventKind kind, ConnectionInfo connection, long amount, String text) {
        CarrierThread carrier = CarrierThread.ofCaller();
        Thread current = carrier == null ? Thread.currentThread() : carrier;
        buffer.add(kind, System.nanoTime(), port(connection), amount, current.threadId(), current.getName(), text);
    }

    private static int port(ConnectionInfo connection) {
        return connection.peer() instanceof InetSocketAddress address ? address.getPort() : 0;
    }

    // --- as a listener ---

    @Override
    public void accepted(ConnectionFuture connection) {
        add(TimelineEventKind.ACCEPTED, connection, 0, "");
        // Also of one that ends before its handler begins, of which no other event tells.
        connection.onDone(this::over);
    }

    private void over(ConnectionFuture connection) {
        add(TimelineEventKind.CLOSED, connection, 0, connection.outcome().map(Cause::phrase).orElse(""));
    }

    @Override
    public void rejected(ConnectionInfo connection, Optional<Limit> limit) {
        add(TimelineEventKind.REFUSED, connection, 0, limit.map(Limit::label).orElse("filter"));
    }

    @Override
    public void acceptFailed(Endpoint endpoint, Throwable error, Duration retryAfter) {
        buffer.add(TimelineEventKind.ACCEPT_FAILED, System.nanoTime(), 0, 0, 0, Thread.currentThread().getName(),
                String.valueOf(error.getMessage()));
    }

    @Override
    public void opened(ConnectionInfo connection) {
        if (!servesElsewhere) {
            add(TimelineEventKind.TURN, connection, 0, "");
        }
    }

    // --- as a recorder ---

    @Override
    public void waits(ConnectionInfo connection, Limit limit) {
        add(limit == Limit.WRITE_STALL ? TimelineEventKind.WAIT_OUTPUT : TimelineEventKind.WAIT_INPUT, connection, 0,
                "");
    }

    @Override
    public void resumes(ConnectionInfo connection) {
        add(TimelineEventKind.TURN, connection, 0, "");
    }

    @Override
    public void received(ConnectionInfo connection, long bytes) {
        add(TimelineEventKind.READ, connection, bytes, "");
    }

    @Override
    public void sent(ConnectionInfo connection, long bytes) {
        add(TimelineEventKind.WRITTEN, connection, bytes, "");
    }

    @Override
    public void handedOff(ConnectionInfo connection, String loop, String reason) {
        buffer.add(TimelineEventKind.HAND_OFF, System.nanoTime(), port(connection), 0, 0, loop, reason);
    }
}
