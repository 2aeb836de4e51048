package dev.polyserve.linux.socket;

import dev.polyserve.linux.system.CallMemory;
import dev.polyserve.linux.system.CallMemoryPool;
import dev.polyserve.linux.system.FileCalls;
import dev.polyserve.linux.system.SystemCallException;
import java.io.IOException;

/// A descriptor that becomes readable when another thread wants a loop to look up.
///
/// **Thread**: any.
public final class Wakeup {
    private final CallMemoryPool memories;
    private final Descriptor descriptor;

    /// A new one, whose calls use these memories.
    public Wakeup(CallMemoryPool memories) throws IOException {
        this.memories = memories;
        CallMemory memory = memories.take();
        try {
            this.descriptor = new Descriptor(SystemCallException.require("eventfd", FileCalls.eventfd(memory)));
        } finally {
            memories.give(memory);
        }
    }

    /// What becomes readable.
    Descriptor owned() {
        return descriptor;
    }

    /// Its number, to be watched.
    public int descriptor() {
        return descriptor.number();
    }

    /// Becomes readable; harmless when it is closed, for then nobody waits.
    public void signal() {
        if (!descriptor.tryBegin()) {
            return;
        }
        CallMemory memory = memories.take();
        try {
            int unused = FileCalls.eventfdAdd(memory, descriptor.number());
            // It would refuse only what 2^64 signals have filled.
            assert unused == Long.BYTES;
        } finally {
            memories.give(memory);
            descriptor.end();
        }
    }

    /// Is not readable any more, until the next signal.
    public void reset(CallMemory memory) {
        int unused = FileCalls.eventfdReset(memory, descriptor.number());
        assert unused != 0;
    }

    /// Nobody waits for it any more.
    public void close() throws IOException {
        descriptor.close();
    }
}
