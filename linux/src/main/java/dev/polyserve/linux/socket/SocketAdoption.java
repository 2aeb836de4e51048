package dev.polyserve.linux.socket;

import dev.polyserve.Endpoint;
import dev.polyserve.Options;
import dev.polyserve.io.BindFailedException;
import dev.polyserve.io.SocketFile;
import dev.polyserve.linux.system.SystemCallMemory;
import dev.polyserve.linux.system.DescriptorCalls;
import dev.polyserve.linux.system.SocketAddresses;
import dev.polyserve.linux.system.SystemCallException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.Optional;

/// Makes a listener or a datagram port of an open socket that this process inherited or was given.
///
/// Other processes may share the socket. It is therefore neither bound nor set to listen again, and its file is removed
/// at the end only if that was agreed.
///
/// **Thread**: the caller's.
final class SocketAdoption {
    private SocketAdoption() {}

    /// Adopts a listener, or a single connection.
    static BoundDescriptor stream(Endpoint asked, PreopenedSockets.Given given, OpenSocketInfo open,
            Options.Sockets options)
            throws IOException {
        if (open.kind() == OpenSocketInfo.Kind.DATAGRAMS) {
            throw new BindFailedException(asked, BindFailedException.NO_CONNECTIONS, null);
        }
        BoundDescriptor bound = bound(open, given);
        if (open.family() != SocketAddresses.AF_UNIX) {
            new SocketOptionSetter(asked, bound.descriptor()).ofTcpListener(options);
        }
        return bound;
    }

    static BoundDescriptor port(Endpoint asked, PreopenedSockets.Given given, Options.Sockets options)
            throws IOException {
        OpenSocketInfo open = OpenSocketInfo.of(asked, given.descriptor());
        if (open.kind() != OpenSocketInfo.Kind.DATAGRAMS) {
            throw new BindFailedException(asked, BindFailedException.NO_DATAGRAMS, null);
        }
        BoundDescriptor bound = bound(open, given);
        new SocketOptionSetter(asked, bound.descriptor()).buffers(options);
        return bound;
    }

    private static BoundDescriptor bound(OpenSocketInfo open, PreopenedSockets.Given given) throws IOException {
        SystemCallMemory memory = SystemCallMemory.small();
        SystemCallException.require("fcntl", DescriptorCalls.closeOnExec(memory, open.number()));
        SystemCallException.require("fcntl", DescriptorCalls.nonBlocking(memory, open.number()));
        Optional<SocketFile> file = given.ownsFile() && open.address() instanceof UnixDomainSocketAddress unix
                && isFile(unix.getPath())
                        ? Optional.of(SocketFile.made(unix.getPath()))
                        : Optional.empty();
        Endpoint real = given.real().orElse(open.endpoint());
        return new BoundDescriptor(new Descriptor(open.number()), open.family(), real, open.address(), file);
    }

    private static boolean isFile(Path path) {
        return !path.toString().isEmpty() && !path.toString().startsWith("@");
    }
}
