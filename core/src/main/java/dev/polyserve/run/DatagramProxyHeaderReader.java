package dev.polyserve.run;

import dev.polyserve.Endpoint;
import dev.polyserve.Limit;
import dev.polyserve.Networks;
import dev.polyserve.Options;
import dev.polyserve.conversation.NanoClock;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.proxy.ProxyHeader;
import dev.polyserve.proxy.ProxyHeaderParser;
import dev.polyserve.text.PrintableText;
import dev.polyserve.text.PrintableAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;

/// Takes the PROXY headers off the datagrams of one endpoint. Header and payload share a datagram, and only version 2 knows
/// datagrams. A datagram without a whole header, or from a peer that may not send one, is dropped, counted and logged.
///
/// **Thread**: the accept loop's.
final class DatagramProxyHeaderReader {
    private final Endpoint asked;
    private final Endpoint real;
    private final ServerContext context;
    private final RateLimitedLog refusals;

    /// @param asked the endpoint that the server was given
    /// @param real the endpoint of its port
    DatagramProxyHeaderReader(Endpoint asked, Endpoint real, ServerContext context) {
        this.asked = asked;
        this.real = real;
        this.context = context;
        this.refusals = new RateLimitedLog(context.log(), NanoClock.SYSTEM, 1);
    }

    /// The peers that must send a header with each datagram, now; empty: there are no headers.
    Networks senders() {
        Map<Endpoint, Networks> all = context.options().proxyProtocol().sendersAt();
        return all.isEmpty() ? Networks.none() : all.getOrDefault(asked, Networks.none());
    }

    /// Takes the header off a datagram, which then begins at its payload.
    ///
    /// @return empty when the datagram is dropped
    Optional<ProxyHeader> take(ByteBuffer datagram, SocketAddress sender, Networks senders) {
        if (!senders.contains(sender)) {
            return drop(sender, "it may not send a PROXY header, which is required there");
        }
        return switch (new ProxyHeaderParser(Options.ProxyProtocol.Versions.V2).parse(datagram)) {
            case ProxyHeaderParser.Result.Whole(ProxyHeader header) -> Optional.of(header);
            case ProxyHeaderParser.Result.More() -> drop(sender, "it ends within its PROXY header");
            case ProxyHeaderParser.Result.Refused(String why) -> drop(sender, why);
        };
    }

    private Optional<ProxyHeader> drop(SocketAddress sender, String why) {
        context.listener().limitReached(Limit.PROXY_HEADER);
        refusals.warn("a datagram from " + PrintableAddress.shown(sender) + " to " + real + " is dropped: "
                + PrintableText.of(why));
        return Optional.empty();
    }
}
