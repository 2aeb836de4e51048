package dev.polyserve.conformance;

import dev.polyserve.Cause;
import java.util.List;

/// What became of one connection of a [Rehearsal].
record RecordedConnection(List<byte[]> writes, boolean outputEnded, Cause cause, int unread)
        implements
            RehearsedConnection {
    /// Copies the list.
    RecordedConnection {
        writes = List.copyOf(writes);
    }

    /// Of a connection that is over.
    static RecordedConnection of(ScriptedPeer peer, boolean outputEnded) {
        Cause cause = peer.conversation().cause();
        if (cause == null) {
            throw new IllegalStateException("the connection did not end: " + peer.conversation());
        }
        return new RecordedConnection(peer.writes(), outputEnded, cause, peer.unreadBytes());
    }
}
