package dev.polyserve.linux.socket;

import java.io.IOException;

/// A descriptor of any other kind, watched on behalf of its owner: a process, a pipe, an epoll instance.
///
/// **Thread**: its owner's.
public final class WatchedDescriptor extends DescriptorOwner {
    /// Takes ownership of the descriptor.
    public WatchedDescriptor(Descriptor descriptor) {
        super(descriptor);
    }

    @Override
    public void close() throws IOException {
        descriptor.close();
    }
}
