package dev.polyserve.text;

import dev.polyserve.Endpoint;
import java.net.SocketAddress;

/// Addresses in their usual notation, without a DNS lookup, and safe for a terminal or a log: a Unix client chooses its
/// path.
///
/// **Thread**: any.
public final class PrintableAddress {
    private PrintableAddress() {}

    /// The text `127.0.0.1:5555`, `[::1]:5555`, a path with its control characters escaped ([PrintableText]), or `unix`
    /// for a Unix client without a name.
    public static String shown(SocketAddress address) {
        return PrintableText.of(Endpoint.textOf(address));
    }
}
