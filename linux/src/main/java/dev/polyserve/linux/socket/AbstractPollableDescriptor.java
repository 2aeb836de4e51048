package dev.polyserve.linux.socket;

import dev.polyserve.linux.system.SystemCallMemoryPool;

/// The base of sources whose descriptor is an object of its own, because others use it, too.
///
/// **Thread**: as its subclass.
public abstract sealed class AbstractPollableDescriptor implements PollableDescriptor
        permits BoundPollableDescriptor, ReceivedConnectionsListener, NonSocketDescriptor {
    final Descriptor descriptor;
    /// The memory for its calls: its loop's, once it is watched.
    SystemCallMemoryPool memories = SystemCallMemoryPool.shared();
    /// The readiness record that its calls update, where the multiplexer reports changes only.
    EdgeReadiness readiness = EdgeReadiness.UNTRACKED;

    AbstractPollableDescriptor(Descriptor descriptor) {
        this.descriptor = descriptor;
    }

    @Override
    public final Descriptor descriptor() {
        return descriptor;
    }

    @Override
    public final EdgeReadiness readiness() {
        return readiness;
    }

    @Override
    public final void joins(SystemCallMemoryPool loopsMemories, EdgeReadiness noted) {
        memories = loopsMemories;
        readiness = noted;
    }
}
