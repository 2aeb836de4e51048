package dev.polyserve.linux.socket;

import java.io.IOException;

/// A descriptor of any other kind, which a loop watches for somebody who knows what to do with it: a process, a pipe, an
/// epoll.
///
/// **Thread**: as its owner's.
public final class WatchedDescriptor extends DescriptorSource {
    /// Takes it over.
    public WatchedDescriptor(Descriptor descriptor) {
        super(descriptor);
    }

    @Override
    public void close() throws IOException {
        descriptor.close();
    }
}
