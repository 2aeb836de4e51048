package dev.polyserve.cli.proxy;

import dev.polyserve.Endpoint;
import dev.polyserve.Tls;
import java.time.Duration;
import java.util.List;

/// What a proxy forwards to, and how.
///
/// @param upstreams for all clients that no route is for
/// @param routes upstreams for names that TLS clients ask for; several with the same name share its clients
/// @param balance how clients are distributed
/// @param retries on how many more upstreams a connect is tried
/// @param health when an upstream is down
/// @param sentHeader the version of the PROXY header that each connection begins with; 0 for none
/// @param tls what is trusted of `tls://` upstreams
/// @param connectTimeout how long one connect may take; zero: as long as the system tries
/// @param helloTimeout how long a client may take to say the name that it asks for
public record ReverseProxyOptions(List<Endpoint> upstreams, List<SniRoute> routes, BalancingMethod balance, int retries,
        UpstreamHealthOptions health, int sentHeader, Tls tls, Duration connectTimeout, Duration helloTimeout) {
    /// Without an upstream: for all other services.
    public static final ReverseProxyOptions NONE = new ReverseProxyOptions(List.of(), List.of(),
            BalancingMethod.ROUND_ROBIN, 0,
            UpstreamHealthOptions.DEFAULTS, 0, Tls.client(), Duration.ZERO, Duration.ZERO);

    /// Copies the lists.
    public ReverseProxyOptions {
        upstreams = List.copyOf(upstreams);
        routes = List.copyOf(routes);
    }
}
