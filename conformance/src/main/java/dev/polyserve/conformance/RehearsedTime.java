package dev.polyserve.conformance;

import dev.polyserve.Cause;
import dev.polyserve.conversation.Conversation;
import dev.polyserve.conversation.ServerContext;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/// The time of a rehearsal, which passes for all its connections while the handler waits for one of them.
///
/// **Thread**: its rehearsal's.
final class RehearsedTime {
    private final ManualClock clock;
    /// The client first, then the servers that the handler has connected to.
    private final List<ScriptedPeer> peers = new ArrayList<>();

    RehearsedTime(ManualClock clock) {
        this.clock = clock;
    }

    void add(ScriptedPeer peer) {
        peers.add(peer);
    }

    long nanos() {
        return clock.nanos();
    }

    /// Plays the steps of all scripts that need no reader, and whose time has come.
    void playDue() {
        peers.forEach(ScriptedPeer::playDue);
    }

    /// Plays all scripts until the wait is over, or this time.
    void playUntil(BooleanSupplier over, long atMostNanos) {
        long begun = nanos();
        playDue();
        while (!over.getAsBoolean()) {
            long left = left(atMostNanos, begun);
            if (left <= 0) {
                return;
            }
            advance(left);
            playDue();
        }
    }

    /// What is left of this time.
    ///
    /// @param begunNanos when it began
    long left(long atMostNanos, long begunNanos) {
        return atMostNanos >= ServerContext.FOREVER_NANOS
                ? ServerContext.FOREVER_NANOS
                : atMostNanos - (nanos() - begunNanos);
    }

    /// Lets time pass until a step is due, a limit is to be looked at, or this time is over. A limit that has passed ends its
    /// connection. When nothing would ever happen, the server stops.
    void advance(long atMostNanos) {
        long step = atMostNanos;
        for (ScriptedPeer peer : peers) {
            Conversation conversation = peer.conversation();
            if (conversation.cause() == null) {
                long untilLook = conversation.watch();
                if (conversation.cause() != null) {
                    return;
                }
                step = Math.min(step, Math.min(untilLook, peer.untilDueNanos()));
            }
        }
        if (step >= ServerContext.FOREVER_NANOS / 2) {
            peers.getFirst().conversation().abort(new Cause.Stopped());
        } else if (step > 0) {
            clock.advance(step);
        }
    }
}
