package dev.polyserve.loop;

import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.util.Objects;

/// Runs code in a class initialiser, which pins a virtual thread to its carrier.
final class PinnedCode {
    private static final ThreadLocal<Runnable> NEXT = new ThreadLocal<>();

    private PinnedCode() {}

    /// Runs the code in the initialiser of a new class, because a class is initialised only once.
    static void run(Runnable code) throws Exception {
        NEXT.set(code);
        try (InputStream template = PinnedCode.class.getResourceAsStream("PinnedCode$Initialised.class")) {
            var _ = MethodHandles.lookup().defineHiddenClass(Objects.requireNonNull(template).readAllBytes(), true);
        } finally {
            NEXT.remove();
        }
    }

    static void runNext() {
        NEXT.get().run();
    }

    /// The template of the class that is initialised.
    @SuppressWarnings("unused") // used as the bytes of its class file
    static final class Initialised {
        static {
            runNext();
        }
    }
}
