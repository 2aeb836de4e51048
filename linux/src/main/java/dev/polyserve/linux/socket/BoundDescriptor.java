package dev.polyserve.linux.socket;

import dev.polyserve.Endpoint;
import dev.polyserve.io.SocketFile;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.Optional;

/// A bound descriptor, its address, and the file that binding has created.
///
/// @param descriptor the descriptor
/// @param family its address family
/// @param endpoint the endpoint with its real port
/// @param address its address
/// @param file the file of a Unix socket
record BoundDescriptor(Descriptor descriptor, int family, Endpoint endpoint, SocketAddress address,
        Optional<SocketFile> file) {
    /// Removes the file if this process still owns it, and closes the descriptor; the second call has no effect.
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
