package dev.polyserve.conformance;

import dev.polyserve.Cause;
import dev.polyserve.conversation.Conversation;
import dev.polyserve.conversation.InputBuffer;
import dev.polyserve.conversation.ServerContext;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The peer of a rehearsed connection: plays the script, records the bytes it is sent, and advances the clock while the
/// handler waits.
///
/// **Thread**: its rehearsal's.
final class ScriptedPeer {
    /// The event that ended [#play].
    sealed interface Event {}

    /// Bytes were added to the input.
    record Arrived(int bytes) implements Event {}

    record Ended() implements Event {}

    /// The connection ended or its input was cut; the waiting code checks its state.
    record Interrupted() implements Event {}

    /// The time limit of the wait passed.
    record TimeUp() implements Event {}

    private final PeerScript script;
    private final ManualClock clock;
    private final ServerContext context;
    private final int takesBytes;
    private final List<byte[]> writes = new ArrayList<>();
    private @Nullable Conversation conversation;
    private boolean ended;
    private boolean reading = true;
    /// The rest of the present wait.
    private long leftNanos;

    ScriptedPeer(PeerScript script, ManualClock clock, ServerContext context, int takesBytes) {
        this.script = script;
        this.clock = clock;
        this.context = context;
        this.takesBytes = takesBytes;
    }

    void connect(Conversation served) {
        conversation = served;
    }

    List<byte[]> writes() {
        return writes;
    }

    /// Whether a fragment can arrive now.
    boolean hasBytes() {
        return script.next() instanceof PeerScript.Receives;
    }

    /// Takes bytes as a non-blocking socket does.
    ///
    /// @return the number of bytes; 0 when the peer does not read
    int take(ByteBuffer bytes) {
        while (script.next() instanceof PeerScript.StopsReading) {
            script.done();
            reading = false;
        }
        if (!reading) {
            return 0;
        }
        byte[] taken = new byte[Math.min(takesBytes, bytes.remaining())];
        bytes.get(taken);
        writes.add(taken);
        return taken.length;
    }

    /// Plays the script until an event ends a wait for input, or its time limit passes.
    Event play(InputBuffer into, long atMostNanos) throws IOException {
        leftNanos = atMostNanos;
        while (!isOver()) {
            Event met = switch (script.next()) {
                case PeerScript.Receives fragment -> new Arrived(deliver(fragment, into));
                case PeerScript.Ends _ -> {
                    script.done();
                    ended = true;
                    yield new Ended();
                }
                case null -> nothingMore();
                case PeerScript.Step other -> happen(other);
            };
            if (met != null) {
                return met;
            }
        }
        return new Interrupted();
    }

    /// Plays the script during a wait for an event other than input. Fragments are held back; a time limit ends the
    /// wait.
    void playWithoutInput() throws IOException {
        leftNanos = ServerContext.FOREVER_NANOS;
        while (!isOver()) {
            PeerScript.Step next = script.next();
            if (next == null || next instanceof PeerScript.Receives || next instanceof PeerScript.Ends) {
                passUntilOver();
            } else if (happen(next) != null) {
                return;
            }
        }
    }

    /// Plays one step that brings no input.
    ///
    /// @return the event that ends the wait; null when the wait continues
    private @Nullable Event happen(PeerScript.Step step) throws IOException {
        if (step instanceof PeerScript.Passes passes) {
            return pass(passes);
        }
        script.done();
        return switch (step) {
            case PeerScript.Resets _ -> throw new IOException("Connection reset");
            case PeerScript.StopsReading _ -> {
                reading = false;
                yield null;
            }
            case PeerScript.Drains _ -> {
                context.startDraining();
                requireConversation().cutInput(true);
                yield new Interrupted();
            }
            case PeerScript.Stops _ -> {
                requireConversation().abort();
                yield null;
            }
            case PeerScript.Receives _, PeerScript.Ends _, PeerScript.Passes _ ->
                throw new IllegalStateException("input: " + step);
        };
    }

    private @Nullable Event pass(PeerScript.Passes passes) {
        long asked = passes.time().toNanos();
        long step = Math.min(leftNanos, asked);
        pass(step);
        if (step == asked) {
            script.done();
        } else {
            script.rest(new PeerScript.Passes(passes.time().minusNanos(step)));
        }
        if (leftNanos < ServerContext.FOREVER_NANOS) {
            leftNanos -= step;
        }
        return leftNanos <= 0 && !isOver() ? new TimeUp() : null;
    }

    /// Plays the end of the script: the peer is silent until a time limit passes. Without a limit, the server stops.
    private Event nothingMore() {
        if (leftNanos < ServerContext.FOREVER_NANOS) {
            pass(leftNanos);
            return isOver() ? new Interrupted() : new TimeUp();
        }
        passUntilOver();
        return new Interrupted();
    }

    /// Advances the clock until a limit ends the connection. A connection without limits ends as by a stop of the
    /// server.
    private void passUntilOver() {
        Conversation served = requireConversation();
        while (!isOver()) {
            long next = served.watch();
            if (next >= ServerContext.FOREVER_NANOS / 2) {
                served.abort(new Cause.Stopped());
            } else if (next > 0) {
                clock.advance(next);
            }
        }
    }

    private void pass(long nanos) {
        long left = nanos;
        while (!isOver()) {
            long next = requireConversation().watch();
            if (left <= 0 || next < 0) {
                return;
            }
            long step = Math.min(left, next);
            clock.advance(step);
            left -= step;
        }
    }

    private int deliver(PeerScript.Receives fragment, InputBuffer into) throws IOException {
        if (ended) {
            throw new IllegalStateException("the script sends bytes after the peer has ended");
        }
        ByteBuffer bytes = fragment.bytes();
        ByteBuffer room = into.room();
        int count = Math.min(room.remaining(), bytes.remaining());
        room.put(bytes.slice(0, count));
        into.received(count);
        if (count == bytes.remaining()) {
            script.done();
        } else {
            script.rest(new PeerScript.Receives(bytes.slice(count, bytes.remaining() - count)));
        }
        return count;
    }

    private boolean isOver() {
        return requireConversation().cause() != null;
    }

    private Conversation requireConversation() {
        if (conversation == null) {
            throw new IllegalStateException("the peer has no connection yet");
        }
        return conversation;
    }
}
