package dev.polyserve.linux.system;

import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// The entry to the system: a call by its number, with six arguments. Only the calls that place [MachineCode], the functions of
/// the C library ([PosixSpawn], [CLibrary]) and the calls of a new process ([VforkSpawn]) go other ways, and are not counted.
///
/// Where it can, it calls the kernel through a [stub][SystemCallStub] of our own, not through the
/// [C library][LibcSyscallFunction]. The library returns an error number in a variable of the thread, which the JVM may
/// change before Java code reads it. The JDK captures it, and pays for that at each call with two memory segments and
/// their checks, and with an allocation wherever the compiler does not inline all of them.
///
/// **Thread**: any.
public final class SystemCalls {
    /// The system property that has system calls counted.
    public static final String COUNTED = "dev.polyserve.countSystemCalls";

    /// Counts the calls; null unless the program was started with [#COUNTED].
    private static final @Nullable LongAdder COUNT = Boolean.getBoolean(COUNTED) ? new LongAdder() : null;

    private SystemCalls() {}

    /// How many system calls this class has made; empty unless they are counted.
    public static OptionalLong count() {
        return COUNT == null ? OptionalLong.empty() : OptionalLong.of(COUNT.sum());
    }

    /// Returns why this program cannot make system calls, in one sentence; empty when it can.
    public static Optional<String> whyNot() {
        String system = System.getProperty("os.name", "");
        if (!system.equals("Linux")) {
            return Optional.of("it waits in system calls of Linux, and this system is " + system);
        }
        if (ProcessorArchitecture.here().isEmpty()) {
            return Optional.of("its system calls are known here for x86-64 and aarch64, and this processor is "
                    + System.getProperty("os.arch", "unknown"));
        }
        return Optional.ofNullable(LibcSyscallFunction.WHY_NOT);
    }

    /// Makes a system call; calls with fewer parameters ignore the rest.
    ///
    /// @return the value of the call, or `-errno`
    static long call(SystemCallMemory memory, SystemCallNumber number, long a, long b, long c, long d, long e, long f) {
        if (COUNT != null) {
            COUNT.increment();
        }
        MethodHandle stub = Linked.STUB;
        return stub == null
                ? LibcSyscallFunction.call(memory, number, a, b, c, d, e, f)
                : call(stub, memory, number, a, b, c, d, e, f);
    }

    /// Calls through a stub, during which the memory of the call stays reachable.
    private static long call(MethodHandle stub, SystemCallMemory memory, SystemCallNumber number, long a, long b,
            long c, long d, long e, long f) {
        try {
            return (long) stub.invokeExact(number.here, a, b, c, d, e, f);
        } catch (RuntimeException | Error thrown) {
            throw thrown;
        } catch (Throwable thrown) {
            throw new IllegalStateException("a system call threw", thrown);
        } finally {
            Reference.reachabilityFence(memory);
        }
    }

    /// The linked stub, initialised once, and after it is known that this program may make system calls.
    private static final class Linked {
        private static final @Nullable MethodHandle STUB = SystemCallStub.link().orElse(null);
    }
}
