package dev.polyserve.linux.socket;

import java.io.IOException;

/// A descriptor that is no socket, such as a process, a pipe or an epoll instance, watched on behalf of its owner.
///
/// **Thread**: its owner's.
public final class NonSocketDescriptor extends AbstractPollableDescriptor {
    /// Takes ownership of the descriptor.
    public NonSocketDescriptor(Descriptor descriptor) {
        super(descriptor);
    }

    @Override
    public void close() throws IOException {
        descriptor.close();
    }
}
