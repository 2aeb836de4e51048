package dev.polyserve.conversation;

import dev.polyserve.Options;

/// What a connection of messages needs only while it is not idle: its buffers, and the outputs of its messages.
///
/// **Thread**: the owner of the connection that has them.
final class MessageBuffers {
    /// Those of an idle connection, shared by all: they are only asked, and never change.
    static final MessageBuffers NONE = new MessageBuffers(InputBuffer.NONE, OutputBuffer.NONE);

    final InputBuffer in;
    final OutputBuffer out;
    /// The outputs of the messages in handling, and of those whose replies are to be sent.
    final MessageOutputs outputs = new MessageOutputs();

    private MessageBuffers(InputBuffer in, OutputBuffer out) {
        this.in = in;
        this.out = out;
    }

    MessageBuffers(BufferPool pool, Options.Limits limits) {
        this(new InputBuffer(pool, limits), new OutputBuffer(pool, limits));
    }

    /// Starts again for another connection.
    void startAgain(Options.Limits limits) {
        in.startsAgain(limits);
        out.startsAgain(limits);
    }

    /// Gives all memory back, and refers to no connection any more.
    void clear() {
        in.clear();
        out.clear();
        outputs.clear();
    }
}
