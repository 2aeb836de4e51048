package dev.polyserve.faults;

import dev.polyserve.Cause;
import dev.polyserve.ConnectionFuture;
import dev.polyserve.ConnectionInfo;
import dev.polyserve.Limit;
import dev.polyserve.ServerListener;
import java.util.Optional;

/// A listener whose methods fail when they are told to.
///
/// @param failures tells them
record FailingListener(Failures failures) implements ServerListener {
    @Override
    public void accepted(ConnectionFuture connection) {
        failures.pass(Failures.Place.LISTENER_ACCEPTED);
    }

    @Override
    public void rejected(ConnectionInfo connection, Optional<Limit> limit) {
        failures.pass(Failures.Place.LISTENER_REJECTED);
    }

    @Override
    public void opened(ConnectionInfo connection) {
        failures.pass(Failures.Place.LISTENER_OPENED);
    }

    @Override
    public void closed(ConnectionInfo connection, Cause cause) {
        failures.pass(Failures.Place.LISTENER_CLOSED);
    }

    @Override
    public void failed(ConnectionInfo connection, Throwable error) {
        failures.pass(Failures.Place.LISTENER_FAILED);
    }

    @Override
    public void limitReached(Limit limit) {
        failures.pass(Failures.Place.LISTENER_LIMIT);
    }
}
