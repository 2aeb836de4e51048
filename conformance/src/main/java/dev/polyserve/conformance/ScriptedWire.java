package dev.polyserve.conformance;

import dev.polyserve.conversation.BufferPool;
import dev.polyserve.conversation.ConversationDriver;
import dev.polyserve.conversation.InputBufferProvider;
import dev.polyserve.conversation.Wire;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.Queue;

/// The wire of a rehearsed handler or of a protocol on its own thread. A wait plays the script.
///
/// **Thread**: its rehearsal's.
final class ScriptedWire implements Wire, ConversationDriver {
    private final ScriptedPeer peer;
    private final Queue<Runnable> senders = new ArrayDeque<>();
    private boolean over;
    private boolean cut;
    private boolean peerEnded;
    private boolean outputEnded;

    ScriptedWire(ScriptedPeer peer) {
        this.peer = peer;
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

    private void runSenders() {
        for (Runnable task; (task = senders.poll()) != null;) {
            task.run();
        }
    }
}
