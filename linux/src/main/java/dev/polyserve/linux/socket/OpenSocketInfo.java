package dev.polyserve.linux.socket;

import dev.polyserve.Endpoint;
import dev.polyserve.io.BindFailedException;
import dev.polyserve.linux.system.SystemCallMemory;
import dev.polyserve.linux.system.Errno;
import dev.polyserve.linux.system.SocketAddresses;
import dev.polyserve.linux.system.SocketCalls;
import dev.polyserve.linux.system.IntSocketOption;
import dev.polyserve.linux.system.SystemCallException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import org.jspecify.annotations.Nullable;

/// The type and the address of an open socket, as reported by the system; inspecting changes nothing.
///
/// @param number its descriptor
/// @param kind the kind of service that it allows
/// @param family its address family
/// @param address the address that it is bound to
/// @param endpoint the address in the notation of endpoints
public record OpenSocketInfo(int number, Kind kind, int family, SocketAddress address, Endpoint endpoint) {
    /// The kind of service that an open socket allows.
    public enum Kind {
        /// A listener, which accepts connections.
        LISTENER,
        /// A single connection that is already accepted.
        CONNECTION,
        /// A datagram socket.
        DATAGRAMS
    }

    /// Inspects a descriptor.
    ///
    /// @param asked the user's name for it
    /// @param number the descriptor
    /// @throws BindFailedException in one sentence when it cannot be served
    public static OpenSocketInfo of(Endpoint asked, int number) throws IOException {
        return new Look(asked, number).look();
    }

    /// One inspection, with its memory.
    private static final class Look {
        private final SystemCallMemory memory = SystemCallMemory.small();
        private final Endpoint asked;
        private final int number;

        Look(Endpoint asked, int number) {
            this.asked = asked;
            this.number = number;
        }

        OpenSocketInfo look() throws IOException {
            int type = ask(IntSocketOption.SO_TYPE);
            int family = ask(IntSocketOption.SO_DOMAIN);
            switch (family) {
                case SocketAddresses.AF_UNIX, SocketAddresses.AF_INET, SocketAddresses.AF_INET6 -> {
                    // These families can be served.
                }
                default -> throw refused("it is no socket of TCP, UDP or Unix", null);
            }
            Kind kind = switch (type) {
                case SocketCalls.DATAGRAM -> Kind.DATAGRAMS;
                case SocketCalls.STREAM -> streamKind();
                default -> throw refused("it is no socket of TCP, UDP or Unix", null);
            };
            require("getsockname", SocketCalls.getSockName(memory, number));
            SocketAddress address = SocketCalls.lastAddress(memory);
            return new OpenSocketInfo(number, kind, family, address, endpoint(address, family, kind));
        }

        private Kind streamKind() throws IOException {
            if (ask(IntSocketOption.SO_ACCEPTCONN) != 0) {
                return Kind.LISTENER;
            }
            if (SocketCalls.getPeerName(memory, number) < 0) {
                throw refused("it does not listen; hand down a listening socket", null);
            }
            return Kind.CONNECTION;
        }

        private Endpoint endpoint(SocketAddress address, int family, Kind kind) throws IOException {
            boolean datagrams = kind == Kind.DATAGRAMS;
            return switch (address) {
                case InetSocketAddress inet when inet.getPort() == 0 ->
                    throw refused("it is bound to no port; hand down a bound socket", null);
                case InetSocketAddress inet when asked instanceof Endpoint.Tls && !datagrams ->
                    new Endpoint.Tls(host(inet, family), inet.getPort());
                case InetSocketAddress inet -> datagrams
                        ? new Endpoint.Udp(host(inet, family), inet.getPort())
                        : new Endpoint.Tcp(host(inet, family), inet.getPort());
                case UnixDomainSocketAddress unix when datagrams && unix.getPath().toString().isEmpty() ->
                    throw refused("it is bound to no path; hand down a bound socket", null);
                case UnixDomainSocketAddress unix -> datagrams
                        ? new Endpoint.UnixDatagram(unix.getPath())
                        : new Endpoint.Unix(unix.getPath());
                default -> throw new IllegalStateException("no address of a family that was checked: " + address);
            };
        }

        /// Returns the host as the endpoint writes it, else as the address shows it.
        private String host(InetSocketAddress inet, int family) {
            return switch (asked) {
                case Endpoint.Tcp tcp -> tcp.host();
                case Endpoint.Tls tls -> tls.host();
                case Endpoint.Udp udp -> udp.host();
                case Endpoint.Unix _, Endpoint.UnixDatagram _, Endpoint.Inherited _ ->
                    inet.getAddress().isAnyLocalAddress() && family == SocketAddresses.AF_INET6
                            ? "*"
                            : Endpoint.textOf(inet.getAddress());
            };
        }

        private int ask(IntSocketOption option) throws IOException {
            int answer = SocketCalls.getOption(memory, number, option);
            return switch (-answer) {
                case Errno.EBADF ->
                    throw refused("descriptor " + number + " is not open; the process that starts this one"
                            + " has to hand it down", new SystemCallException("getsockopt", answer));
                case Errno.ENOTSOCK ->
                    throw refused("descriptor " + number + " is not a socket; hand down a listening one",
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
}
