package dev.polyserve.run;

import dev.polyserve.ConnectionInfo;
import dev.polyserve.proxy.ProxyHeaderWriter;
import dev.polyserve.proxy.ProxyTlvs;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Makes the PROXY header of an outgoing connection.
///
/// **Thread**: any.
final class OutgoingProxyHeader {
    private static final ProxyTlvs NO_FIELDS = new ProxyTlvs(List.of());

    private OutgoingProxyHeader() {}

    /// The header's bytes; none for version 0. Version 1 has no word for datagrams, so it names no addresses of a session.
    ///
    /// @param client the connection that it names; null: the outgoing connection is the program's own
    static byte[] of(int version, @Nullable ConnectionInfo client) {
        return switch (version) {
            case 0 -> new byte[0];
            case 1 -> client == null || client.endpoint().datagram()
                    ? ProxyHeaderWriter.unknown()
                    : ProxyHeaderWriter.text(client.peer(), client.local());
            default -> client == null ? ProxyHeaderWriter.local() : binary(client);
        };
    }

    private static byte[] binary(ConnectionInfo client) {
        return client.endpoint().datagram()
                ? ProxyHeaderWriter.binaryOfDatagrams(client.peer(), client.local(), NO_FIELDS)
                : ProxyHeaderWriter.binary(client.peer(), client.local(),
                        client.tls().map(ProxyTlvs::of).orElse(NO_FIELDS));
    }
}
