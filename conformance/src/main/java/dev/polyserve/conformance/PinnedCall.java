package dev.polyserve.conformance;

import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Runs work in a class initialiser, which pins a virtual thread to its carrier.
final class PinnedCall {
    private static final ThreadLocal<PinnedCall> NEXT = new ThreadLocal<>();

    private final Work work;
    private @Nullable Exception thrown;

    private PinnedCall(Work work) {
        this.work = work;
    }

    /// Runs the work in a class initialiser and rethrows its exception.
    static void run(Work work) throws Exception {
        PinnedCall pinned = new PinnedCall(work);
        NEXT.set(pinned);
        try {
            // A new class for each run, because a class is initialised only once.
            MethodHandles.lookup().defineHiddenClass(compiled(), true);
        } finally {
            NEXT.remove();
        }
        if (pinned.thrown != null) {
            throw pinned.thrown;
        }
    }

    private static byte[] compiled() throws IOException {
        try (InputStream bytes = PinnedCall.class.getResourceAsStream("PinnedCall$Initialised.class")) {
            return Objects.requireNonNull(bytes, "a class of the kit").readAllBytes();
        }
    }

    /// Runs the work of the calling thread. **Thread**: the caller's of [#run].
    static void runNext() {
        PinnedCall pinned = NEXT.get();
        try {
            pinned.work.run();
        } catch (Exception e) {
            pinned.thrown = e;
        }
    }

    /// Work that may wait.
    @FunctionalInterface
    interface Work {
        void run() throws Exception;
    }

    /// The template of the class that is initialised.
    @SuppressWarnings("unused") // used as class-file bytes
    static final class Initialised {
        static {
            runNext();
        }
    }
}
