package dev.polyserve.linux.system;

import static dev.polyserve.linux.system.SystemCalls.call;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/// The system calls `mmap` and `munmap`: anonymous memory, or memory shared with the kernel through a descriptor.
///
/// **Thread**: any. A segment must not be accessed after [#unmap].
public final class MemoryMappingCalls {
    static final int PROT_READ_WRITE = 3;
    static final int MAP_SHARED = 1;
    static final int MAP_PRIVATE = 2;
    static final int MAP_ANONYMOUS = 0x20;
    static final int MAP_POPULATE = 0x8000;

    private MemoryMappingCalls() {}

    /// `mmap(2)` of zeroed pages, which occupy memory from their first access.
    public static MemorySegment map(SystemCallMemory memory, long bytes) throws IOException {
        return map(memory, bytes, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    }

    /// `mmap(2)` of a descriptor's shared memory.
    public static MemorySegment mapShared(SystemCallMemory memory, long bytes, int descriptor, long offset)
            throws IOException {
        return map(memory, bytes, MAP_SHARED | MAP_POPULATE, descriptor, offset);
    }

    private static MemorySegment map(SystemCallMemory memory, long bytes, int flags, int descriptor, long offset)
            throws IOException {
        long address = call(memory, SystemCallNumber.MMAP, 0, bytes, PROT_READ_WRITE, flags, descriptor, offset);
        if (address < 0) {
            throw new SystemCallException("mmap", address);
        }
        return MemorySegment.ofAddress(address).reinterpret(bytes);
    }

    /// `munmap(2)`.
    public static void unmap(SystemCallMemory memory, MemorySegment mapped) throws IOException {
        SystemCallException.require("munmap",
                call(memory, SystemCallNumber.MUNMAP, mapped.address(), mapped.byteSize(), 0, 0, 0, 0));
    }
}
