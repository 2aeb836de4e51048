package dev.polyserve.cli.services;

import dev.polyserve.ConnectionInfo;
import dev.polyserve.proxy.ProxyTlvs;
import dev.polyserve.proxy.ProxyHeaderWriter;
import java.nio.ByteBuffer;
import java.util.List;

/// The PROXY header that a proxy sends to its upstream at the beginning of each connection.
///
/// **Thread**: any.
public enum UpstreamProxyHeader {
    /// No header.
    NONE,
    /// Version 1.
    V1,
    /// Version 2; of a client with TLS, with what was negotiated.
    V2;

    private static final ProxyTlvs NO_FIELDS = new ProxyTlvs(List.of());

    /// The header with this name, `v1` or `v2`.
    ///
    /// @throws IllegalArgumentException if there is none
    public static UpstreamProxyHeader named(String name) {
        return switch (name) {
            case "v1" -> V1;
            case "v2" -> V2;
            default -> throw new IllegalArgumentException("it must be v1 or v2");
        };
    }

    /// The header of a connection, to be sent in one write; empty for [#NONE].
    ByteBuffer of(ConnectionInfo client) {
        return ByteBuffer.wrap(switch (this) {
            case NONE -> new byte[0];
            case V1 -> ProxyHeaderWriter.text(client.peer(), client.local());
            case V2 -> ProxyHeaderWriter.binary(client.peer(), client.local(),
                    client.tls().map(ProxyTlvs::of).orElse(NO_FIELDS));
        });
    }
}
