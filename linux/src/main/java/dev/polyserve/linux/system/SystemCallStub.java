package dev.polyserve.linux.system;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/// A function in machine code, `long stub(long number, long a, …, long f)`, that moves its parameters to the registers in
/// which the kernel expects them, and returns what the kernel returns: the value of the call, or `-errno`.
///
/// Source: `syscall(2)`, architecture calling conventions.
///
/// **Thread**: any.
final class SystemCallStub {
    /// ```
    ///   endbr64
    ///   mov rax, rdi;  mov rdi, rsi;  mov rsi, rdx;  mov rdx, rcx;  mov r10, r8;  mov r8, r9;  mov r9, [rsp+8]
    ///   syscall
    ///   ret
    /// ```
    private static final int[] X86_64 = {0xf3, 0x0f, 0x1e, 0xfa, 0x48, 0x89, 0xf8, 0x48, 0x89, 0xf7, 0x48, 0x89, 0xd6,
        0x48, 0x89, 0xca, 0x4d, 0x89, 0xc2, 0x4d, 0x89, 0xc8, 0x4c, 0x8b, 0x4c, 0x24, 0x08, 0x0f, 0x05, 0xc3};

    private SystemCallStub() {}

    /// Places the stub in memory and links it.
    ///
    /// @return empty if there is none for this processor, or this process may have no executable memory of its own
    static Optional<MethodHandle> link() {
        return ProcessorArchitecture.here().flatMap(SystemCallStub::code).flatMap(MachineCode::placed)
                .map(SystemCallStub::linked);
    }

    private static Optional<int[]> code(ProcessorArchitecture architecture) {
        return switch (architecture) {
            case X86_64 -> Optional.of(X86_64);
            case AARCH64 -> Optional.empty();
        };
    }

    /// Links a function with seven words as parameters and one as result.
    static MethodHandle linked(MemorySegment page) {
        var word = ValueLayout.JAVA_LONG;
        return Linker.nativeLinker().downcallHandle(page,
                FunctionDescriptor.of(word, word, word, word, word, word, word, word));
    }
}
