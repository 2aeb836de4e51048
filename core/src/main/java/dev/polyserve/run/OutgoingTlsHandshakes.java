package dev.polyserve.run;

import dev.polyserve.stats.HandshakeOutcome;
import dev.polyserve.tls.TlsHandshakeLimiter;
import java.util.concurrent.Executor;

/// The TLS handshakes of outgoing connections: a handler waits for its own, so they need no limit, and they are none of the
/// server's.
///
/// **Thread**: any.
///
/// @param beside runs what they compute
record OutgoingTlsHandshakes(Executor beside) implements TlsHandshakeLimiter {
    @Override
    public boolean enter(Runnable whenRoom) {
        return true;
    }

    @Override
    public void withdraw(Runnable whenRoom) {
        // None waits.
    }

    @Override
    public void ended(HandshakeOutcome how, long nanos) {
        // No figure of a server includes it.
    }

    @Override
    public void compute(Runnable task) {
        beside.execute(task);
    }
}
