package dev.polyserve.cli.services;

import dev.polyserve.Datagram;
import dev.polyserve.DatagramHandler;
import dev.polyserve.DatagramReply;
import dev.polyserve.Endpoint;
import dev.polyserve.Server;
import dev.polyserve.cli.log.OncePerSecondLimiter;
import dev.polyserve.text.PrintableAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.SecureRandom;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Drops datagrams that must not be answered, because their source address may be forged. These are datagrams from the
/// ports of services, including this server's own, because two services that answer each other never stop; for services
/// with replies longer than requests, datagrams from other machines; and datagrams beyond the rate limit of their
/// source, which also ends a loop with an unknown service.
///
/// **Thread**: any.
final class SpoofedDatagramFilter implements DatagramHandler {
    private static final System.Logger LOG = System.getLogger(SpoofedDatagramFilter.class.getName());
    private static final int FIRST_USER_PORT = 1024;
    private static final int NFS_PORT = 2049;

    private final DatagramHandler answer;
    private final boolean loopbackOnly;
    private final @Nullable SourceRateLimiter rates;
    private final Supplier<Server> server;
    private final OncePerSecondLimiter dropped = new OncePerSecondLimiter();
    private volatile @Nullable Set<Integer> ownPorts;

    private SpoofedDatagramFilter(DatagramHandler answer, ServiceContext context, boolean loopbackOnly,
            boolean byPort) {
        this.answer = answer;
        this.loopbackOnly = loopbackOnly;
        this.server = context.server();
        DatagramRateLimit rate = context.datagramRate();
        this.rates = rate.perSecond() == 0
                ? null
                : new SourceRateLimiter(rate.tokenNanos(), rate.burst(), byPort, new SecureRandom().nextLong(),
                        System::nanoTime);
    }

    /// For a service with replies as long as the requests: each port of an address is a source.
    static SpoofedDatagramFilter echoing(DatagramHandler answer, ServiceContext context) {
        return new SpoofedDatagramFilter(answer, context, false, true);
    }

    /// For a service with replies that may be longer than the requests: each address is a source, because it would be the
    /// victim.
    static SpoofedDatagramFilter amplifying(DatagramHandler answer, ServiceContext context) {
        return new SpoofedDatagramFilter(answer, context, !context.allowAmplification(), false);
    }

    @Override
    public boolean verify(Datagram request) {
        if (request.peer() instanceof InetSocketAddress peer) {
            if (peer.getPort() < FIRST_USER_PORT || peer.getPort() == NFS_PORT || ownPorts().contains(peer.getPort())) {
                report(peer, "its source port belongs to a service, and two services would answer each other for ever");
                return false;
            }
            if (loopbackOnly && !peer.getAddress().isLoopbackAddress()) {
                report(peer, "it comes from another machine; --allow-amplification answers it");
                return false;
            }
            if (rates != null && !rates.take(peer)) {
                report(peer, "its source exceeds the rate limit; --datagram-rate changes it");
                return false;
            }
        }
        return true;
    }

    @Override
    public void handle(Datagram request, DatagramReply reply) throws Exception {
        answer.handle(request, reply);
    }

    private Set<Integer> ownPorts() {
        Set<Integer> known = ownPorts;
        if (known == null) {
            known = server.get().endpoints().stream().filter(Endpoint.Udp.class::isInstance)
                    .map(Endpoint.Udp.class::cast)
                    .map(Endpoint.Udp::port).collect(Collectors.toUnmodifiableSet());
            ownPorts = known;
        }
        return known;
    }

    private void report(SocketAddress peer, String why) {
        dropped.report(others -> LOG.log(System.Logger.Level.WARNING,
                "dropped a datagram from " + PrintableAddress.shown(peer) + ": " + why + others));
    }
}
