package dev.polyserve.conformance;

import dev.polyserve.conversation.Conversation;
import dev.polyserve.conversation.InputBuffer;
import dev.polyserve.conversation.ServerContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The peer of a rehearsed connection: plays the script, records the bytes it is sent, and lets time pass while the
/// handler waits.
///
/// ```
///   wait ─▶ what is due in all scripts ─▶ a fragment, the end or a reset is next ─▶ the wait ends
///     ▲                                └─ else: time passes ─┐
///     └──────────────────────────────────────────────────────┘
/// ```
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
    private final RehearsedTime time;
    private final ServerContext context;
    private final int takesBytes;
    private final List<byte[]> writes = new ArrayList<>();
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    /// How many bytes of `sent` the peer has awaited.
    private int awaitedBytes;
    private @Nullable Conversation conversation;
    private boolean begun;
    private boolean ended;
    private boolean reading = true;
    /// Whether the input was cut since the wait began.
    private boolean cut;

    ScriptedPeer(PeerScript script, RehearsedTime time, ServerContext context, int takesBytes) {
        this.script = script;
        this.time = time;
        this.context = context;
        this.takesBytes = takesBytes;
    }

    /// Sets the conversation with it; from now on its time passes.
    void connect(Conversation served) {
        conversation = served;
        time.add(this);
    }

    /// The script begins now: the connection is there.
    void begins() {
        begun = true;
        script.begins(time.nanos());
    }

    Conversation conversation() {
        if (conversation == null) {
            throw new IllegalStateException("the peer has no connection yet");
        }
        return conversation;
    }

    List<byte[]> writes() {
        return writes;
    }

    int unreadBytes() {
        return script.unreadBytes();
    }

    /// Whether a fragment can arrive now.
    boolean hasBytes() {
        return script.next() instanceof PeerScript.Receives;
    }

    /// Whether a read would not wait.
    boolean isReadable() {
        return script.next() instanceof PeerScript.Receives || script.next() instanceof PeerScript.Ends || isReset();
    }

    /// Whether it takes bytes.
    boolean isWritable() {
        playDue();
        return reading;
    }

    /// Whether it has reset the connection, and all that it has sent before was read.
    boolean isReset() {
        return script.next() instanceof PeerScript.Resets;
    }

    /// Takes bytes as a non-blocking socket does.
    ///
    /// @return the number of bytes; 0 when the peer does not read
    int take(ByteBuffer bytes) {
        while (script.next() instanceof PeerScript.StopsReading) {
            script.done(time.nanos());
            reading = false;
        }
        if (!reading) {
            return 0;
        }
        byte[] taken = new byte[Math.min(takesBytes, bytes.remaining())];
        bytes.get(taken);
        writes.add(taken);
        sent.writeBytes(taken);
        return taken.length;
    }

    // --- waits ---

    /// Plays the scripts until an event ends a wait for input, or its time limit passes.
    Event play(InputBuffer into, long atMostNanos) throws IOException {
        long begunNanos = time.nanos();
        cut = false;
        while (true) {
            time.playDue();
            if (isOver() || cut) {
                return new Interrupted();
            }
            if (isReadable()) {
                int count = readNow(into);
                return count < 0 ? new Ended() : new Arrived(count);
            }
            long left = time.left(atMostNanos, begunNanos);
            if (left <= 0) {
                return new TimeUp();
            }
            time.advance(left);
        }
    }

    /// Plays the scripts during a wait for an event other than input: until the input is cut or the connection is over.
    void playWithoutInput() throws IOException {
        cut = false;
        while (true) {
            time.playDue();
            if (isOver() || cut) {
                return;
            }
            requireNoReset();
            time.advance(ServerContext.FOREVER_NANOS);
        }
    }

    /// Lets this time pass, as until the peer answers a connect.
    ///
    /// @return false when the limit is shorter, and has passed
    boolean passes(Duration lasting, long atMostNanos) throws IOException {
        long begunNanos = time.nanos();
        long untilNanos = Math.min(lasting.toNanos(), atMostNanos);
        while (true) {
            time.playDue();
            if (isOver()) {
                throw new ClosedChannelException();
            }
            long left = untilNanos - (time.nanos() - begunNanos);
            if (left <= 0) {
                return lasting.toNanos() <= atMostNanos;
            }
            time.advance(left);
        }
    }

    // --- steps ---

    /// Reads what is next.
    ///
    /// @return how many bytes, or -1 at the end
    private int readNow(InputBuffer into) throws IOException {
        requireNoReset();
        if (script.next() instanceof PeerScript.Receives fragment) {
            ByteBuffer room = into.room();
            int count = deliver(fragment, room);
            into.received(count);
            return count;
        }
        script.done(time.nanos());
        ended = true;
        return -1;
    }

    /// As [#play], into a buffer, without a wait.
    ///
    /// @return how many bytes, 0 when there are none, or -1 at the end
    int readNow(ByteBuffer into) throws IOException {
        time.playDue();
        requireNoReset();
        return switch (script.next()) {
            case PeerScript.Receives fragment -> deliver(fragment, into);
            case PeerScript.Ends _ -> {
                script.done(time.nanos());
                ended = true;
                yield -1;
            }
            case null, default -> 0;
        };
    }

    private void requireNoReset() throws IOException {
        if (isReset()) {
            script.done(time.nanos());
            throw new IOException("Connection reset");
        }
    }

    /// Plays the steps that need no reader, and whose time has come.
    void playDue() {
        while (begun && !isOver() && isDue(script.next())) {
            PeerScript.Step step = script.next();
            script.done(time.nanos());
            switch (step) {
                case PeerScript.StopsReading _ -> reading = false;
                case PeerScript.Drains _ -> {
                    context.startDraining();
                    cut = true;
                    conversation().cutInput(true);
                }
                case PeerScript.Stops _ -> conversation().abort();
                case PeerScript.Passes _, PeerScript.Awaits _ -> {
                    // It was all.
                }
                case PeerScript.Receives _, PeerScript.Ends _, PeerScript.Resets _ ->
                    throw new IllegalStateException("input: " + step);
                case null -> throw new IllegalStateException("nothing is due at the end");
            }
        }
    }

    private boolean isDue(PeerScript.@Nullable Step step) {
        return switch (step) {
            case PeerScript.StopsReading _, PeerScript.Drains _, PeerScript.Stops _ -> true;
            case PeerScript.Passes _ -> untilDueNanos() <= 0;
            case PeerScript.Awaits awaited -> wasSent(awaited.bytes());
            case PeerScript.Receives _, PeerScript.Ends _, PeerScript.Resets _ -> false;
            case null -> false;
        };
    }

    /// The time until the next step is due; [ServerContext#FOREVER_NANOS] when time alone does not bring it.
    long untilDueNanos() {
        return begun && script.next() instanceof PeerScript.Passes passes
                ? passes.time().toNanos() - (time.nanos() - script.sinceNanos())
                : ServerContext.FOREVER_NANOS;
    }

    /// Whether it was sent these bytes after those that it has awaited before; if so, it has awaited them, too.
    private boolean wasSent(byte[] bytes) {
        byte[] all = sent.toByteArray();
        for (int from = awaitedBytes; from + bytes.length <= all.length; from++) {
            if (Arrays.equals(all, from, from + bytes.length, bytes, 0, bytes.length)) {
                awaitedBytes = from + bytes.length;
                return true;
            }
        }
        return false;
    }

    private int deliver(PeerScript.Receives fragment, ByteBuffer room) {
        if (ended) {
            throw new IllegalStateException("the script sends bytes after the peer has ended");
        }
        ByteBuffer bytes = fragment.bytes();
        int count = Math.min(room.remaining(), bytes.remaining());
        room.put(bytes.slice(bytes.position(), count));
        if (count == bytes.remaining()) {
            script.done(time.nanos());
        } else {
            script.rest(new PeerScript.Receives(bytes.slice(bytes.position() + count, bytes.remaining() - count)));
        }
        return count;
    }

    private boolean isOver() {
        return conversation().cause() != null;
    }
}
