package dev.polyserve.cli.proxy;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The upstreams among which a client is distributed.
///
/// ```
///   one that is down and to be tried again ─▶ else the balancer's choice of those that are up ─▶ else of those that are down
/// ```
///
/// A client is better served by an upstream that seems down than by none. Only its first attempt may be the trial of one that is down, so that
/// its retries are left for those that are up.
///
/// **Thread**: any, several at once.
///
/// @param servers all of them
/// @param balancer chooses
record UpstreamGroup(List<UpstreamServer> servers, UpstreamBalancer balancer) {
    UpstreamGroup {
        servers = List.copyOf(servers);
    }

    /// An upstream for a client.
    ///
    /// @param tried those that it could not be connected to
    /// @return null when all were tried
    @Nullable UpstreamServer choose(long clientKey, List<UpstreamServer> tried) {
        List<UpstreamServer> candidates = new ArrayList<>(servers.size());
        for (UpstreamServer each : servers) {
            if (tried.contains(each)) {
                continue;
            }
            if (each.health().isUp()) {
                candidates.add(each);
            } else if (tried.isEmpty() && each.health().takesTrial()) {
                return each;
            }
        }
        if (candidates.isEmpty()) {
            servers.stream().filter(each -> !tried.contains(each)).forEach(candidates::add);
        }
        return candidates.isEmpty() ? null : balancer.choose(candidates, clientKey);
    }
}
