package dev.polyserve.cli.proxy;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// Takes the upstreams in turn. One in slow start is passed over until its shares make up a whole turn.
///
/// **Thread**: any, several at once.
final class RoundRobinBalancer implements UpstreamBalancer {
    private final AtomicInteger turns = new AtomicInteger();

    @Override
    public UpstreamServer choose(List<UpstreamServer> candidates, long clientKey) {
        for (int passedOver = 0; passedOver < candidates.size(); passedOver++) {
            UpstreamServer next = next(candidates);
            if (next.health().takesTurn()) {
                return next;
            }
        }
        return next(candidates); // all are in slow start
    }

    private UpstreamServer next(List<UpstreamServer> candidates) {
        return candidates.get(Math.floorMod(turns.getAndIncrement(), candidates.size()));
    }
}
