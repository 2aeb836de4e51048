package dev.polyserve.coroutine.hub;

import org.jspecify.annotations.Nullable;

/// Finds the task of a thread that the hub did not start, and attaches the thread on its first call.
///
/// **Thread**: any.
@FunctionalInterface
interface HubThreadAttacher {
    /// Attaches no thread.
    HubThreadAttacher NONE = () -> null;

    /// The task of the calling thread; null when the thread cannot be attached.
    @Nullable Task<?> calling();
}
