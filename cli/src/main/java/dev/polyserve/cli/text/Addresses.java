package dev.polyserve.cli.text;

import dev.polyserve.Endpoint;
import java.net.SocketAddress;

/// Addresses as people write them, without asking any name server.
public final class Addresses {
    private Addresses() {}

    /// `127.0.0.1:5555`, `[::1]:5555`, a path, or `unix` for a Unix client without a name.
    public static String shown(SocketAddress address) {
        return Endpoint.textOf(address);
    }
}
