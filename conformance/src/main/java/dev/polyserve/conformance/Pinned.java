package dev.polyserve.conformance;

import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Work that runs in the initialisation of a class, which pins a virtual thread to the thread that carries it.
final class Pinned {
    private static final ThreadLocal<Pinned> NEXT = new ThreadLocal<>();

    private final Work work;
    private @Nullable Exception thrown;

    private Pinned(Work work) {
        this.work = work;
    }

    /// Runs it, and throws what it throws.
    static void run(Work work) throws Exception {
        Pinned pinned = new Pinned(work);
        NEXT.set(pinned);
        try {
            // A class of its own each time, since each is initialised but once.
            MethodHandles.lookup().defineHiddenClass(compiled(), true);
        } finally {
            NEXT.remove();
        }
        if (pinned.thrown != null) {
            throw pinned.thrown;
        }
    }

    private static byte[] compiled() throws IOException {
        try (InputStream bytes = Pinned.class.getResourceAsStream("Pinned$Initialised.class")) {
            return Objects.requireNonNull(bytes, "a class of the kit").readAllBytes();
        }
    }

    /// **Thread**: the one that called [#run].
    static void runNext() {
        Pinned pinned = NEXT.get();
        try {
            pinned.work.run();
        } catch (Exception e) {
            pinned.thrown = e;
        }
    }

    /// May wait for a connection.
    @FunctionalInterface
    interface Work {
        void run() throws Exception;
    }

    /// The pattern of what is initialised.
    @SuppressWarnings("unused") // its bytes are
    static final class Initialised {
        static {
            runNext();
        }
    }
}
