package dev.polyserve.cli.proxy;

import dev.polyserve.Cause;
import dev.polyserve.Connection;
import dev.polyserve.Handler;
import dev.polyserve.Limit;
import dev.polyserve.ServerBuilder;
import dev.polyserve.TimedOutException;
import dev.polyserve.relay.Relay;
import dev.polyserve.text.PrintableAddress;
import dev.polyserve.text.PrintableText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Copies bytes in both directions to an upstream, including half-closes and resets ([Relay]).
///
/// ```
///   the name that the client asks for, if there are routes ─▶ an upstream ─▶ connect ─▶ relay
///                                                                 ▲             └─ failed ─┐
///                                                                 └── another, `retries` ──┴─▶ the client is reset
/// ```
///
/// For lack of descriptors or memory in this process, no other upstream is tried.
///
/// **Thread**: the connection's own.
public final class ReverseProxyService implements Handler {
    private static final System.Logger LOG = System.getLogger(ReverseProxyService.class.getName());
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final Upstreams upstreams;
    private final WarningLimit withoutName = new WarningLimit(System::nanoTime);
    private final WarningLimit withoutRoute = new WarningLimit(System::nanoTime);
    private final WarningLimit unreached = new WarningLimit(System::nanoTime);
    private final WarningLimit exhausted = new WarningLimit(System::nanoTime);

    private ReverseProxyService(Upstreams upstreams) {
        this.upstreams = upstreams;
    }

    /// Configures a server to be a proxy.
    ///
    /// @param serves whether this process serves clients, rather than its worker processes
    public static void into(ServerBuilder builder, Upstreams upstreams, boolean serves) {
        builder.handle(new ReverseProxyService(upstreams)).upstreams(upstreams::status);
        if (serves) {
            upstreams.start();
        }
    }

    @Override
    public void handle(Connection client) throws IOException, InterruptedException {
        UpstreamTable table = upstreams.table();
        if (!table.routesByName()) {
            forward(client, NOTHING, table.others(), table.options().retries());
            return;
        }
        ClientHelloReader first;
        try {
            first = ClientHelloReader.of(client, table.options().helloTimeout());
        } catch (TimedOutException e) {
            LOG.log(System.Logger.Level.DEBUG, "for " + shown(client) + ": " + e.getMessage(), e);
            client.reset(new Cause.TimedOut(Limit.FIRST_BYTE));
            return;
        }
        String name = first.hello() instanceof ClientHello.Named named ? named.name() : "";
        UpstreamGroup group = name.isEmpty() ? table.others() : table.named(name);
        if (group.servers().isEmpty()) {
            refuse(client, name.isEmpty() ? withoutName : withoutRoute, (name.isEmpty()
                    ? "it asks for no name"
                    : "the name " + PrintableText.of(name)
                            + " has no route")
                    + ": add --sni-route NAME=ENDPOINT, or an upstream for all other clients", null);
            return;
        }
        forward(client, first.bytes(), group, table.options().retries());
    }

    /// Connects to an upstream, or to another one, and relays.
    ///
    /// @param first what was read of the client already
    private void forward(Connection client, ByteBuffer first, UpstreamGroup group, int retries)
            throws IOException, InterruptedException {
        long key = RendezvousHash.of(client.info());
        List<UpstreamServer> tried = List.of();
        @Nullable
        UpstreamException failure = null;
        while (tried.size() <= retries && (failure == null || !failure.isOfThisProcess())) {
            UpstreamServer upstream = group.choose(key, tried);
            if (upstream == null) {
                break;
            }
            Connection server;
            try {
                server = upstream.connectFor(client);
            } catch (UpstreamException e) {
                failure = e;
                tried = with(tried, upstream);
                continue;
            }
            relay(client, first, upstream, server);
            return;
        }
        if (failure != null && failure.isOfThisProcess()) {
            refuse(client, exhausted, String.valueOf(failure.getMessage()), failure);
            return;
        }
        refuse(client, unreached,
                (tried.size() > 1 ? "none of " + tried.size() + " upstreams is reached, the last one: " : "")
                        + (failure == null ? "there is no upstream" : failure.getMessage()),
                failure);
    }

    private static List<UpstreamServer> with(List<UpstreamServer> tried, UpstreamServer one) {
        List<UpstreamServer> more = new ArrayList<>(tried);
        more.add(one);
        return more;
    }

    private static void relay(Connection client, ByteBuffer first, UpstreamServer upstream, Connection server)
            throws IOException, InterruptedException {
        try (server) {
            server.write(first);
            Relay.between(client, server);
        } finally {
            upstream.figures().ended(server.info());
        }
    }

    /// An orderly end would look like an empty answer.
    private static void refuse(Connection client, WarningLimit limit, String why, @Nullable IOException cause) {
        String line = limit.admit("for " + shown(client) + ": " + why);
        if (line != null) {
            LOG.log(System.Logger.Level.WARNING, line, cause);
        }
        client.reset(new Cause.Stopped());
    }

    private static String shown(Connection client) {
        return PrintableAddress.shown(client.info().peer());
    }
}
