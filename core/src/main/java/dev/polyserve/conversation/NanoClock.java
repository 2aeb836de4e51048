package dev.polyserve.conversation;

/// Monotonic time, injected so that tests advance it by hand. Wall-clock steps never affect a timeout.
@FunctionalInterface
public interface NanoClock {
    /// The machine's clock.
    NanoClock SYSTEM = System::nanoTime;

    /// Nanoseconds from an arbitrary origin; compare by difference only.
    long nanos();
}
