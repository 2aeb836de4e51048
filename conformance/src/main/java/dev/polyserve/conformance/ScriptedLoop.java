package dev.polyserve.conformance;

import dev.polyserve.conversation.BufferPool;
import dev.polyserve.conversation.ConnectionBufferPool;
import dev.polyserve.conversation.ConversationDriver;
import dev.polyserve.conversation.LoopProtocolConversation;
import dev.polyserve.conversation.LoopBufferProvider;
import dev.polyserve.conversation.ServerContext;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Drives a rehearsed protocol as an event loop does, as far as the script allows.
///
/// After a short write it reads before it writes the rest, which is the worst interleaving of the two directions.
///
/// **Thread**: its rehearsal's.
final class ScriptedLoop implements ConversationDriver, LoopBufferProvider {
    private final ConnectionBufferPool buffers = new ConnectionBufferPool();
    private final ScriptedPeer peer;
    private @Nullable Runnable sending;
    private boolean cut;
    private boolean outputEnded;

    ScriptedLoop(ScriptedPeer peer) {
        this.peer = peer;
    }

    boolean outputEnded() {
        return outputEnded;
    }

    void run(LoopProtocolConversation driven) {
        driven.open();
        while (!driven.done()) {
            try {
                turn(driven);
            } catch (IOException e) {
                driven.lost(e);
            }
        }
        if (driven.graceful() && driven.wantsEndOutput()) {
            endOutput(driven);
        }
        driven.finish();
    }

    private void turn(LoopProtocolConversation driven) throws IOException {
        Runnable task = sending;
        if (task != null) {
            sending = null;
            task.run();
        }
        if (cut) {
            cut = false;
            driven.inputEnded();
        } else if (driven.wantsWrite()) {
            write(driven);
        } else if (driven.wantsEndOutput()) {
            endOutput(driven);
        } else if (driven.wantsRead()) {
            read(driven);
        } else if (!driven.done()) {
            await(driven);
        }
    }

    private void write(LoopProtocolConversation driven) throws IOException {
        ByteBuffer pending = driven.pendingOutput();
        int asked = pending.remaining();
        int count = peer.take(pending);
        driven.sent(count);
        if (count < asked && driven.wantsRead() && peer.hasBytes()) {
            read(driven);
        } else if (count == 0) {
            await(driven);
        }
    }

    private void read(LoopProtocolConversation driven) throws IOException {
        driven.waits();
        switch (peer.play(driven.input(), ServerContext.FOREVER_NANOS)) {
            case ScriptedPeer.Arrived arrived -> driven.received(arrived.bytes());
            case ScriptedPeer.Ended _ -> driven.inputEnded();
            case ScriptedPeer.Interrupted _, ScriptedPeer.TimeUp _ -> driven.waited();
        }
    }

    /// Waits for an event other than input.
    private void await(LoopProtocolConversation driven) throws IOException {
        driven.waits();
        peer.playWithoutInput();
        driven.waited();
    }

    private void endOutput(LoopProtocolConversation driven) {
        outputEnded = true;
        driven.outputEnded();
    }

    @Override
    public ConnectionBufferPool buffers() {
        return buffers;
    }

    @Override
    public BufferPool pool() {
        return BufferPool.UNPOOLED;
    }

    @Override
    public void runSender(Runnable task) {
        sending = task;
    }

    @Override
    public void shutdown() {
        // The loop checks the cause in its next turn.
    }

    @Override
    public void cutInput() {
        cut = true;
    }
}
