package dev.polyserve.linux.socket;

import dev.polyserve.Endpoint;
import dev.polyserve.io.SocketFile;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.Optional;

/// A bound descriptor, where it is bound, and the file that this has made.
///
/// @param descriptor which
/// @param family its address family
/// @param endpoint with its real port
/// @param address its address
/// @param file of a Unix socket
record BoundDescriptor(Descriptor descriptor, int family, Endpoint endpoint, SocketAddress address,
        Optional<SocketFile> file) {
    /// Removes the file, if it is still ours, and closes the descriptor; harmless the second time.
    void close() throws IOException {
        try {
            if (descriptor.isOpen() && file.isPresent()) {
                file.get().remove();
            }
        } finally {
            descriptor.close();
        }
    }
}
