package dev.polyserve.linux.system;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/// A function in machine code, `long stub(clone_args *arguments, long size, table *calls)`, that makes a process with
/// `clone3(2)` and has it make system calls from a table, of which the last starts a program.
///
/// The new process runs in this process's memory, on the stack of the thread that calls, which the kernel suspends
/// meanwhile (`CLONE_VM | CLONE_VFORK`). The function uses no stack. A call that fails otherwise than its entry in the table
/// permits is noted at the beginning of the table, and ends the new process.
///
/// **Thread**: any.
final class VforkStub {
    /// Where the result is: 0, or the `errno` of the call that has failed.
    static final int RESULT_AT = 0;
    /// Where the address of the call that has failed is, once there is a result.
    static final int FAILED_AT = 80;
    /// Where the calls begin.
    static final int CALLS_AT = 112;
    /// A call: its number, four arguments, and the permitted failures: bit n for `errno` n, which is below 64.
    static final int CALL_BYTES = 48;
    /// ```
    ///   endbr64
    ///   mov r8, rdx;  mov eax, 435;  syscall                    clone3
    ///   test rax, rax;  jz child;  ret
    ///   child:  lea rbx, [r8+112]
    ///   next:   mov rax, [rbx];  mov rdi, [rbx+8];  mov rsi, [rbx+16];  mov rdx, [rbx+24];  mov r10, [rbx+32]
    ///           syscall
    ///           test rax, rax;  jns after
    ///           neg rax;  cmp rax, 63;  ja fail;  mov rcx, [rbx+40];  bt rcx, rax;  jc after
    ///   fail:   mov [r8+80], rbx;  mov [r8], rax
    ///           mov edi, 127;  mov eax, 231;  syscall;  hlt                          exit_group
    ///   after:  add rbx, 48;  jmp next
    /// ```
    private static final int[] X86_64 = {0xf3, 0x0f, 0x1e, 0xfa, 0x49, 0x89, 0xd0, 0xb8, 0xb3, 0x01, 0x00, 0x00, 0x0f,
        0x05, 0x48, 0x85, 0xc0, 0x74, 0x01, 0xc3, 0x49, 0x8d, 0x58, 0x70, 0x48, 0x8b, 0x03, 0x48, 0x8b, 0x7b, 0x08,
        0x48, 0x8b, 0x73, 0x10, 0x48, 0x8b, 0x53, 0x18, 0x4c, 0x8b, 0x53, 0x20, 0x0f, 0x05, 0x48, 0x85, 0xc0, 0x79,
        0x27, 0x48, 0xf7, 0xd8, 0x48, 0x83, 0xf8, 0x3f, 0x77, 0x0a, 0x48, 0x8b, 0x4b, 0x28, 0x48, 0x0f, 0xa3, 0xc1,
        0x72, 0x14, 0x49, 0x89, 0x58, 0x50, 0x49, 0x89, 0x00, 0xbf, 0x7f, 0x00, 0x00, 0x00, 0xb8, 0xe7, 0x00, 0x00,
        0x00, 0x0f, 0x05, 0xf4, 0x48, 0x83, 0xc3, 0x30, 0xeb, 0xb9};

    private VforkStub() {}

    /// Places the stub in memory and links it.
    ///
    /// @return empty if there is none for this processor, or this process may have no executable memory of its own
    static Optional<MethodHandle> link() {
        return ProcessorArchitecture.here().flatMap(VforkStub::placed).map(SystemCallStub::linked);
    }

    private static Optional<MemorySegment> placed(ProcessorArchitecture architecture) {
        return switch (architecture) {
            case X86_64 -> MachineCode.placed(X86_64);
            case AARCH64 -> Optional.empty();
        };
    }
}
