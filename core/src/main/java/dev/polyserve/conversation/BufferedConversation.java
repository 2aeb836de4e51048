package dev.polyserve.conversation;

import dev.polyserve.Cause;
import java.io.IOException;

/// The base of the conversations that this process serves, as opposed to an [ExternallyServedConversation]: their
/// buffers, and their control by other threads.
///
/// **Thread**: as [Conversation]; the buffers belong to the owner.
abstract sealed class BufferedConversation extends Conversation permits LimitedWireConversation, ProtocolConversation {
    final ConversationDriver control;
    ConnectionBuffers buffers;

    BufferedConversation(ServerContext context, Identity identity, ConversationDriver control,
            ConnectionBuffers buffers) {
        super(context, identity);
        this.control = control;
        this.buffers = buffers;
    }

    /// With buffers of its own, unless its loop lends some.
    BufferedConversation(ServerContext context, Identity identity, ConversationDriver control) {
        this(context, identity, control, control instanceof LoopBufferProvider && control.pool().reclaims()
                ? ConnectionBuffers.NONE
                : ConnectionBuffers.own(control.pool(), context.options().limits()));
    }

    /// Takes buffers from the loop, unless the connection has some.
    void takeBuffers() {
        if (buffers == ConnectionBuffers.NONE) {
            buffers = lent().take(control.pool(), context.options().limits());
        }
    }

    /// Gives buffers back to the loop that has lent them; bytes that are left in them are discarded.
    final void giveBuffers() {
        ConnectionBuffers given = buffers;
        if (given.shared) {
            buffers = ConnectionBuffers.NONE;
            given.accountNothing(context.budget());
            lent().give(given);
        }
    }

    private ConnectionBufferPool lent() {
        return ((LoopBufferProvider) control).buffers();
    }

    /// Accounts for the bytes of the buffers, before a wait.
    final void accountBuffers() throws LimitException {
        buffers.account(context.budget());
    }

    @Override
    final void accountNothing() {
        buffers.accountNothing(context.budget());
    }

    /// The owner's thread cannot go on, for lack of memory or by a defect: leaves the end to the monitor.
    final void ownerFailed(Throwable why) {
        abandon(why);
        context.log().failed(System.Logger.Level.ERROR, why instanceof OutOfMemoryError
                ? "a connection lacks memory, and is closed"
                : "a defect in a connection, which is closed", why);
    }

    @Override
    final long waitBeginsNanos() {
        return control.waitBeginsNanos(this, context.clock());
    }

    @Override
    ReadinessAtDeadline pending(boolean toWrite) {
        return control.pending(toWrite);
    }

    @Override
    final int unacknowledged() throws IOException {
        return control instanceof KernelSendQueue queue ? queue.unacknowledged() : Wire.UNKNOWN;
    }

    /// As [dev.polyserve.Output#reset].
    public final void reset(Cause why) {
        giveUp(why);
        control.resetOnClose();
    }

    @Override
    void shutdown() {
        control.shutdown();
    }

    @Override
    void cutInput() {
        control.cutInput();
    }
}
