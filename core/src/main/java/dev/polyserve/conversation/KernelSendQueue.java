package dev.polyserve.conversation;

import java.io.IOException;

/// How many bytes the system has accepted for a peer that the peer's system has not acknowledged.
///
/// **Thread**: the owner's or the monitor's.
public interface KernelSendQueue {
    /// How many of our bytes, with our end counted as one, the peer's system has not acknowledged; [Wire#UNKNOWN]
    /// when the system does not report it.
    int unacknowledged() throws IOException;
}
