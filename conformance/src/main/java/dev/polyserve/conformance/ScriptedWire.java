package dev.polyserve.conformance;

import dev.polyserve.conversation.BufferPool;
import dev.polyserve.conversation.ConnectingWire;
import dev.polyserve.conversation.ConversationDriver;
import dev.polyserve.conversation.HeapBuffer;
import dev.polyserve.conversation.InputBufferProvider;
import dev.polyserve.conversation.NonBlockingWire;
import dev.polyserve.conversation.Wire;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/// The wire of a rehearsed handler or of a protocol on its own thread. A wait plays the script.
///
/// **Thread**: its rehearsal's.
final class ScriptedWire implements Wire, ConversationDriver, ConnectingWire, NonBlockingWire {
    private static final int SCRATCH_BYTES = 64 << 10;

    private final ScriptedPeer peer;
    private final RehearsedTime time;
    private final ConnectAnswer answer;
    private final Queue<Runnable> senders = new ArrayDeque<>();
    private boolean over;
    private boolean cut;
    private boolean peerEnded;
    private boolean outputEnded;

    /// A wire to a client, which is connected.
    ScriptedWire(ScriptedPeer peer, RehearsedTime time) {
        this(peer, time, ConnectAnswer.AT_ONCE);
    }

    /// @param answer what the peer does when it is connected to
    ScriptedWire(ScriptedPeer peer, RehearsedTime time, ConnectAnswer answer) {
        this.peer = peer;
        this.time = time;
        this.answer = answer;
    }

    /// What a server does when it is connected to.
    ///
    /// @param after how long it takes
    /// @param refusal why it refuses; null: it does not
    record ConnectAnswer(Duration after, @Nullable String refusal) {
        static final ConnectAnswer AT_ONCE = new ConnectAnswer(Duration.ZERO, null);
    }

    @Override
    public boolean connect(long atMostNanos, boolean goesOn) throws IOException {
        boolean answers = peer.passes(answer.after, atMostNanos);
        if (answers && answer.refusal != null) {
            throw new ConnectException(answer.refusal);
        }
        return answers;
    }

    boolean outputEnded() {
        return outputEnded;
    }

    @Override
    public int read(InputBufferProvider into, long atMostNanos) throws IOException {
        runSenders();
        if (over || cut || peerEnded) {
            return END;
        }
        return switch (peer.play(into.input(), atMostNanos)) {
            case ScriptedPeer.Arrived arrived -> arrived.bytes();
            case ScriptedPeer.Ended _ -> {
                peerEnded = true;
                yield END;
            }
            case ScriptedPeer.Interrupted _ -> END;
            case ScriptedPeer.TimeUp _ -> TIMED_OUT;
        };
    }

    @Override
    public void write(ByteBuffer bytes, boolean waits) throws IOException {
        if (!waits) {
            return; // the script decides whether a write waits
        }
        while (bytes.hasRemaining()) {
            if (over) {
                throw new ClosedChannelException();
            }
            if (peer.take(bytes) == 0) {
                peer.playWithoutInput();
            }
        }
    }

    @Override
    public void endOutput(boolean acknowledged) {
        outputEnded = true;
    }

    @Override
    public void close(boolean graceful) {
        runSenders();
        over = true;
    }

    @Override
    public void shutdown() {
        over = true;
    }

    @Override
    public void cutInput() {
        cut = true;
    }

    @Override
    public void runSender(Runnable task) {
        senders.add(task);
    }

    @Override
    public BufferPool pool() {
        return BufferPool.UNPOOLED;
    }

    // --- for a relay ---

    @Override
    public boolean sharesOwnerWith(NonBlockingWire other) {
        return other instanceof ScriptedWire second && second.time.equals(time);
    }

    @Override
    public HeapBuffer scratch() {
        return new HeapBuffer(SCRATCH_BYTES);
    }

    @Override
    public int readNow(ByteBuffer into) throws IOException {
        if (over || cut || peerEnded) {
            return END;
        }
        int count = peer.readNow(into);
        peerEnded = count < 0;
        return peerEnded ? END : count;
    }

    @Override
    public void writeNow(ByteBuffer bytes) throws IOException {
        if (over) {
            throw new ClosedChannelException();
        }
        int _ = peer.take(bytes);
    }

    @Override
    public boolean endOutputNow() throws IOException {
        if (over) {
            throw new ClosedChannelException();
        }
        outputEnded = true;
        return true;
    }

    @Override
    public void awaitEither(int awaited, NonBlockingWire other, int awaitedOfOther, long atMostNanos) {
        ScriptedWire second = (ScriptedWire) other;
        time.playUntil(() -> comes(awaited) || second.comes(awaitedOfOther), atMostNanos);
    }

    private boolean comes(int awaited) {
        return over || ((awaited & INPUT) != 0 && (cut || peer.isReadable()))
                || ((awaited & ROOM) != 0 && peer.isWritable());
    }

    @Override
    public void awaitTurn() {
        // There are no others.
    }

    @Override
    public boolean peerGone() {
        return peer.isReset();
    }

    private void runSenders() {
        for (Runnable task; (task = senders.poll()) != null;) {
            task.run();
        }
    }
}
