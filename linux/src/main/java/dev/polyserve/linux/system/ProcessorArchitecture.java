package dev.polyserve.linux.system;

import java.util.Optional;

/// The processor architectures with known system calls.
enum ProcessorArchitecture {
    X86_64, AARCH64;

    private static final Optional<ProcessorArchitecture> HERE = of(System.getProperty("os.arch", ""));

    /// Returns the architecture of this process, if it is known.
    static Optional<ProcessorArchitecture> here() {
        return HERE;
    }

    /// Returns the architecture with this name in the JDK.
    static Optional<ProcessorArchitecture> of(String name) {
        return switch (name) {
            case "amd64", "x86_64" -> Optional.of(X86_64);
            case "aarch64" -> Optional.of(AARCH64);
            default -> Optional.empty();
        };
    }
}
