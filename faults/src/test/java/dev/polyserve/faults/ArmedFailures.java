package dev.polyserve.faults;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Throws a selected error at a selected place, once, in the process of the server.
///
/// **Thread**: any.
final class ArmedFailures {
    private final AtomicReference<@Nullable Armed> armed = new AtomicReference<>();

    /// The place of the throw.
    enum Place {
        FACTORY, SET_UP, HANDLE, FINISH, OPENED, RECEIVED, ENDED, CLOSED, LISTENER_ACCEPTED, FILTER, LISTENER_REJECTED, LISTENER_OPENED, LISTENER_CLOSED, LISTENER_FAILED, LISTENER_LIMIT
    }

    /// The error thrown; a genuine one, not an imitation.
    enum Thrown {
        RUNTIME_EXCEPTION, STACK_OVERFLOW, ASSERTION, OUT_OF_MEMORY;

        private void raise() {
            switch (this) {
                case RUNTIME_EXCEPTION -> throw new IllegalStateException("thrown by the test");
                case STACK_OVERFLOW -> throw new IllegalStateException("not deep enough: " + descend(0));
                case ASSERTION -> throw new AssertionError("thrown by the test");
                case OUT_OF_MEMORY -> throw new IllegalStateException("memory was available: " + grab().length);
            }
        }

        @SuppressWarnings("InfiniteRecursion") // until the stack overflows, which is the purpose
        private static long descend(long depth) {
            return 1 + descend(depth + 1);
        }

        private static long[] grab() {
            return new long[Integer.MAX_VALUE];
        }
    }

    private record Armed(Place place, Thrown error, Optional<Place> next) {}

    /// Arms a place, and after its throw the next one.
    void arm(Place place, Thrown error, Optional<Place> next) {
        armed.set(new Armed(place, error, next));
    }

    /// Throws if this place is armed.
    void pass(Place place) {
        Armed now = armed.get();
        if (now == null || now.place != place) {
            return;
        }
        Armed next = now.next.map(following -> new Armed(following, now.error, Optional.empty())).orElse(null);
        if (armed.compareAndSet(now, next)) {
            now.error.raise();
        }
    }
}
