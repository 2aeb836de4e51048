package dev.polyserve.linux.activation;

import dev.polyserve.Endpoint;
import dev.polyserve.linux.socket.OpenSocket;
import java.io.IOException;

/// A socket that was handed down.
///
/// @param descriptor its number
/// @param name as the service manager calls it; several may have the same
public record InheritedSocket(int descriptor, String name) {
    /// The endpoint that means exactly this one: `fd:N`.
    public Endpoint asEndpoint() {
        return new Endpoint.Inherited(number());
    }

    String number() {
        return Integer.toString(descriptor);
    }

    /// As users know it: `fd:3 (web)`.
    @Override
    public String toString() {
        return asEndpoint() + " (" + name + ")";
    }

    /// What a descriptor turned out to be.
    ///
    /// @param descriptor its number
    /// @param kind what it can be served as
    /// @param endpoint where it is bound
    public record Found(int descriptor, Kind kind, Endpoint endpoint) {
        static Found at(Endpoint asked, int number) throws IOException {
            OpenSocket open = OpenSocket.of(asked, number);
            return new Found(number, switch (open.kind()) {
                case LISTENER -> Kind.LISTENER;
                case CONNECTION -> Kind.CONNECTION;
                case DATAGRAMS -> Kind.DATAGRAMS;
            }, open.endpoint());
        }
    }

    /// What a socket can be served as.
    public enum Kind {
        /// It accepts connections: systemd's `Accept=no`, inetd's `wait`.
        LISTENER,
        /// It is one connection, which somebody has accepted: systemd's `Accept=yes`, inetd's `nowait`.
        CONNECTION,
        /// It receives datagrams.
        DATAGRAMS
    }
}
