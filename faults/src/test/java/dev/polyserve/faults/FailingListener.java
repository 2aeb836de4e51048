package dev.polyserve.faults;

import dev.polyserve.Cause;
import dev.polyserve.ConnectionFuture;
import dev.polyserve.ConnectionInfo;
import dev.polyserve.Limit;
import dev.polyserve.ServerListener;
import java.util.Optional;

/// A listener with methods that throw on request.
///
/// @param failures selects the method and the error
record FailingListener(ArmedFailures failures) implements ServerListener {
    @Override
    public void accepted(ConnectionFuture connection) {
        failures.pass(ArmedFailures.Place.LISTENER_ACCEPTED);
    }

    @Override
    public void rejected(ConnectionInfo connection, Optional<Limit> limit) {
        failures.pass(ArmedFailures.Place.LISTENER_REJECTED);
    }

    @Override
    public void opened(ConnectionInfo connection) {
        failures.pass(ArmedFailures.Place.LISTENER_OPENED);
    }

    @Override
    public void closed(ConnectionInfo connection, Cause cause) {
        failures.pass(ArmedFailures.Place.LISTENER_CLOSED);
    }

    @Override
    public void failed(ConnectionInfo connection, Throwable error) {
        failures.pass(ArmedFailures.Place.LISTENER_FAILED);
    }

    @Override
    public void limitReached(Limit limit) {
        failures.pass(ArmedFailures.Place.LISTENER_LIMIT);
    }
}
