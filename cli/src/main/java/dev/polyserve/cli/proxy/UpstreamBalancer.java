package dev.polyserve.cli.proxy;

import java.util.List;

/// Chooses an upstream for a client. An upstream in slow start has a smaller share ([UpstreamHealth#share]).
///
/// **Thread**: any, several at once.
interface UpstreamBalancer {
    /// One of the candidates.
    ///
    /// @param candidates at least one
    /// @param clientKey the same for connections that are to reach the same upstream ([RendezvousHash])
    UpstreamServer choose(List<UpstreamServer> candidates, long clientKey);
}
