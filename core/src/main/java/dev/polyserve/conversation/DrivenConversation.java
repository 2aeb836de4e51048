package dev.polyserve.conversation;

import dev.polyserve.Protocol;
import java.nio.ByteBuffer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A protocol's conversation that an event loop drives: the loop asks what it wants, performs that when the socket is
/// ready, and reports it. Senders queue their messages, and wake the loop to take them ([#takeQueued]).
///
/// **Thread**: the loop's, except `shutdown`, `cutInput` and the sender.
public sealed class DrivenConversation extends ProtocolConversation permits MessageConversation {
    private @Nullable LoopOutbox outbox;

    /// Creates a conversation, not yet open.
    public DrivenConversation(ServerContext context, Identity identity, Supplier<? extends Protocol> factory,
            ConnectionContext driver) {
        super(context, identity, factory, driver);
    }

    /// Without buffers of its own.
    DrivenConversation(ServerContext context, Identity identity, Supplier<? extends Protocol> factory,
            ConnectionContext driver, InputBuffer in, OutputBuffer out) {
        super(context, identity, factory, driver, in, out);
    }

    /// Begins the conversation; afterwards it may be [#done] already.
    public void open() {
        open(null);
    }

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
