package dev.polyserve.bench.contender;

import dev.polyserve.Endpoint;
import java.util.Arrays;
import java.util.Locale;

/// The kind of endpoint between the load generator and a contender.
public enum LoadTransport {
    /// TCP over loopback.
    TCP,
    /// A Unix stream socket.
    UNIX,
    /// UDP over loopback.
    UDP;

    /// The name on the command line and in results.
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The transport of this name.
    ///
    /// @throws IllegalArgumentException listing the known names, when the name is unknown
    public static LoadTransport named(String id) {
        return Arrays.stream(values()).filter(transport -> transport.id().equals(id)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown endpoint '" + id + "': take one of "
                        + String.join(", ", Arrays.stream(values()).map(LoadTransport::id).toList())));
    }

    /// The transport of an endpoint.
    ///
    /// @throws IllegalArgumentException for an endpoint that the load generator cannot connect to
    static LoadTransport of(Endpoint endpoint) {
        return switch (endpoint) {
            case Endpoint.Tcp _ -> TCP;
            case Endpoint.Udp _ -> UDP;
            case Endpoint.Unix _ -> UNIX;
            case Endpoint.Tls _, Endpoint.UnixDatagram _, Endpoint.Inherited _ -> throw new IllegalArgumentException(
                    "bad endpoint '" + endpoint + "': only tcp://, udp:// and unix: endpoints can be loaded");
        };
    }
}
