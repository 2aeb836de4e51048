package dev.polyserve.conversation;

import dev.polyserve.Options;

/// What a connection needs only while it is not idle: its buffers and, where its messages are handled one by one, their
/// outputs.
///
/// **Thread**: the owner of the connection that has them.
final class ConnectionBuffers {
    /// Those of an idle connection of a loop, shared by all: they are only asked, and never change.
    static final ConnectionBuffers NONE = new ConnectionBuffers(InputBuffer.NONE, OutputBuffer.NONE,
            MessageOutputQueue.NONE, false, Options.defaults().limits());

    final InputBuffer in;
    final OutputBuffer out;
    /// The outputs of the messages in handling, and of those whose replies are to be sent.
    final MessageOutputQueue outputs;
    /// Whether a loop has lent them until the connection is idle.
    final boolean shared;
    /// Those in force when the connection got the buffers.
    Options.Limits limits;
    /// How many of the bytes that they occupy the budget knows of.
    private long accountedBytes;

    private ConnectionBuffers(InputBuffer in, OutputBuffer out, MessageOutputQueue outputs, boolean shared,
            Options.Limits limits) {
        this.in = in;
        this.out = out;
        this.outputs = outputs;
        this.shared = shared;
        this.limits = limits;
    }

    /// Buffers for one connection, until its end, whose handler has no outputs of its own.
    static ConnectionBuffers own(BufferPool pool, Options.Limits limits) {
        BufferPool forOutput = pool.reclaims() ? pool : ThreadSharedBufferPool.ALL;
        return new ConnectionBuffers(new InputBuffer(pool, limits), new OutputBuffer(forOutput, limits),
                MessageOutputQueue.NONE, false, limits);
    }

    /// Buffers for any connection, one after another.
    static ConnectionBuffers shared(BufferPool pool, Options.Limits limits) {
        return new ConnectionBuffers(new InputBuffer(pool, limits), new OutputBuffer(pool, limits),
                new MessageOutputQueue(), true, limits);
    }

    /// Starts again for another connection.
    ///
    /// @param pool the memory for its bytes
    void startAgain(BufferPool pool, Options.Limits inForce) {
        limits = inForce;
        in.startsAgain(pool, inForce);
        out.startsAgain(pool, inForce);
    }

    /// Whether they may go back to the loop, because nothing in them is needed.
    boolean mayBeGiven() {
        return shared && in.available() == 0 && !in.ended() && out.pending() == 0;
    }

    /// Reports how many bytes they occupy now; it costs nothing unless the number has changed.
    void account(BufferBudget budget) throws LimitException {
        long retained = (long) in.capacity() + out.capacity() + outputs.retainedBytes();
        if (retained != accountedBytes) {
            budget.take(retained - accountedBytes);
            accountedBytes = retained;
        }
    }

    /// Records that they occupy nothing.
    void accountNothing(BufferBudget budget) {
        if (accountedBytes != 0) {
            budget.give(accountedBytes);
            accountedBytes = 0;
        }
    }

    /// Gives all memory back, and refers to no connection any more.
    void clear() {
        in.leavePool();
        out.leavePool();
        outputs.clear();
    }
}
