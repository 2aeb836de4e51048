package dev.polyserve;

import java.net.InetAddress;
import java.util.Optional;

/// The values of the options of a [Client], and their defaults.
final class ClientOptionValues extends ValueFields {
    private static final Tls TRUSTING_THE_JDKS = Tls.client();

    final Endpoint endpoint;
    Optional<Options> options = Optional.empty();
    Tls tls = TRUSTING_THE_JDKS;
    Optional<InetAddress> localAddress = Optional.empty();
    int proxyHeader;

    ClientOptionValues(Endpoint endpoint) {
        this.endpoint = endpoint;
    }

    @Override
    Object[] parts() {
        return new Object[]{"endpoint", endpoint, "options", options, "tls", tls, "localAddress", localAddress,
            "proxyHeader", proxyHeader};
    }

    @Override
    void check() {
        if (!tls.isClient()) {
            throw new IllegalArgumentException("tls: a client needs Tls.client(), and Tls.server(…) was given");
        }
        if (localAddress.isPresent() && !(endpoint instanceof Endpoint.Tcp || endpoint instanceof Endpoint.Tls)) {
            throw new IllegalArgumentException(
                    "local address: only tcp:// and tls:// connections have one, not " + endpoint);
        }
        if (proxyHeader < 0 || proxyHeader > 2) {
            throw new IllegalArgumentException(
                    "PROXY header: the version is 1 or 2, or 0 for none, not " + proxyHeader);
        }
    }
}
