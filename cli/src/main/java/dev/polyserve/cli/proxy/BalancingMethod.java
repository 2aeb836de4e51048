package dev.polyserve.cli.proxy;

/// How a proxy distributes its clients over the upstreams.
///
/// **Thread**: any.
public enum BalancingMethod {
    /// One after the other.
    ROUND_ROBIN,
    /// To the one with the fewest connections.
    LEAST_CONNECTIONS,
    /// By the client's address: always to the same one.
    HASH;

    /// The one with this name on the command line.
    ///
    /// @throws IllegalArgumentException if there is none
    public static BalancingMethod named(String name) {
        return switch (name) {
            case "round-robin" -> ROUND_ROBIN;
            case "least-connections" -> LEAST_CONNECTIONS;
            case "hash" -> HASH;
            default -> throw new IllegalArgumentException("it must be round-robin, least-connections or hash");
        };
    }

    /// A new balancer of this kind.
    UpstreamBalancer balancer() {
        return switch (this) {
            case ROUND_ROBIN -> new RoundRobinBalancer();
            case LEAST_CONNECTIONS -> new LeastConnectionsBalancer();
            case HASH -> new RendezvousBalancer();
        };
    }
}
