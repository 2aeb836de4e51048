package dev.polyserve.linux.system;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/// Functions in machine code, each in a page of its own, which is never writable and executable at once, and never freed.
///
/// **Thread**: any.
final class MachineCode {
    private static final int PAGE_BYTES = 4096;
    private static final int PROT_READ_EXEC = 5;

    private MachineCode() {}

    /// Places a function in memory.
    ///
    /// @param code its bytes
    /// @return its address; empty if this process may have no executable memory of its own
    static Optional<MemorySegment> placed(int... code) {
        SystemCallMemory memory = SystemCallMemory.small();
        long address = LibcSyscallFunction.call(memory, SystemCallNumber.MMAP, 0, PAGE_BYTES,
                MemoryMappingCalls.PROT_READ_WRITE,
                MemoryMappingCalls.MAP_PRIVATE | MemoryMappingCalls.MAP_ANONYMOUS, -1, 0);
        if (address < 0) {
            return Optional.empty();
        }
        MemorySegment page = MemorySegment.ofAddress(address).reinterpret(PAGE_BYTES);
        for (int at = 0; at < code.length; at++) {
            page.set(ValueLayout.JAVA_BYTE, at, (byte) code[at]);
        }
        if (LibcSyscallFunction.call(memory, SystemCallNumber.MPROTECT, address, PAGE_BYTES, PROT_READ_EXEC, 0, 0,
                0) < 0) {
            LibcSyscallFunction.call(memory, SystemCallNumber.MUNMAP, address, PAGE_BYTES, 0, 0, 0, 0);
            return Optional.empty();
        }
        return Optional.of(page);
    }
}
