package dev.polyserve.conversation;

import dev.polyserve.ConnectionException;
import java.io.IOException;
import java.nio.ByteBuffer;

/// One direction of a [ReadinessRelay]: bytes of one connection that go to the other one.
///
/// ```
///   COPIES ─▶ read into the loop's array ─▶ write ─▶ all accepted: read again
///      │                                      └─ not all: the rest waits in the target's output; nothing is read until it is sent
///      ├─ end of input ─▶ ENDS ─▶ the target's output is ended ─▶ OVER
///      └─ the target reads no more, after its own end (EPIPE) ─────▶ OVER
/// ```
///
/// **Thread**: the owner of both connections, in the library.
final class RelayDirection {
    /// The most of one read: what the target does not accept is kept, and may take twice as much.
    private static final int READ_BYTES = 32 << 10;

    private enum State {
        COPIES, ENDS, OVER
    }

    private final WaitingConversation from;
    private final NonBlockingWire source;
    private final WaitingConversation to;
    private final NonBlockingWire target;
    private State state = State.COPIES;
    private long copiedBytes;

    RelayDirection(WaitingConversation from, NonBlockingWire source, WaitingConversation to, NonBlockingWire target) {
        this.from = from;
        this.source = source;
        this.to = to;
        this.target = target;
    }

    boolean isOver() {
        return state == State.OVER;
    }

    /// How many bytes the target's kernel has accepted so far.
    long copiedBytes() {
        return copiedBytes;
    }

    /// Whether it goes on when its source has input.
    boolean awaitsInput() {
        return state == State.COPIES && !isStuck();
    }

    /// Whether it goes on when its target has room.
    boolean awaitsRoom() {
        return state == State.ENDS || isStuck();
    }

    private boolean isStuck() {
        return state != State.OVER && to.pendingBytes() > 0;
    }

    /// Does what can be done without a wait.
    ///
    /// @return false if there was nothing
    boolean moves() throws IOException {
        try {
            return switch (state) {
                case COPIES -> isStuck() ? sendsStuck() : copies();
                case ENDS -> isStuck() ? sendsStuck() : ends();
                case OVER -> false;
            };
        } catch (BrokenPipeException e) {
            // The other direction goes on: the target's last bytes are whole.
            to.output().clear();
            state = State.OVER;
            return true;
        }
    }

    private boolean copies() throws IOException {
        if (from.available() > 0) { // read before the relay began
            keep(from.input().takeAll());
            return true;
        }
        ByteBuffer room = source.scratch().room().limit(READ_BYTES);
        int count = from.readNow(source, room);
        if (count == Wire.END) {
            state = State.ENDS;
            return true;
        }
        if (count > 0) {
            send(room.flip());
        }
        return count > 0;
    }

    private void send(ByteBuffer bytes) throws IOException {
        copiedBytes += to.writeNow(target, bytes);
        if (bytes.hasRemaining()) {
            keep(bytes);
        }
    }

    private void keep(ByteBuffer bytes) throws ConnectionException {
        try {
            to.output().append(bytes);
            to.accountBuffers();
        } catch (LimitException e) {
            throw to.lost(e);
        }
    }

    private boolean sendsStuck() throws IOException {
        OutputBuffer stuck = to.output();
        int count = to.writeNow(target, stuck.pendingBytes());
        stuck.sent(count);
        stuck.reclaim();
        copiedBytes += count;
        return count > 0;
    }

    private boolean ends() throws IOException {
        if (!to.endOutputNow(target)) {
            return false;
        }
        state = State.OVER;
        return true;
    }
}
