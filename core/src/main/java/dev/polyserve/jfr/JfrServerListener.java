package dev.polyserve.jfr;

import dev.polyserve.Cause;
import dev.polyserve.ConnectionInfo;
import dev.polyserve.Endpoint;
import dev.polyserve.Limit;
import dev.polyserve.ServerListener;
import dev.polyserve.text.PrintableAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;

/// Writes the events of a [dev.polyserve.ServerListener] as JFR events, into recordings that want them. Without any,
/// each event costs one read or two.
///
/// **Thread**: any.
public final class JfrServerListener implements ServerListener {
    private final String model;
    private final ToIntFunction<ConnectionInfo> turns;
    private final Function<Throwable, String> reasons;

    /// @param model the name of the server's model
    /// @param turns how many turns a connection has had
    /// @param reasons the reason of a failure to accept, in one word
    public JfrServerListener(String model, ToIntFunction<ConnectionInfo> turns,
            Function<Throwable, String> reasons) {
        this.model = model;
        this.turns = turns;
        this.reasons = reasons;
        JfrEvents.prepareIfRecorded();
    }

    @Override
    public void opened(ConnectionInfo connection) {
        if (JfrEvents.isReady() && ConnectionOpenedEvent.isWanted()) {
            ConnectionOpenedEvent event = new ConnectionOpenedEvent();
            if (event.shouldCommit()) {
                event.connection = connection.id();
                event.peer = PrintableAddress.shown(connection.peer());
                event.endpoint = connection.endpoint().toString();
                event.model = model;
                event.commit();
            }
        }
    }

    @Override
    public void closed(ConnectionInfo connection, Cause cause) {
        if (JfrEvents.isReady() && ConnectionClosedEvent.isWanted()) {
            ConnectionClosedEvent event = new ConnectionClosedEvent();
            if (event.shouldCommit()) {
                event.connection = connection.id();
                event.peer = PrintableAddress.shown(connection.peer());
                event.endpoint = connection.endpoint().toString();
                event.model = model;
                event.cause = cause.phrase();
                event.endedBy = cause.endedBy();
                event.bytesIn = connection.bytesIn();
                event.bytesOut = connection.bytesOut();
                event.turns = turns.applyAsInt(connection);
                event.age = connection.age().toNanos();
                event.commit();
            }
        }
    }

    @Override
    public void rejected(ConnectionInfo connection, Optional<Limit> limit) {
        if (JfrEvents.isReady() && ConnectionRejectedEvent.isWanted()) {
            ConnectionRejectedEvent event = new ConnectionRejectedEvent();
            if (event.shouldCommit()) {
                event.connection = connection.id();
                event.peer = PrintableAddress.shown(connection.peer());
                event.endpoint = connection.endpoint().toString();
                event.limit = limit.map(Limit::label).orElse("filter");
                event.commit();
            }
        }
    }

    @Override
    public void acceptFailed(Endpoint endpoint, Throwable error, Duration retryAfter) {
        if (JfrEvents.isReady() && AcceptErrorEvent.isWanted()) {
            AcceptErrorEvent event = new AcceptErrorEvent();
            if (event.shouldCommit()) {
                event.endpoint = endpoint.toString();
                event.reason = reasons.apply(error);
                event.message = String.valueOf(error.getMessage());
                event.retryAfter = retryAfter.toNanos();
                event.commit();
            }
        }
    }

    @Override
    public void stalled(String loop, Duration soFar, Optional<ConnectionInfo> connection,
            List<StackTraceElement> stack) {
        if (JfrEvents.isReady() && LoopStallEvent.isWanted()) {
            LoopStallEvent event = new LoopStallEvent();
            if (event.shouldCommit()) {
                event.loop = loop;
                event.soFar = soFar.toNanos();
                event.connection = connection.map(ConnectionInfo::id).orElse(0L);
                event.stack = stack.stream().map(StackTraceElement::toString).collect(Collectors.joining("\n"));
                event.commit();
            }
        }
    }
}
