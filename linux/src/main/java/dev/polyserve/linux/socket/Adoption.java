package dev.polyserve.linux.socket;

import dev.polyserve.Endpoint;
import dev.polyserve.Options;
import dev.polyserve.io.BindFailedException;
import dev.polyserve.io.SocketFile;
import dev.polyserve.linux.system.CallMemory;
import dev.polyserve.linux.system.Errno;
import dev.polyserve.linux.system.FileCalls;
import dev.polyserve.linux.system.SocketAddresses;
import dev.polyserve.linux.system.SocketCalls;
import dev.polyserve.linux.system.SocketOption;
import dev.polyserve.linux.system.SystemCallException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Takes over an open socket: makes sure that it is one that can be served, and finds out where it is bound.
///
/// The socket may be others' too. So it is neither bound nor told to listen anew, and its file is removed in the end only if
/// that was agreed.
///
/// **Thread**: its maker's.
final class Adoption {
    private final CallMemory memory = CallMemory.small();
    private final Endpoint asked;
    private final int number;
    private final int family;
    private final int type;

    private Adoption(Endpoint asked, int number) throws IOException {
        this.asked = asked;
        this.number = number;
        this.type = ask(SocketOption.SO_TYPE);
        this.family = ask(SocketOption.SO_DOMAIN);
        switch (family) {
            case SocketAddresses.AF_UNIX, SocketAddresses.AF_INET, SocketAddresses.AF_INET6 -> {
                // Those that can be served.
            }
            default -> throw refused("it is no socket of TCP, UDP or Unix", null);
        }
    }

    /// Whether it is a datagram socket, and not one of connections.
    static boolean isDatagram(Endpoint asked, int number) throws IOException {
        return new Adoption(asked, number).type == SocketCalls.DATAGRAM;
    }

    /// A listener.
    static Bound listener(Endpoint asked, GivenSockets.Given given, Options.Sockets options) throws IOException {
        Adoption adoption = new Adoption(asked, given.descriptor());
        if (adoption.type != SocketCalls.STREAM) {
            throw adoption.refused(BindFailedException.NO_CONNECTIONS, null);
        }
        if (adoption.ask(SocketOption.SO_ACCEPTCONN) == 0) {
            throw adoption.refused("it does not listen; hand down a listening socket", null);
        }
        Bound bound = adoption.bound(given);
        if (adoption.family != SocketAddresses.AF_UNIX) {
            new SocketSettings(asked, bound.descriptor()).ofTcpListener(options);
        }
        return bound;
    }

    /// A datagram socket.
    static Bound port(Endpoint asked, GivenSockets.Given given, Options.Sockets options) throws IOException {
        Adoption adoption = new Adoption(asked, given.descriptor());
        if (adoption.type != SocketCalls.DATAGRAM) {
            throw adoption.refused(BindFailedException.NO_DATAGRAMS, null);
        }
        Bound bound = adoption.bound(given);
        new SocketSettings(asked, bound.descriptor()).buffers(options);
        return bound;
    }

    private Bound bound(GivenSockets.Given given) throws IOException {
        require("getsockname", SocketCalls.getSockName(memory, number));
        SocketAddress address = SocketCalls.lastAddress(memory);
        Endpoint real = endpoint(address);
        require("fcntl", FileCalls.closeOnExec(memory, number));
        require("fcntl", FileCalls.nonBlocking(memory, number));
        boolean hasFile = address instanceof UnixDomainSocketAddress unix && isFile(unix.getPath());
        Optional<SocketFile> file = given.ownsFile() && hasFile
                ? Optional.of(SocketFile.made(((UnixDomainSocketAddress) address).getPath()))
                : Optional.empty();
        return new Bound(new Descriptor(number), family, real, address, file);
    }

    private static boolean isFile(Path path) {
        return !path.toString().isEmpty() && !path.toString().startsWith("@");
    }

    /// Where it really is.
    private Endpoint endpoint(SocketAddress address) throws IOException {
        boolean datagram = type == SocketCalls.DATAGRAM;
        return switch (address) {
            case InetSocketAddress inet when inet.getPort() == 0 ->
                throw refused("it is bound to no port; hand down a bound socket", null);
            case InetSocketAddress inet -> datagram
                    ? new Endpoint.Udp(host(inet), inet.getPort())
                    : new Endpoint.Tcp(host(inet), inet.getPort());
            case UnixDomainSocketAddress unix when datagram && unix.getPath().toString().isEmpty() ->
                throw refused("it is bound to no path; hand down a bound socket", null);
            case UnixDomainSocketAddress unix -> datagram
                    ? new Endpoint.UnixDatagram(unix.getPath())
                    : new Endpoint.Unix(unix.getPath());
            default -> throw new IllegalStateException("no address of a family that was checked: " + address);
        };
    }

    /// As whoever wrote the endpoint called it, where somebody did.
    private String host(InetSocketAddress inet) {
        return switch (asked) {
            case Endpoint.Tcp tcp -> tcp.host();
            case Endpoint.Udp udp -> udp.host();
            case Endpoint.Unix _, Endpoint.UnixDatagram _, Endpoint.Inherited _ ->
                inet.getAddress().isAnyLocalAddress() && family == SocketAddresses.AF_INET6
                        ? "*"
                        : inet.getAddress().getHostAddress();
        };
    }

    private int ask(SocketOption option) throws IOException {
        int answer = SocketCalls.getOption(memory, number, option);
        return switch (-answer) {
            case Errno.EBADF -> throw refused("descriptor " + number + " is not open; whoever starts the program has to"
                    + " hand it down", new SystemCallException("getsockopt", answer));
            case Errno.ENOTSOCK -> throw refused("descriptor " + number + " is not a socket; hand down a listening one",
                    new SystemCallException("getsockopt", answer));
            default -> require("getsockopt", answer);
        };
    }

    private int require(String call, int result) throws IOException {
        if (result < 0) {
            throw refused(Errno.text(-result), new SystemCallException(call, result));
        }
        return result;
    }

    private BindFailedException refused(String why, @Nullable Throwable cause) {
        return new BindFailedException(asked, why, cause);
    }
}
