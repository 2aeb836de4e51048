package dev.polyserve.linux.system;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/// Caches recently read socket addresses, so that a busy peer costs one object and not one per datagram.
///
/// **Thread**: its owner's.
final class SocketAddressCache {
    private static final int PLACES = 256;
    private static final int PLACE_BYTES = SocketAddresses.LONGEST_BYTES;
    /// Spreads a difference in any bit over the upper bits.
    private static final int SPREAD = 0x9E37_79B9;
    private static final int SHIFT = Integer.SIZE - Integer.numberOfTrailingZeros(PLACES);

    private final MemorySegment raw = Arena.ofAuto().allocate((long) PLACES * PLACE_BYTES, Integer.BYTES);
    private final int[] lengths = new int[PLACES];
    private final @Nullable SocketAddress[] addresses = new SocketAddress[PLACES];

    /// Returns the address of that length.
    SocketAddress read(MemorySegment from, int length) {
        int place = place(from, length);
        long at = (long) place * PLACE_BYTES;
        SocketAddress known = addresses[place];
        if (known != null && lengths[place] == length
                && MemorySegment.mismatch(from, 0, length, raw, at, at + length) < 0) {
            return known;
        }
        SocketAddress read = SocketAddresses.read(from, length);
        MemorySegment.copy(from, 0, raw, at, length);
        lengths[place] = length;
        addresses[place] = read;
        return read;
    }

    private static int place(MemorySegment from, int length) {
        int hash = length;
        for (int at = 0; at + Integer.BYTES <= length; at += Integer.BYTES) {
            hash = (hash ^ from.get(ValueLayout.JAVA_INT, at)) * SPREAD;
        }
        return hash >>> SHIFT;
    }
}
