package dev.polyserve.cli.services;

import dev.polyserve.Datagram;
import dev.polyserve.DatagramHandler;
import dev.polyserve.DatagramReply;
import dev.polyserve.cli.log.OncePerSecond;
import dev.polyserve.text.Addresses;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/// Drops datagrams that must not be answered: those from the ports of services, because two services that answer each other
/// never stop, and for the small services those from afar, because a forged sender would be flooded.
///
/// **Thread**: any.
final class DatagramGuard implements DatagramHandler {
    private static final System.Logger LOG = System.getLogger(DatagramGuard.class.getName());
    private static final int FIRST_USER_PORT = 1024;
    private static final int NFS_PORT = 2049;

    private final DatagramHandler answer;
    private final boolean loopbackOnly;
    private final OncePerSecond dropped = new OncePerSecond();

    DatagramGuard(DatagramHandler answer, boolean loopbackOnly) {
        this.answer = answer;
        this.loopbackOnly = loopbackOnly;
    }

    @Override
    public void handle(Datagram request, DatagramReply reply) throws Exception {
        if (request.peer() instanceof InetSocketAddress peer) {
            if (peer.getPort() < FIRST_USER_PORT || peer.getPort() == NFS_PORT) {
                report(peer, "it comes from the port of a service, and two services would answer each other for ever");
                return;
            }
            if (loopbackOnly && !peer.getAddress().isLoopbackAddress()) {
                report(peer, "it comes from another machine; --allow-amplification answers it");
                return;
            }
        }
        answer.handle(request, reply);
    }

    private void report(SocketAddress peer, String why) {
        dropped.report(others -> LOG.log(System.Logger.Level.WARNING,
                "dropped a datagram from " + Addresses.shown(peer) + ": " + why + others));
    }
}
