package dev.polyserve.stats;

import dev.polyserve.Endpoint;
import dev.polyserve.ServerStats;
import java.util.OptionalLong;

/// The counters of an endpoint at one moment.
///
/// @param endpoint where it listens
/// @param active connections through it now open
/// @param accepted connections that it has accepted
/// @param rejected those of them that were rejected
/// @param overflows attempts to connect that the system has dropped because the backlog was full
public record ListenerSnapshot(Endpoint endpoint, long active, long accepted, long rejected, OptionalLong overflows)
        implements
            ServerStats.ListenerStats {}
