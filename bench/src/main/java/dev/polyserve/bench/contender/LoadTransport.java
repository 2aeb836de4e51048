package dev.polyserve.bench.contender;

import dev.polyserve.Endpoint;
import java.util.Arrays;
import java.util.Locale;

/// What carries the bytes between the generator and a contender.
public enum LoadTransport {
    /// TCP over loopback.
    TCP,
    /// A Unix stream socket.
    UNIX,
    /// UDP over loopback.
    UDP;

    /// Its name on the command line and in results.
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The transport of this name.
    ///
    /// @throws IllegalArgumentException naming the known ones, when there is none
    public static LoadTransport named(String id) {
        return Arrays.stream(values()).filter(transport -> transport.id().equals(id)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown endpoint '" + id + "': take one of "
                        + String.join(", ", Arrays.stream(values()).map(LoadTransport::id).toList())));
    }

    /// What reaches this endpoint.
    ///
    /// @throws IllegalArgumentException for an endpoint that no client of ours reaches
    static LoadTransport of(Endpoint endpoint) {
        return switch (endpoint) {
            case Endpoint.Tcp _ -> TCP;
            case Endpoint.Udp _ -> UDP;
            case Endpoint.Unix _ -> UNIX;
            case Endpoint.UnixDatagram _, Endpoint.Inherited _ -> throw new IllegalArgumentException(
                    "bad endpoint '" + endpoint + "': only tcp://, udp:// and unix: endpoints can be loaded");
        };
    }
}
