package dev.polyserve.conversation;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.IntSupplier;

/// A wire without a socket: a test chooses the pieces of the input and of the output that is sent at once, and the
/// order of calls is recorded.
class ScriptedWire implements Wire, ConversationDriver {
    /// The calls, in order; runs of reads and of writes count once.
    final List<String> calls = new ArrayList<>();
    /// The bytes sent.
    final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    /// The tasks to run beside the owner.
    final Queue<Runnable> tasks = new ArrayDeque<>();
    private final ByteBuffer input;
    private final IntSupplier pieceBytes;

    /// @param input the peer's input before its end
    /// @param pieceBytes how much the next call moves, at least one byte
    ScriptedWire(byte[] input, IntSupplier pieceBytes) {
        this.input = ByteBuffer.wrap(input);
        this.pieceBytes = pieceBytes;
    }

    private void called(String what) {
        if (calls.isEmpty() || !calls.getLast().equals(what)) {
            calls.add(what);
        }
    }

    @Override
    public int read(InputBufferProvider into, long atMostNanos) throws LimitException {
        called("read");
        if (!input.hasRemaining()) {
            return END;
        }
        InputBuffer buffer = into.input();
        ByteBuffer room = buffer.room();
        int count = Math.min(Math.min(pieceBytes.getAsInt(), room.remaining()), input.remaining());
        for (int i = 0; i < count; i++) {
            room.put(input.get());
        }
        buffer.received(count);
        return count;
    }

    @Override
    public void write(ByteBuffer bytes, boolean waits) throws IOException {
        called("write");
        int count = waits ? bytes.remaining() : Math.min(pieceBytes.getAsInt(), bytes.remaining());
        for (int i = 0; i < count; i++) {
            sent.write(bytes.get());
        }
    }

    @Override
    public void endOutput(boolean acknowledged) throws IOException {
        if (acknowledged) {
            called("awaitAcknowledged");
        }
        called("endOutput");
    }

    @Override
    public void close(boolean unread) {
        called("close");
    }

    @Override
    public void shutdown() {
        called("shutdown");
    }

    @Override
    public void cutInput() {
        called("cutInput");
    }

    @Override
    public void runSender(Runnable task) {
        tasks.add(task);
    }

    @Override
    public BufferPool pool() {
        return BufferPool.UNPOOLED;
    }
}
