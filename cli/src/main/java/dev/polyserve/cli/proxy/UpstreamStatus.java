package dev.polyserve.cli.proxy;

import dev.polyserve.Endpoint;
import dev.polyserve.ServerStats;

/// One upstream at one moment.
///
/// @param endpoint where it is
/// @param isUp whether it gets clients
/// @param active connections now
/// @param connected connections so far, including those
/// @param failed connects of clients that have failed
/// @param bytesOut bytes sent to it by connections that have ended
/// @param bytesIn bytes received from it by these
public record UpstreamStatus(Endpoint endpoint, boolean isUp, long active, long connected, long failed, long bytesOut,
        long bytesIn) implements ServerStats.UpstreamStats {
    @Override
    public int up() {
        return isUp ? 1 : 0;
    }
}
