package dev.polyserve.io;

import dev.polyserve.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/// Looks up the hosts of endpoints, for every family of sockets alike.
public final class Hosts {
    private static final String EVERY = "*";

    private Hosts() {}

    /// Whether it stands for every address.
    public static boolean isEvery(String host) {
        return host.equals(EVERY);
    }

    /// Whether a host as it is written stands for every address, of IPv4 alone or of both.
    public static boolean isWildcard(String host) {
        if (isEvery(host)) {
            return true;
        }
        try {
            return InetAddress.ofLiteral(host).isAnyLocalAddress();
        } catch (IllegalArgumentException e) {
            return false; // A name.
        }
    }

    /// The address to bind.
    ///
    /// @throws IOException naming the endpoint, when the host is not known
    public static InetSocketAddress resolve(Endpoint endpoint, String host, int port) throws IOException {
        if (isEvery(host)) {
            return new InetSocketAddress(port);
        }
        try {
            return new InetSocketAddress(InetAddress.getByName(host), port);
        } catch (UnknownHostException e) {
            throw new IOException("cannot listen at " + endpoint + ": the host '" + host + "' is not known", e);
        }
    }
}
