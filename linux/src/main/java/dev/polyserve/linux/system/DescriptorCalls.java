package dev.polyserve.linux.system;

import static dev.polyserve.linux.system.SystemCalls.call;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// The system calls on descriptors of any kind: `open`, `close`, `dup`, `fcntl`, and `eventfd`.
public final class DescriptorCalls {
    private static final int F_GETFD = 1;
    private static final int F_SETFD = 2;
    private static final int FD_CLOEXEC = 1;
    private static final int EFD_NONBLOCK = 0x800;
    private static final int EFD_CLOEXEC = 0x80000;
    static final int F_DUPFD_CLOEXEC = 1030;
    static final int FIONBIO = 0x5421;
    private static final int AT_FDCWD = -100;
    private static final int O_RDWR = 2;
    private static final int O_CLOEXEC = 0x80000;

    private DescriptorCalls() {}

    /// `open(2)` for reading and writing, closed on `exec`.
    ///
    /// @param memory a memory of [SystemCallMemory#forTransfers]
    public static int open(SystemCallMemory memory, String path) {
        byte[] bytes = (path + "\0").getBytes(StandardCharsets.UTF_8);
        memory.copyFrom(ByteBuffer.wrap(bytes), bytes.length);
        return (int) call(memory, SystemCallNumber.OPENAT, AT_FDCWD, memory.transferAddress(), O_RDWR | O_CLOEXEC, 0, 0,
                0);
    }

    /// `close(2)`: the descriptor is released whatever it returns.
    public static int close(SystemCallMemory memory, int descriptor) {
        return (int) call(memory, SystemCallNumber.CLOSE, descriptor, 0, 0, 0, 0, 0);
    }

    /// `fcntl(2)`: duplicates the descriptor, closed on `exec`.
    ///
    /// @param atLeast the smallest number allowed for it
    public static int duplicate(SystemCallMemory memory, int descriptor, int atLeast) {
        return (int) call(memory, SystemCallNumber.FCNTL, descriptor, F_DUPFD_CLOEXEC, atLeast, 0, 0, 0);
    }

    /// `dup(2)`: duplicates the descriptor, not closed on `exec`.
    public static int duplicate(SystemCallMemory memory, int descriptor) {
        return (int) call(memory, SystemCallNumber.DUP, descriptor, 0, 0, 0, 0, 0);
    }

    /// `fcntl(2)`: sets close-on-exec.
    public static int closeOnExec(SystemCallMemory memory, int descriptor) {
        long flags = call(memory, SystemCallNumber.FCNTL, descriptor, F_GETFD, 0, 0, 0, 0);
        return (int) (flags < 0
                ? flags
                : call(memory, SystemCallNumber.FCNTL, descriptor, F_SETFD, flags | FD_CLOEXEC, 0, 0, 0));
    }

    /// `ioctl(2)`, `FIONBIO`: makes the open file non-blocking, for all processes that share it.
    public static int nonBlocking(SystemCallMemory memory, int descriptor) {
        return nonBlocking(memory, descriptor, 1);
    }

    /// `ioctl(2)`, `FIONBIO`: makes the open file blocking, for all processes that share it.
    public static int blocking(SystemCallMemory memory, int descriptor) {
        return nonBlocking(memory, descriptor, 0);
    }

    private static int nonBlocking(SystemCallMemory memory, int descriptor, int on) {
        memory.half(0, on);
        return (int) call(memory, SystemCallNumber.IOCTL, descriptor, FIONBIO, memory.wordsAddress(), 0, 0, 0);
    }

    /// `eventfd(2)`: a non-blocking counter to wait for.
    public static int eventfd(SystemCallMemory memory) {
        return (int) call(memory, SystemCallNumber.EVENTFD2, 0, EFD_NONBLOCK | EFD_CLOEXEC, 0, 0, 0, 0);
    }

    public static int eventfdAdd(SystemCallMemory memory, int descriptor) {
        memory.word(0, 1);
        return (int) call(memory, SystemCallNumber.WRITE, descriptor, memory.wordsAddress(), 8, 0, 0, 0);
    }

    /// Sets an [#eventfd] to zero.
    public static int eventfdReset(SystemCallMemory memory, int descriptor) {
        return (int) call(memory, SystemCallNumber.READ, descriptor, memory.wordsAddress(), 8, 0, 0, 0);
    }
}
