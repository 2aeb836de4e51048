package dev.polyserve.linux.system;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import org.jspecify.annotations.Nullable;

/// The C library's function for any system call, `long syscall(long number, ...)`, with six arguments. The error number is
/// captured before other code in this thread can change it.
///
/// **Thread**: any. Source: `syscall(2)`.
final class LibcSyscallFunction {
    static final StructLayout CAPTURED = Linker.Option.captureStateLayout();
    static final long ERRNO_OFFSET = CAPTURED.byteOffset(MemoryLayout.PathElement.groupElement("errno"));

    /// Why this program cannot make system calls, in one sentence.
    static final @Nullable String WHY_NOT;

    /// Not constant for the compiler, which therefore compiles a call by itself, and inlines it nowhere. Inlined into a
    /// turn of a loop or into a handler, it would exceed the depth to which the compiler inlines (`MaxInlineLevel`), and
    /// allocate the segment of the JDK's foreign-function call: 40 bytes a call.
    @SuppressWarnings("NonFinalStaticField")
    private static MethodHandle function;

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
        function = linked;
        WHY_NOT = whyNot;
    }

    private LibcSyscallFunction() {}

    private static MethodHandle link() {
        Linker linker = Linker.nativeLinker();
        var word = ValueLayout.JAVA_LONG;
        return linker.downcallHandle(linker.defaultLookup().findOrThrow("syscall"),
                FunctionDescriptor.of(word, word, word, word, word, word, word, word),
                Linker.Option.firstVariadicArg(1), Linker.Option.captureCallState("errno"));
    }

    /// As [SystemCalls#call].
    static long call(SystemCallMemory memory, SystemCallNumber number, long a, long b, long c, long d, long e, long f) {
        long result;
        try {
            result = (long) function.invokeExact(memory.captured(), number.here, a, b, c, d, e, f);
        } catch (RuntimeException | Error thrown) {
            throw thrown;
        } catch (Throwable thrown) {
            throw new IllegalStateException("a system call threw", thrown);
        }
        return result == -1 ? -memory.errno() : result;
    }
}
