package dev.polyserve.linux.socket;

import dev.polyserve.linux.system.SystemCallMemory;
import dev.polyserve.linux.system.SystemCallMemoryPool;
import dev.polyserve.linux.system.DescriptorCalls;
import dev.polyserve.linux.system.SystemCallException;
import java.io.IOException;

/// A descriptor that becomes readable when another thread wakes up a loop.
///
/// **Thread**: any.
public final class Wakeup {
    private final SystemCallMemoryPool memories;
    private final Descriptor descriptor;

    /// Creates a wake-up; its calls use these memories.
    public Wakeup(SystemCallMemoryPool memories) throws IOException {
        this.memories = memories;
        SystemCallMemory memory = memories.take();
        try {
            this.descriptor = new Descriptor(SystemCallException.require("eventfd", DescriptorCalls.eventfd(memory)));
        } finally {
            memories.give(memory);
        }
    }

    /// Returns the descriptor that becomes readable.
    Descriptor owned() {
        return descriptor;
    }

    /// Returns the number of the descriptor to watch.
    public int descriptor() {
        return descriptor.number();
    }

    /// Makes it readable; without effect when it is closed, because no loop waits then.
    public void signal() {
        SystemCallMemory memory = memories.take();
        if (!descriptor.tryBegin()) {
            memories.give(memory);
            return;
        }
        try {
            int unused = DescriptorCalls.eventfdAdd(memory, descriptor.number());
            // The write fails only when 2^64 signals have filled the counter.
            assert unused == Long.BYTES;
        } finally {
            memories.give(memory);
            descriptor.end();
        }
    }

    /// Clears the readiness until the next signal.
    public void reset(SystemCallMemory memory) {
        int unused = DescriptorCalls.eventfdReset(memory, descriptor.number());
        assert unused != 0;
    }

    /// Closes the descriptor; no loop may wait for it any more.
    public void close() throws IOException {
        descriptor.close();
    }
}
