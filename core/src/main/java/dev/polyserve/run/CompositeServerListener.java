package dev.polyserve.run;

import dev.polyserve.Cause;
import dev.polyserve.ConnectionFuture;
import dev.polyserve.ConnectionInfo;
import dev.polyserve.Endpoint;
import dev.polyserve.spi.ServerProvider;
import dev.polyserve.Limit;
import dev.polyserve.ServerListener;
import dev.polyserve.conversation.Conversation;
import dev.polyserve.conversation.NanoClock;
import dev.polyserve.conversation.ServerLog;
import dev.polyserve.io.AcceptException;
import dev.polyserve.jfr.JfrServerListener;
import dev.polyserve.record.ConnectionRecorder;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Forwards each event to all listeners, in their order. It logs what a listener throws and continues; it never throws
/// itself.
///
/// **Thread**: any.
final class CompositeServerListener implements ServerListener {
    private final ServerLog log;
    private final List<ServerListener> listeners;

    private CompositeServerListener(ServerLog log, List<ServerListener> listeners) {
        this.log = log;
        this.listeners = List.copyOf(listeners);
    }

    /// Creates the composite of a server: its counters, bans and recordings, then its log or, if set, the receiver of every
    /// event, and its listeners.
    static CompositeServerListener of(ServerProvider.Setup setup, ServerCounters counters, Bans bans, ServerLog log) {
        JfrServerListener recording = new JfrServerListener(setup.model().id(),
                connection -> connection instanceof Conversation own ? own.turns() : 0, AcceptException::reasonOf);
        ServerListener instead = setup.reportsTo();
        List<ServerListener> all = new ArrayList<>(instead == null
                ? List.of(counters, bans, recording, new LoggingServerListener(log, NanoClock.SYSTEM))
                : List.of(counters, recording, instead));
        // A worker process has only those that record.
        all.addAll(setup.listeners());
        return new CompositeServerListener(log, all);
    }

    /// The listener of the server that records, if there is one.
    Optional<ConnectionRecorder> recorder() {
        return listeners.stream().filter(ConnectionRecorder.class::isInstance).map(ConnectionRecorder.class::cast)
                .findFirst();
    }

    private void tell(Consumer<ServerListener> event) {
        for (ServerListener listener : listeners) {
            try {
                event.accept(listener);
            } catch (RuntimeException | Error e) {
                report(listener, e);
            }
        }
    }

    private void report(ServerListener listener, Throwable e) {
        log.threw(System.Logger.Level.WARNING, "the listener ", listener.getClass().getName(), e);
    }

    @Override
    public void accepted(ConnectionFuture connection) {
        tell(listener -> listener.accepted(connection));
    }

    @Override
    public void rejected(ConnectionInfo connection, Optional<Limit> limit) {
        tell(listener -> listener.rejected(connection, limit));
    }

    @Override
    public void opened(ConnectionInfo connection) {
        tell(listener -> listener.opened(connection));
    }

    @Override
    public void closed(ConnectionInfo connection, Cause cause) {
        tell(listener -> listener.closed(connection, cause));
    }

    @Override
    public void failed(ConnectionInfo connection, Throwable error) {
        tell(listener -> listener.failed(connection, error));
    }

    @Override
    public void datagramFailed(Endpoint endpoint, SocketAddress peer, Throwable error) {
        tell(listener -> listener.datagramFailed(endpoint, peer, error));
    }

    @Override
    public void limitReached(Limit limit) {
        tell(listener -> listener.limitReached(limit));
    }

    @Override
    public void acceptFailed(Endpoint endpoint, Throwable error, Duration retryAfter) {
        tell(listener -> listener.acceptFailed(endpoint, error, retryAfter));
    }

    @Override
    public void listenerDown(Endpoint endpoint, Throwable error) {
        tell(listener -> listener.listenerDown(endpoint, error));
    }

    @Override
    public void stalled(String loop, Duration soFar, Optional<ConnectionInfo> connection,
            List<StackTraceElement> stack) {
        tell(listener -> listener.stalled(loop, soFar, connection, stack));
    }
}
