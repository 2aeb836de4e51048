package dev.polyserve.conversation;

import dev.polyserve.Limit;
import java.io.IOException;
import java.nio.ByteBuffer;

/// Drives a [ProtocolConversation] with a thread that may wait: it performs the wanted operations, one at a time.
///
/// **Thread**: the connection's owner.
public final class ProtocolPump {
    private final ProtocolConversation conversation;
    private final Wire wire;

    /// Creates a pump between a conversation, created for it, and its wire.
    public ProtocolPump(ProtocolConversation conversation, Wire wire) {
        this.conversation = conversation;
        this.wire = wire;
    }

    /// Pumps until the conversation is over, closes the wire, and completes it. It never throws.
    public void run() {
        conversation.open();
        try {
            while (!conversation.done()) {
                step();
            }
            finishOutput();
            linger();
        } catch (IOException e) {
            conversation.lost(e);
        } finally {
            close();
            conversation.finish();
        }
    }

    private void step() throws IOException {
        if (conversation.wantsWrite()) {
            write();
        } else if (conversation.wantsEndOutput()) {
            endOutput();
        } else {
            read();
        }
    }

    private void read() throws IOException {
        conversation.waits();
        if (conversation.done()) {
            return;
        }
        if (conversation.input().ended()) {
            conversation.awaitCut();
            conversation.waited();
            conversation.inputEnded();
            return;
        }
        int count = wire.read(conversation.input(), ServerContext.FOREVER_NANOS);
        conversation.waited();
        switch (count) {
            case Wire.TIMED_OUT -> throw new IllegalStateException("a read without a limit of its own timed out");
            case Wire.END -> conversation.inputEnded();
            default -> conversation.received(count);
        }
    }

    private void write() throws IOException {
        ByteBuffer bytes = conversation.pendingOutput();
        int count = Math.min(bytes.remaining(), HandlerOutput.WRITE_PIECE_BYTES);
        bytes.limit(bytes.position() + count);
        conversation.waits();
        WireOutbox shared = conversation.wireOutbox();
        if (shared == null) {
            wire.write(bytes);
        } else {
            shared.write(bytes);
        }
        conversation.waited();
        conversation.sent(count);
    }

    private void finishOutput() throws IOException {
        if (conversation.graceful()) {
            WireOutbox shared = conversation.wireOutbox();
            if (shared != null) {
                shared.finish();
            }
            if (conversation.wantsEndOutput()) {
                endOutput();
            }
        }
    }

    private void endOutput() throws IOException {
        WireOutbox shared = conversation.wireOutbox();
        if (shared == null) {
            conversation.waitsFor(Limit.WRITE_STALL);
            wire.awaitAcknowledged();
            conversation.waited();
            wire.endOutput();
        } else {
            shared.endOutput();
        }
        conversation.outputEnded();
    }

    private void linger() {
        if (!conversation.mayHaveUnread()) {
            return;
        }
        LingeringClose lingering = conversation.lingering();
        try {
            lingering.await(wire, () -> !conversation.graceful());
            conversation.lingered(lingering);
        } catch (IOException e) {
            conversation.lostAtTheEnd(e);
        }
    }

    private void close() {
        try {
            wire.close(conversation.mayHaveUnread());
        } catch (IOException e) {
            // The descriptor is released whatever close reports, and the conversation had already ended.
            wire.shutdown();
        }
    }
}
