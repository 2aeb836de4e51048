package dev.polyserve.cli.proxy;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// Takes the upstream with the fewest connections in proportion to its share; among equals, one after the other.
///
/// **Thread**: any, several at once.
final class LeastConnectionsBalancer implements UpstreamBalancer {
    private final AtomicInteger turns = new AtomicInteger();

    @Override
    public UpstreamServer choose(List<UpstreamServer> candidates, long clientKey) {
        int first = Math.floorMod(turns.getAndIncrement(), candidates.size());
        UpstreamServer best = candidates.get(first);
        double bestLoad = load(best);
        for (int i = 1; i < candidates.size(); i++) {
            UpstreamServer other = candidates.get((first + i) % candidates.size());
            double load = load(other);
            if (load < bestLoad) {
                best = other;
                bestLoad = load;
            }
        }
        return best;
    }

    /// With the connection that is to be made.
    private static double load(UpstreamServer upstream) {
        return (upstream.figures().open() + 1) / upstream.health().share();
    }
}
