package dev.polyserve.run;

import dev.polyserve.Cause;
import dev.polyserve.ConnectionInfo;
import dev.polyserve.Endpoint;
import dev.polyserve.Limit;
import dev.polyserve.ServerListener;
import dev.polyserve.conversation.NanoClock;
import dev.polyserve.conversation.ServerLog;
import dev.polyserve.text.PrintableAddress;
import dev.polyserve.text.PrintableText;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;

/// Logs the events that require attention. It logs no line for a peer that resets its connection.
final class LoggingServerListener implements ServerListener {
    private static final int STACK_LINES = 12;

    /// Bounds the log, because a client may be able to make a handler fail as often as it likes.
    private static final int FAILURES_PER_SECOND = 20;

    private final ServerLog log;
    private final RateLimitedLog failures;
    private final RateLimitedLog accepts;
    private final RateLimitedLog datagrams;
    private final RateLimitedLog stalls;
    private final Map<Limit, RateLimitedLog> limits = new EnumMap<>(Limit.class);

    LoggingServerListener(ServerLog log, NanoClock clock) {
        this.log = log;
        failures = new RateLimitedLog(log, clock, FAILURES_PER_SECOND);
        accepts = new RateLimitedLog(log, clock, 1);
        datagrams = new RateLimitedLog(log, clock, 1);
        stalls = new RateLimitedLog(log, clock, 1);
        for (Limit limit : Limit.values()) {
            limits.put(limit, new RateLimitedLog(log, clock, 1));
        }
    }

    @Override
    public void failed(ConnectionInfo connection, Throwable error) {
        if (error instanceof SSLException) {
            // The peer's fault: where it was noticed tells nothing.
            failures.warn("the TLS of " + connection + " failed: " + reason(error));
            return;
        }
        failures.warn("the handler of " + connection + " failed: " + PrintableText.of(error.toString()), error);
    }

    @Override
    public void closed(ConnectionInfo connection, Cause cause) {
        log.log(System.Logger.Level.DEBUG, () -> connection + " closed: " + cause.phrase(), null);
    }

    @Override
    public void datagramFailed(Endpoint endpoint, SocketAddress peer, Throwable error) {
        datagrams.warn("a datagram from " + PrintableAddress.shown(peer) + " to " + endpoint + " failed: "
                + PrintableText.of(error.toString()));
    }

    @Override
    public void limitReached(Limit limit) {
        switch (limit) {
            // Caused by one peer; the cause of its connection, or an exception, reports it.
            case FIRST_BYTE, IDLE, WRITE_STALL, CONVERSATION, READ, FRAME, BUFFER_PER_CONNECTION, SENDER_QUEUE,
                    PROXY_HEADER, NETWORK, MIN_RATE, BAN, TLS_HANDSHAKE, CONNECT ->
                log.log(System.Logger.Level.DEBUG, () -> "the limit '" + limit.label() + "' was reached", null);
            case CONNECTIONS, CONNECTIONS_PER_ADDRESS, QUEUE, BUFFER_TOTAL, DATAGRAM, DATAGRAM_QUEUE, TLS_HANDSHAKES,
                    ACCEPT_RATE -> {
                RateLimitedLog line = limits.get(limit);
                if (line != null) {
                    line.warn("the limit '" + limit.label() + "' was reached");
                }
            }
        }
    }

    @Override
    public void acceptFailed(Endpoint endpoint, Throwable error, Duration retryAfter) {
        accepts.warn("accepting at " + endpoint + " failed: " + reason(error) + "; trying again in "
                + retryAfter.toMillis() + " ms");
    }

    @Override
    public void listenerDown(Endpoint endpoint, Throwable error) {
        log.log(System.Logger.Level.ERROR, () -> "gave up listening at " + endpoint + ": " + reason(error), null);
    }

    @Override
    public void stalled(String loop, Duration soFar, Optional<ConnectionInfo> connection,
            List<StackTraceElement> stack) {
        stalls.warn("the event loop " + loop + " has been busy for " + soFar.toMillis() + " ms"
                + connection.map(served -> " with " + served).orElse("")
                + ", and serves no other connection meanwhile; it is at\n"
                + stack.stream().limit(STACK_LINES).map(frame -> "    " + frame).collect(Collectors.joining("\n")));
    }

    private static String reason(Throwable error) {
        return PrintableText.of(error.getMessage() == null ? error.toString() : error.getMessage());
    }
}
