package dev.polyserve.linux.system;

import java.util.Optional;

/// The processors whose system calls are known here.
enum Architecture {
    X86_64, AARCH64;

    private static final Optional<Architecture> HERE = of(System.getProperty("os.arch", ""));

    /// The one that this program runs on, if it is known.
    static Optional<Architecture> here() {
        return HERE;
    }

    /// The one that the JDK calls by this name.
    static Optional<Architecture> of(String name) {
        return switch (name) {
            case "amd64", "x86_64" -> Optional.of(X86_64);
            case "aarch64" -> Optional.of(AARCH64);
            default -> Optional.empty();
        };
    }
}
