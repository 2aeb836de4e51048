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
public sealed class LoopProtocolConversation extends ProtocolConversation permits MessageConversation {
    /// Creates a conversation, not yet open.
    public <C extends ConversationDriver & LoopBufferProvider> LoopProtocolConversation(ServerContext context,
            Identity identity, Supplier<? extends Protocol> factory, C driver) {
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

    /// Whether the connection has buffers, with nothing in them that is needed.
    boolean areBuffersUnused() {
        return buffers.mayBeGiven();
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
    @Nullable LoopCrossThreadSendQueue senderQueue() {
        LazyState known = knownState();
        return known == null ? null : known.senderQueue;
    }

    @Override
    CrossThreadSendQueue newSenderQueue() {
        LoopCrossThreadSendQueue made = new LoopCrossThreadSendQueue(this);
        lazyState().senderQueue = made;
        return made;
    }

    @Override
    boolean hasQueued() {
        LoopCrossThreadSendQueue queued = senderQueue();
        return queued != null && !queued.isEmpty();
    }

    @Override
    public void takeQueued() {
        LoopCrossThreadSendQueue queued = senderQueue();
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
