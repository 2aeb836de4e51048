package dev.polyserve.io;

import dev.polyserve.Endpoint;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Expands a UDP endpoint on the wildcard address into one place for each address of this machine, so that a reply
/// comes from the address that received the request.
///
/// The JDK's channels do not report the destination address of a datagram. A single socket for all addresses would
/// reply from the system's preferred address, and a client that has sent to another one does not accept that reply.
final class WildcardUdpExpansion {
    private static final String EVERY_IPV4 = "0.0.0.0";

    private WildcardUdpExpansion() {}

    /// @throws BindFailedException when there is no address
    static List<SocketProvider.Place> places(Endpoint.Udp every) throws IOException {
        boolean onlyIpv4 = every.host().equals(EVERY_IPV4);
        List<SocketProvider.Place> places = new ArrayList<>();
        for (InetAddress address : all()) {
            if (!onlyIpv4 || address instanceof Inet4Address) {
                places.add(new SocketProvider.Place(new Endpoint.Udp(Endpoint.textOf(address), every.port()), true));
            }
        }
        if (places.isEmpty()) {
            throw new BindFailedException(every, "this machine has no address", null);
        }
        return places;
    }

    /// All addresses, those of the loopback first: clients on this machine use them.
    private static Set<InetAddress> all() throws IOException {
        Set<InetAddress> loopback = new LinkedHashSet<>();
        Set<InetAddress> others = new LinkedHashSet<>();
        for (NetworkInterface each : Collections.list(NetworkInterface.getNetworkInterfaces())) {
            if (each.isUp()) {
                (each.isLoopback() ? loopback : others).addAll(Collections.list(each.getInetAddresses()));
            }
        }
        loopback.addAll(others);
        return loopback;
    }
}
