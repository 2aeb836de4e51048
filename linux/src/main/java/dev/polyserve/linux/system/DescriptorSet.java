package dev.polyserve.linux.system;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// A set of descriptors for `select`.
///
/// ```c
/// typedef struct { long fds_bits[16]; } fd_set;  // 128 bytes: descriptors 0 to 1023
/// ```
///
/// **Thread**: its owner's.
public final class DescriptorSet {
    /// One more than the largest descriptor that fits.
    public static final int SIZE = 1024;
    public static final int WORDS = SIZE / Long.SIZE;

    private final MemorySegment memory = Arena.ofAuto().allocate((long) WORDS * Long.BYTES, Long.BYTES);

    long address() {
        return memory.address();
    }

    /// Adds or removes a descriptor.
    public void set(int descriptor, boolean in) {
        int word = descriptor / Long.SIZE;
        long bit = 1L << descriptor;
        long before = word(word);
        memory.setAtIndex(ValueLayout.JAVA_LONG, word, in ? before | bit : before & ~bit);
    }

    /// Returns the bits of sixty-four descriptors.
    public long word(int index) {
        return memory.getAtIndex(ValueLayout.JAVA_LONG, index);
    }

    /// Copies another set.
    public void copyFrom(DescriptorSet other) {
        memory.copyFrom(other.memory);
    }
}
