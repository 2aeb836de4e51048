package dev.polyserve.linux.socket;

import dev.polyserve.io.Pollable;
import dev.polyserve.linux.system.CallMemoryPool;
import java.io.IOException;

/// A source that is a descriptor, together with the memory and the readiness record that its multiplexer assigns.
///
/// **Thread**: as its subclass.
public abstract sealed class PollableDescriptor implements Pollable
        permits DescriptorSocket, BoundPollableDescriptor, ReceivedConnectionsListener, WatchedDescriptor {
    final Descriptor descriptor;
    /// The memory for its calls: its loop's, once it is watched.
    CallMemoryPool memories = CallMemoryPool.shared();
    /// The readiness record that its calls update, where the multiplexer reports changes only.
    EdgeReadiness readiness = EdgeReadiness.UNTRACKED;

    PollableDescriptor(Descriptor descriptor) {
        this.descriptor = descriptor;
    }

    public final Descriptor descriptor() {
        return descriptor;
    }

    /// Returns the readiness record that its calls update. **Thread**: the loop's.
    public final EdgeReadiness readiness() {
        return readiness;
    }

    /// Joins a loop that is about to watch it: its calls use the loop's memory, and record the readiness that they have
    /// used up. **Thread**: the loop's, before other threads call the source.
    public final void joins(CallMemoryPool loopsMemories, EdgeReadiness noted) {
        memories = loopsMemories;
        readiness = noted;
    }

    public abstract void close() throws IOException;
}
