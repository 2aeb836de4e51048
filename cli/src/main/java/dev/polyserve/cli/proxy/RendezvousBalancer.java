package dev.polyserve.cli.proxy;

import java.util.List;

/// Takes the upstream with the highest score for the client: weighted rendezvous hashing. Without one of the upstreams, only its own
/// clients go elsewhere, each to the one with its next score; they return when it does, little by little while it is in slow start.
///
/// The score of a hash u between 0 and 1 is share / -ln u: an upstream is the highest one for a part of the clients that is proportional
/// to its share (Schindelhauer and Schomaker, "Weighted Distributed Hash Tables", SPAA 2005).
///
/// **Thread**: any, several at once.
final class RendezvousBalancer implements UpstreamBalancer {
    private static final int FRACTION_BITS = 53;

    @Override
    public UpstreamServer choose(List<UpstreamServer> candidates, long clientKey) {
        UpstreamServer best = candidates.getFirst();
        double bestScore = score(best, clientKey);
        for (int i = 1; i < candidates.size(); i++) {
            UpstreamServer other = candidates.get(i);
            double score = score(other, clientKey);
            if (score > bestScore) {
                best = other;
                bestScore = score;
            }
        }
        return best;
    }

    private static double score(UpstreamServer upstream, long clientKey) {
        long hash = RendezvousHash.mixed(clientKey ^ upstream.key());
        double between0And1 = ((hash >>> (Long.SIZE - FRACTION_BITS)) + 0.5) / (1L << FRACTION_BITS);
        return upstream.health().share() / -Math.log(between0And1);
    }
}
