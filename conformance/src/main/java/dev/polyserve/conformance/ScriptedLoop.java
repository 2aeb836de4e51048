package dev.polyserve.conformance;

import dev.polyserve.conversation.BufferPool;
import dev.polyserve.conversation.ProtocolDriver;
import dev.polyserve.conversation.ProtocolConversation;
import dev.polyserve.conversation.ServerContext;
import java.io.IOException;
import java.nio.ByteBuffer;

/// Drives a rehearsed protocol as an event loop does, as far as the script allows.
///
/// After a short write it reads before it writes the rest, which is the worst interleaving of the two directions.
///
/// **Thread**: its rehearsal's.
final class ScriptedLoop implements ProtocolDriver {
    private final ScriptedPeer peer;
    private boolean woken;
    private boolean cut;
    private boolean outputEnded;

    ScriptedLoop(ScriptedPeer peer) {
        this.peer = peer;
    }

    boolean outputEnded() {
        return outputEnded;
    }

    void run(ProtocolConversation driven) {
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

    private void turn(ProtocolConversation driven) throws IOException {
        if (woken) {
            woken = false;
            driven.takeQueued();
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

    private void write(ProtocolConversation driven) throws IOException {
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

    private void read(ProtocolConversation driven) throws IOException {
        driven.waits();
        switch (peer.play(driven.input(), ServerContext.FOREVER_NANOS)) {
            case ScriptedPeer.Arrived arrived -> driven.received(arrived.bytes());
            case ScriptedPeer.Ended _ -> driven.inputEnded();
            case ScriptedPeer.Interrupted _, ScriptedPeer.TimeUp _ -> driven.waited();
        }
    }

    /// Waits for an event other than input.
    private void await(ProtocolConversation driven) throws IOException {
        driven.waits();
        peer.playWithoutInput();
        driven.waited();
    }

    private void endOutput(ProtocolConversation driven) {
        outputEnded = true;
        driven.outputEnded();
    }

    @Override
    public BufferPool pool() {
        return BufferPool.UNPOOLED;
    }

    @Override
    public void wake() {
        woken = true;
    }

    @Override
    public void shutdown() {
        // The loop checks the cause in its next turn.
        woken = true;
    }

    @Override
    public void discard() {
        throw new IllegalStateException("a rehearsed connection is never queued");
    }

    @Override
    public void cutInput() {
        cut = true;
    }
}
