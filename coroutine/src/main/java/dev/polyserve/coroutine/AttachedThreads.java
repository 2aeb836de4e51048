package dev.polyserve.coroutine;

import org.jspecify.annotations.Nullable;

/// The threads that are no tasks of a hub, and may become some.
///
/// **Thread**: any.
@FunctionalInterface
interface AttachedThreads {
    /// A hub without any.
    AttachedThreads NONE = () -> null;

    /// The calling thread as a task, if it is one of them.
    @Nullable Task<?> calling();
}
