package dev.polyserve.linux.socket;

import dev.polyserve.io.Source;
import dev.polyserve.linux.system.CallMemoryPool;
import java.io.IOException;

/// A source of this family: a descriptor, and what its multiplexer has lent it.
///
/// **Thread**: as what it is.
public abstract sealed class DescriptorSource implements Source
        permits DescriptorSocket, DescriptorListener, DescriptorPort, ReceivedListener, WatchedDescriptor {
    final Descriptor descriptor;
    /// Whose memory its calls use: that of its loop, once it is watched.
    CallMemoryPool memories = CallMemoryPool.shared();
    /// What its calls note, where it is watched by changes.
    Readiness readiness = Readiness.UNTRACKED;

    DescriptorSource(Descriptor descriptor) {
        this.descriptor = descriptor;
    }

    /// The descriptor to watch.
    public final Descriptor descriptor() {
        return descriptor;
    }

    /// It is going to be watched by a loop: its calls use the memory of that loop, and note there what they have used up.
    /// **Thread**: the loop's, before others may call it.
    public final void joins(CallMemoryPool loopsMemories, Readiness noted) {
        memories = loopsMemories;
        readiness = noted;
    }

    /// Releases the descriptor.
    public abstract void close() throws IOException;
}
