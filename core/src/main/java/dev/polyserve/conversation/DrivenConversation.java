package dev.polyserve.conversation;

import dev.polyserve.Protocol;
import java.nio.ByteBuffer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A protocol's conversation that an event loop drives: the loop asks what it wants, performs that when the socket is
/// ready, and reports it. Senders queue their messages, and wake the loop to take them ([#takeQueued]).
///
/// An idle connection has no buffers: it takes some from the loop when bytes arrive or are to be sent, and gives them back
/// with its next wait as an idle one ([ConnectionBuffers]).
///
/// **Thread**: the loop's, except `shutdown`, `cutInput` and the sender.
public sealed class DrivenConversation extends ProtocolConversation permits MessageConversation {
    private @Nullable LoopOutbox outbox;

    /// Creates a conversation, not yet open.
    public <C extends ConnectionContext & LoopBuffers> DrivenConversation(ServerContext context, Identity identity,
            Supplier<? extends Protocol> factory, C driver) {
        super(context, identity, factory, driver, ConnectionBuffers.NONE);
    }

    /// Begins the conversation; afterwards it may be [#done] already.
    public void open() {
        open(null);
    }

    // --- the buffers ---

    @Override
    public InputBuffer input() {
        takeBuffers();
        return super.input();
    }

    @Override
    OutputBuffer output() {
        takeBuffers();
        return super.output();
    }

    final void takeBuffers() {
        if (buffers == ConnectionBuffers.NONE) {
            buffers = lent().take(context.options().limits());
        }
    }

    @Override
    final void giveBuffers() {
        ConnectionBuffers given = buffers;
        if (given != ConnectionBuffers.NONE) {
            buffers = ConnectionBuffers.NONE;
            given.accountNothing(context.budget());
            lent().give(given);
        }
    }

    private ConnectionBufferPool lent() {
        return ((LoopBuffers) control).buffers();
    }

    /// Whether the buffers have nothing that is needed.
    boolean areBuffersUnused() {
        return buffers.in.available() == 0 && !buffers.in.ended() && !wantsWrite();
    }

    @Override
    public void waits(boolean unsent) {
        super.waits(unsent);
        if (areBuffersUnused()) {
            giveBuffers();
        }
    }

    // --- the messages of senders ---

    @Override
    @Nullable Outbox outbox() {
        return outbox;
    }

    @Override
    Outbox newOutbox() {
        LoopOutbox made = new LoopOutbox(this);
        outbox = made;
        return made;
    }

    @Override
    boolean hasQueued() {
        return outbox != null && !outbox.isEmpty();
    }

    @Override
    public void takeQueued() {
        LoopOutbox queued = outbox;
        if (queued == null) {
            return;
        }
        queued.came();
        try {
            for (ByteBuffer message; !outputBacklogged() && (message = queued.poll()) != null;) {
                int bytes = message.remaining();
                try {
                    output().append(message);
                } finally {
                    queued.left(bytes);
                }
            }
        } catch (LimitException e) {
            lost(e);
            queued.discard();
        }
        if (queued.endsNow()) {
            end();
        }
        if (queued.closesNow() && !inputCut()) {
            cutInput(false);
        }
    }

    @Override
    void discard() {
        control.shutdown();
    }

    /// One that has begun is ended by its driver, as nothing more is sent.
    @Override
    void endInPlace() {
        claim();
        control.shutdown();
        if (!isRunning()) {
            complete(false);
        }
    }
}
