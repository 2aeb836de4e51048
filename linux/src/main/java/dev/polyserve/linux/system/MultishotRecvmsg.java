package dev.polyserve.linux.system;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/// The layout of the messages that a multishot `recvmsg(2)` of a ring puts into provided buffers, and the room reserved
/// in each.
///
/// ```c
/// struct io_uring_recvmsg_out { u32 namelen, controllen, payloadlen, flags; };  // 16 bytes
/// // then room for an address, room for control messages, the payload
/// ```
///
/// **Thread**: its owner's.
public final class MultishotRecvmsg {
    public static final int PAYLOAD;
    /// The size of a buffer that holds the longest datagram whole.
    public static final int BUFFER_BYTES;

    static final int OUT_BYTES = 16;
    static final int OUT_NAME = 0;
    static final int OUT_CONTROL = 4;
    static final int OUT_PAYLOAD = 8;

    private static final int NAME_AT = OUT_BYTES;
    private static final int CONTROL_AT = NAME_AT + SocketAddresses.LONGEST_BYTES;

    static {
        PAYLOAD = CONTROL_AT + MmsghdrArray.CONTROL_BYTES;
        // Not a power of two: otherwise the starts of all buffers would compete for a few sets of the processor's
        // caches.
        BUFFER_BYTES = RecvmmsgBatch.MOST_BYTES + 5 * 64;
    }

    private final MemorySegment wish = Arena.ofAuto().allocate(MmsghdrArray.BYTES, Long.BYTES);
    private final SocketAddressCache addresses = new SocketAddressCache();
    private final MemorySegment localName = Arena.ofAuto().allocate(SocketAddresses.LONGEST_BYTES, Long.BYTES);

    /// Reserves room for any address and for the control messages.
    public MultishotRecvmsg() {
        wish.set(ValueLayout.JAVA_INT, MmsghdrArray.NAME_LENGTH, SocketAddresses.LONGEST_BYTES);
        wish.set(ValueLayout.JAVA_LONG, MmsghdrArray.CONTROL_LENGTH, MmsghdrArray.CONTROL_BYTES);
    }

    /// Returns the address of the header that states the reserved room to the operation.
    public long address() {
        return wish.address();
    }

    /// Returns the length of a message's payload.
    public static int payloadBytes(MemorySegment buffer) {
        return buffer.get(ValueLayout.JAVA_INT, OUT_PAYLOAD);
    }

    /// Returns the length of each of several joined datagrams; the last may be shorter.
    ///
    /// @return 0 when the message is one datagram
    public static int segmentBytes(MemorySegment buffer) {
        return MmsghdrArray.controlValue(buffer, CONTROL_AT, buffer.get(ValueLayout.JAVA_INT, OUT_CONTROL),
                IntSocketOption.UDP_GRO);
    }

    public SocketAddress sender(MemorySegment buffer) {
        int bytes = Math.min(buffer.get(ValueLayout.JAVA_INT, OUT_NAME), SocketAddresses.LONGEST_BYTES);
        return addresses.read(buffer.asSlice(NAME_AT, SocketAddresses.LONGEST_BYTES), bytes);
    }

    /// Like [RecvmmsgBatch#local].
    public SocketAddress local(MemorySegment buffer, SocketAddress bound) {
        if (!(bound instanceof InetSocketAddress inet)) {
            return bound;
        }
        int bytes = PacketInfo.name(buffer, CONTROL_AT, buffer.get(ValueLayout.JAVA_INT, OUT_CONTROL), inet.getPort(),
                localName);
        return bytes == 0 ? bound : addresses.read(localName, bytes);
    }
}
