package dev.polyserve.linux.ring;

import dev.polyserve.linux.system.SystemCallMemory;
import dev.polyserve.linux.system.Errno;
import dev.polyserve.linux.system.DescriptorCalls;
import dev.polyserve.linux.system.RingCalls;
import dev.polyserve.linux.system.RingLayout;
import dev.polyserve.linux.system.RingParameters;
import dev.polyserve.linux.system.SystemCallException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Checks whether this machine allows a ring, and if not, names what is missing.
///
/// **Thread**: any.
public final class RingProbe {
    private static final Path DISABLED = Path.of("/proc/sys/kernel/io_uring_disabled");
    private static final int NEEDED_FEATURES = RingParameters.FEAT_SINGLE_MMAP | RingParameters.FEAT_NODROP
            | RingParameters.FEAT_EXT_ARG;
    private static final String TOO_OLD = "io_uring of this kernel, Linux " + System.getProperty("os.version", "?")
            + ", cannot receive again and again into buffers of its choice; Linux 6.1 can";

    private RingProbe() {}

    /// Returns why there can be no ring, in one sentence; empty when there can.
    public static Optional<String> whyNot() {
        SystemCallMemory memory = SystemCallMemory.small();
        try {
            RingSetup setup = RingSetup.open(memory, RingSetup.SUBMISSION_QUEUE_ENTRIES, false);
            try {
                return whatItLacks(memory, setup);
            } finally {
                int unused = DescriptorCalls.close(memory, setup.descriptor());
                assert unused == 0;
            }
        } catch (SystemCallException e) {
            return Optional.of(refusal(e, disabledLevel()));
        }
    }

    private static Optional<String> whatItLacks(SystemCallMemory memory, RingSetup setup) {
        boolean hasFeatures = (setup.parameters().features() & NEEDED_FEATURES) == NEEDED_FEATURES;
        // Multishot receive came with Linux 6.0, like the single-issuer flag, which the setup ladder has tried. The
        // probe only knows operations.
        boolean isRecent = (setup.parameters().flags() & RingParameters.SETUP_SINGLE_ISSUER) != 0;
        int known = RingCalls.knows(memory, setup.descriptor(), RingLayout.OP_POLL_ADD, RingLayout.OP_TIMEOUT,
                RingLayout.OP_ACCEPT,
                RingLayout.OP_ASYNC_CANCEL, RingLayout.OP_SEND, RingLayout.OP_RECV);
        if (known < 0) {
            return Optional.of("io_uring_register is refused: " + Errno.text(-known)
                    + "; a seccomp filter must allow it together with io_uring_setup");
        }
        return hasFeatures && isRecent && known == 1 ? Optional.empty() : Optional.of(TOO_OLD);
    }

    /// Explains why the setup was refused.
    ///
    /// @param disabled the value of `kernel.io_uring_disabled`: 0 allows every process, 1 only privileged ones, 2 none
    static String refusal(SystemCallException refused, int disabled) {
        return switch (refused.errno()) {
            case Errno.ENOSYS -> "this kernel was built without io_uring, or a sandbox hides it; it needs Linux 6.1";
            case Errno.EPERM -> forbidden(disabled);
            case Errno.EINVAL -> TOO_OLD;
            case Errno.ENOMEM ->
                "its ring does not fit into the memory that may be locked; raise that limit (ulimit -l)";
            default -> "io_uring_setup is refused: " + Errno.text(refused.errno());
        };
    }

    private static String forbidden(int disabled) {
        return switch (disabled) {
            case 2 -> "the system forbids io_uring to all processes; set kernel.io_uring_disabled=0 (sysctl -w)";
            case 1 ->
                "the system allows io_uring to the privileged only; set kernel.io_uring_disabled=0 (sysctl -w), or join "
                        + "the group that kernel.io_uring_group names";
            default ->
                "a seccomp filter forbids io_uring_setup, as those of containers do; run with a profile that allows "
                        + "io_uring_setup, io_uring_enter and io_uring_register";
        };
    }

    private static int disabledLevel() {
        try {
            return Integer.parseInt(Files.readString(DISABLED).strip());
        } catch (IOException | NumberFormatException e) {
            // Linux before 6.6 has no such switch.
            return 0;
        }
    }
}
