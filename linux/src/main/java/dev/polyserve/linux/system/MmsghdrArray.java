package dev.polyserve.linux.system;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// A native array of messages for `recvmmsg` and `sendmmsg`. Each message has one piece of payload, and its own room
/// for an address and for control messages.
///
/// ```c
/// struct msghdr {
///     void *msg_name; socklen_t msg_namelen; struct iovec *msg_iov; size_t msg_iovlen;
///     void *msg_control; size_t msg_controllen; int msg_flags;
/// };                                                                  // 56 bytes
/// struct mmsghdr { struct msghdr msg_hdr; unsigned int msg_len; };   // 64 bytes
/// struct iovec   { void *iov_base; size_t iov_len; };                // 16 bytes
/// struct cmsghdr { size_t cmsg_len; int cmsg_level; int cmsg_type; /* data */ };  // 16 bytes, then the data
/// ```
///
/// **Thread**: its owner's.
final class MmsghdrArray {
    static final int BYTES = 64;
    static final int NAME = 0;
    static final int NAME_LENGTH = 8;
    static final int PIECES = 16;
    static final int PIECES_COUNT = 24;
    static final int CONTROL = 32;
    static final int CONTROL_LENGTH = 40;
    static final int LENGTH = 56;

    static final int PIECE_BYTES = 16;
    static final int PIECE_BASE = 0;
    static final int PIECE_LENGTH = 8;

    static final int CONTROL_HEADER_BYTES = 16;
    static final int CONTROL_HEADER_LENGTH = 0;
    static final int CONTROL_HEADER_LEVEL = 8;
    static final int CONTROL_HEADER_TYPE = 12;
    /// The room for all control messages that can arrive together: a number, and the local address for IPv6 and for
    /// IPv4.
    static final int CONTROL_BYTES = AncillaryData.space(Integer.BYTES)
            + AncillaryData.space(PacketInfo.INET6_BYTES)
            + AncillaryData.space(PacketInfo.INET_BYTES);

    private static final int NAME_BYTES = SocketAddresses.LONGEST_BYTES;

    private final MemorySegment headers;
    private final MemorySegment pieces;
    private final MemorySegment controls;
    private final MemorySegment[] names;

    MmsghdrArray(int count) {
        Arena arena = Arena.ofAuto();
        this.headers = arena.allocate((long) count * BYTES, Long.BYTES);
        this.pieces = arena.allocate((long) count * PIECE_BYTES, Long.BYTES);
        this.controls = arena.allocate((long) count * CONTROL_BYTES, Long.BYTES);
        this.names = new MemorySegment[count];
        MemorySegment allNames = arena.allocate((long) count * NAME_BYTES, Long.BYTES);
        for (int i = 0; i < count; i++) {
            names[i] = allNames.asSlice((long) i * NAME_BYTES, NAME_BYTES);
            word(i, NAME, names[i].address());
            word(i, PIECES, pieces.address() + (long) i * PIECE_BYTES);
            word(i, PIECES_COUNT, 1);
        }
    }

    long address(int index) {
        return headers.address() + (long) index * BYTES;
    }

    private void word(int index, int field, long value) {
        headers.set(ValueLayout.JAVA_LONG, (long) index * BYTES + field, value);
    }

    /// Sets the address and the length of the payload.
    void payload(int index, long address, long bytes) {
        pieces.set(ValueLayout.JAVA_LONG, (long) index * PIECE_BYTES + PIECE_BASE, address);
        pieces.set(ValueLayout.JAVA_LONG, (long) index * PIECE_BYTES + PIECE_LENGTH, bytes);
    }

    /// Returns the number of bytes that the call has transferred.
    int transferred(int index) {
        return headers.get(ValueLayout.JAVA_INT, (long) index * BYTES + LENGTH);
    }

    // --- addresses ---

    /// Returns the room for the address of the peer.
    MemorySegment name(int index) {
        return names[index];
    }

    /// Returns the length of the peer's address.
    int nameBytes(int index) {
        return headers.get(ValueLayout.JAVA_INT, (long) index * BYTES + NAME_LENGTH);
    }

    /// Sets the length of the peer's address, or the room for it.
    void nameBytes(int index, int bytes) {
        headers.set(ValueLayout.JAVA_INT, (long) index * BYTES + NAME_LENGTH, bytes);
    }

    /// Copies the address of another message.
    void copyName(int index, MmsghdrArray from, int other) {
        int bytes = from.nameBytes(other);
        MemorySegment.copy(from.names[other], 0, names[index], 0, bytes);
        nameBytes(index, bytes);
    }

    /// Returns true when two messages have the same address.
    boolean sameName(int one, int other) {
        int bytes = nameBytes(one);
        return bytes == nameBytes(other)
                && MemorySegment.mismatch(names[one], 0, bytes, names[other], 0, bytes) < 0;
    }

    // --- control messages ---

    /// Sets the length of the control messages.
    void controls(int index, int bytes) {
        word(index, CONTROL, bytes == 0 ? 0 : controls.address() + (long) index * CONTROL_BYTES);
        word(index, CONTROL_LENGTH, bytes);
    }

    /// Provides the room for received control messages.
    void roomForControls(int index) {
        controls(index, CONTROL_BYTES);
    }

    /// Writes a first control message with the local address to send from.
    ///
    /// @param from a socket address
    /// @return its length in bytes
    int source(int index, MemorySegment from) {
        return PacketInfo.control(from, controls, (long) index * CONTROL_BYTES);
    }

    /// Copies the first control messages of another message.
    void copyControls(int index, int other, int bytes) {
        MemorySegment.copy(controls, (long) other * CONTROL_BYTES, controls, (long) index * CONTROL_BYTES, bytes);
    }

    /// Returns true when two messages begin with the same control messages.
    boolean sameControls(int one, int other, int bytes) {
        long at = (long) one * CONTROL_BYTES;
        long otherAt = (long) other * CONTROL_BYTES;
        return MemorySegment.mismatch(controls, at, at + bytes, controls, otherAt, otherAt + bytes) < 0;
    }

    /// Appends the last control message, with a 16-bit value of the option, after this many bytes of others.
    void lastControl(int index, int behind, IntSocketOption option, int value) {
        long data = AncillaryData.begin(controls, (long) index * CONTROL_BYTES + behind, option, Short.BYTES);
        controls.set(ValueLayout.JAVA_SHORT, data, (short) value);
        controls(index, behind + AncillaryData.space(Short.BYTES));
    }

    /// Returns the 32-bit value received for that option.
    ///
    /// @return 0 when none was received
    int controlValue(int index, IntSocketOption option) {
        return controlValue(controls, (long) index * CONTROL_BYTES, controlBytes(index), option);
    }

    private long controlBytes(int index) {
        return headers.get(ValueLayout.JAVA_LONG, (long) index * BYTES + CONTROL_LENGTH);
    }

    /// Returns the 32-bit value for that option among control messages of this length.
    ///
    /// @return 0 when there is none for that option
    static int controlValue(MemorySegment controls, long at, long bytes, IntSocketOption option) {
        long data = AncillaryData.find(controls, at, bytes, option, Integer.BYTES);
        return data == AncillaryData.NONE ? 0 : controls.get(ValueLayout.JAVA_INT, data);
    }

    /// Like [PacketInfo#name], for the received control messages.
    int localName(int index, int port, MemorySegment into) {
        return PacketInfo.name(controls, (long) index * CONTROL_BYTES, controlBytes(index), port, into);
    }
}
