package dev.polyserve.linux.activation;

import dev.polyserve.Endpoint;
import dev.polyserve.linux.socket.OpenSocketInfo;
import java.io.IOException;

/// A socket that the service manager has passed to this process.
///
/// @param descriptor its number
/// @param name the service manager's name for it; several sockets may have the same name
public record InheritedSocket(int descriptor, String name) {
    /// The endpoint of exactly this socket: `fd:N`.
    public Endpoint asEndpoint() {
        return new Endpoint.Inherited(number());
    }

    String number() {
        return Integer.toString(descriptor);
    }

    /// The form for users: `fd:3 (web)`.
    @Override
    public String toString() {
        return asEndpoint() + " (" + name + ")";
    }

    /// The result of inspecting a descriptor.
    ///
    /// @param descriptor its number
    /// @param kind how it can be served
    /// @param endpoint the endpoint to which it is bound
    public record Found(int descriptor, Kind kind, Endpoint endpoint) {
        static Found at(Endpoint asked, int number) throws IOException {
            OpenSocketInfo open = OpenSocketInfo.of(asked, number);
            return new Found(number, switch (open.kind()) {
                case LISTENER -> Kind.LISTENER;
                case CONNECTION -> Kind.CONNECTION;
                case DATAGRAMS -> Kind.DATAGRAMS;
            }, open.endpoint());
        }
    }

    /// How a socket can be served.
    public enum Kind {
        /// It accepts connections: systemd's `Accept=no`, inetd's `wait`.
        LISTENER,
        /// It is one accepted connection: systemd's `Accept=yes`, inetd's `nowait`.
        CONNECTION,
        /// It receives datagrams.
        DATAGRAMS
    }
}
