package dev.polyserve.linux.system;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;

/// Native memory for the calls of one thread at a time: the captured error number, a socket address, a few words, and a
/// transfer buffer.
///
/// It is freed when it becomes unreachable; code that uses an address in it keeps it reachable until the call returns.
///
/// **Thread**: the thread that created it or took it from a [SystemCallMemoryPool].
public final class SystemCallMemory {
    /// The longest datagram, and enough for one read.
    public static final int TRANSFER_BYTES = 64 << 10;

    private static final VarHandle TAKEN;
    private static final int ERRNO_AT = 0;
    private static final int WORDS_AT = 16;
    private static final int WORDS_BYTES = 48;
    private static final int ADDRESS_AT = WORDS_AT + WORDS_BYTES;
    private static final int TRANSFER_AT = 256;
    private static final int ALIGNMENT = 64;

    static {
        try {
            TAKEN = MethodHandles.lookup().findVarHandle(SystemCallMemory.class, "taken", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final MemorySegment all;
    private final MemorySegment captured;
    private final MemorySegment socketAddress;
    private final long address;
    private final int transferBytes;
    @SuppressWarnings("unused")
    private int taken;

    private SystemCallMemory(int transferBytes) {
        this.transferBytes = transferBytes;
        this.all = Arena.ofAuto().allocate(TRANSFER_AT + transferBytes, ALIGNMENT);
        this.captured = all.asSlice(ERRNO_AT, LibcSyscallFunction.CAPTURED.byteSize());
        this.socketAddress = all.asSlice(ADDRESS_AT, SocketAddresses.LONGEST_BYTES);
        this.address = all.address();
    }

    /// Creates memory for calls that transfer bytes.
    public static SystemCallMemory forTransfers() {
        return new SystemCallMemory(TRANSFER_BYTES);
    }

    /// Creates memory for calls that transfer none.
    public static SystemCallMemory small() {
        return new SystemCallMemory(0);
    }

    boolean tryTake() {
        return (int) TAKEN.getOpaque(this) == 0 && TAKEN.compareAndSet(this, 0, 1);
    }

    void giveBack() {
        TAKEN.setRelease(this, 0);
    }

    MemorySegment captured() {
        return captured;
    }

    int errno() {
        return captured.get(ValueLayout.JAVA_INT, LibcSyscallFunction.ERRNO_OFFSET);
    }

    // --- words ---

    long wordsAddress() {
        return address + WORDS_AT;
    }

    long word(int index) {
        return all.get(ValueLayout.JAVA_LONG, WORDS_AT + 8L * index);
    }

    void word(int index, long value) {
        all.set(ValueLayout.JAVA_LONG, WORDS_AT + 8L * index, value);
    }

    int half(int index) {
        return all.get(ValueLayout.JAVA_INT, WORDS_AT + 4L * index);
    }

    void half(int index, int value) {
        all.set(ValueLayout.JAVA_INT, WORDS_AT + 4L * index, value);
    }

    // --- a socket address ---

    /// Returns the memory of the socket address, with room for any address.
    MemorySegment socketAddress() {
        return socketAddress;
    }

    long socketAddressAddress() {
        return address + ADDRESS_AT;
    }

    // --- bytes ---

    /// Returns the size of the transfer buffer.
    public int transferBytes() {
        return transferBytes;
    }

    long transferAddress() {
        return address + TRANSFER_AT;
    }

    int transferInt(int at) {
        return all.get(ValueLayout.JAVA_INT, TRANSFER_AT + at);
    }

    long transferLong(int at) {
        return all.get(ValueLayout.JAVA_LONG, TRANSFER_AT + at);
    }

    /// Copies the bytes that a call has written here, and moves the buffer's position.
    public void copyTo(ByteBuffer into, int count) {
        NativeMemoryCopy.copyTo(into, all, TRANSFER_AT, count);
    }

    /// Copies the buffer's next bytes here for a call, without moving its position.
    public void copyFrom(ByteBuffer bytes, int count) {
        NativeMemoryCopy.copyFrom(bytes, all, TRANSFER_AT, count);
    }
}
