package dev.polyserve.conversation;

/// Monotonic time, injected so that tests move it by hand. Wall-clock steps never reach a timeout.
@FunctionalInterface
public interface NanoClock {
    /// The machine's.
    NanoClock SYSTEM = System::nanoTime;

    /// Nanoseconds from an arbitrary origin; compare by difference only.
    long nanos();
}
