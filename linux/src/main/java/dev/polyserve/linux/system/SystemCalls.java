package dev.polyserve.linux.system;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The only entry to the system: `long syscall(long number, ...)` with six arguments. The error number is captured
/// before other code in this thread can change it.
///
/// **Thread**: any.
public final class SystemCalls {
    static final StructLayout CAPTURED = Linker.Option.captureStateLayout();
    static final long ERRNO_OFFSET = CAPTURED.byteOffset(MemoryLayout.PathElement.groupElement("errno"));

    private SystemCalls() {}

    /// Returns why this program cannot make system calls, in one sentence; empty when it can.
    public static Optional<String> whyNot() {
        String system = System.getProperty("os.name", "");
        if (!system.equals("Linux")) {
            return Optional.of("it waits in system calls of Linux, and this system is " + system);
        }
        if (Architecture.here().isEmpty()) {
            return Optional.of("its system calls are known here for x86-64 and aarch64, and this processor is "
                    + System.getProperty("os.arch", "unknown"));
        }
        return Optional.ofNullable(Linked.WHY_NOT);
    }

    /// Makes a system call; calls with fewer parameters ignore the rest.
    ///
    /// @return the value of the call, or `-errno`
    static long call(CallMemory memory, CallNumber number, long a, long b, long c, long d, long e, long f) {
        long result;
        try {
            result = (long) Linked.syscall.invokeExact(memory.captured(), number.here, a, b, c, d, e, f);
        } catch (RuntimeException | Error thrown) {
            throw thrown;
        } catch (Throwable thrown) {
            throw new IllegalStateException("a system call threw", thrown);
        }
        return result == -1 ? -memory.errno() : result;
    }

    /// The linked function, initialised once. It is a class of its own, so that a failure to link does not fail the
    /// initialisation of [SystemCalls].
    private static final class Linked {
        /// Not constant for the compiler, which therefore compiles a call by itself, and inlines it nowhere. Inlined into a
        /// turn of a loop or into a handler, it would exceed the depth to which the compiler inlines (`MaxInlineLevel`), and
        /// allocate the segment of the JDK's foreign-function call: 40 bytes a call.
        @SuppressWarnings("NonFinalStaticField")
        private static MethodHandle syscall;
        private static final @Nullable String WHY_NOT;

        static {
            MethodHandle linked = MethodHandles.zero(long.class);
            String whyNot = null;
            try {
                linked = link();
            } catch (IllegalCallerException e) {
                whyNot = "this program may not make system calls; start java with --enable-native-access="
                        + (SystemCalls.class.getModule().isNamed()
                                ? SystemCalls.class.getModule().getName()
                                : "ALL-UNNAMED");
            } catch (RuntimeException | UnsatisfiedLinkError e) {
                whyNot = "this JDK cannot make system calls: " + e.getMessage();
            }
            syscall = linked;
            WHY_NOT = whyNot;
        }

        private static MethodHandle link() {
            Linker linker = Linker.nativeLinker();
            var word = ValueLayout.JAVA_LONG;
            return linker.downcallHandle(linker.defaultLookup().findOrThrow("syscall"),
                    FunctionDescriptor.of(word, word, word, word, word, word, word, word),
                    Linker.Option.firstVariadicArg(1), Linker.Option.captureCallState("errno"));
        }
    }
}
