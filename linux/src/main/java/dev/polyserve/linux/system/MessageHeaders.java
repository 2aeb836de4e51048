package dev.polyserve.linux.system;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// An array of messages for `recvmmsg` and `sendmmsg`, outside the heap: each with one piece of payload, and with room of its
/// own for an address and for control messages.
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
final class MessageHeaders {
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
    /// Room for all that can come at once: a number, and the local address for IPv6 and for IPv4.
    static final int CONTROL_BYTES = ControlMessages.space(Integer.BYTES)
            + ControlMessages.space(PacketInfo.INET6_BYTES)
            + ControlMessages.space(PacketInfo.INET_BYTES);

    private static final int NAME_BYTES = SocketAddresses.LONGEST_BYTES;

    private final MemorySegment headers;
    private final MemorySegment pieces;
    private final MemorySegment controls;
    private final MemorySegment[] names;

    MessageHeaders(int count) {
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

    /// Where the message is.
    long address(int index) {
        return headers.address() + (long) index * BYTES;
    }

    private void word(int index, int field, long value) {
        headers.set(ValueLayout.JAVA_LONG, (long) index * BYTES + field, value);
    }

    /// Where its payload is, or goes.
    void payload(int index, long address, long bytes) {
        pieces.set(ValueLayout.JAVA_LONG, (long) index * PIECE_BYTES + PIECE_BASE, address);
        pieces.set(ValueLayout.JAVA_LONG, (long) index * PIECE_BYTES + PIECE_LENGTH, bytes);
    }

    /// How many bytes the call has transferred.
    int transferred(int index) {
        return headers.get(ValueLayout.JAVA_INT, (long) index * BYTES + LENGTH);
    }

    // --- addresses ---

    /// Room for its address.
    MemorySegment name(int index) {
        return names[index];
    }

    /// The length of its address.
    int nameBytes(int index) {
        return headers.get(ValueLayout.JAVA_INT, (long) index * BYTES + NAME_LENGTH);
    }

    /// Its address has that length, or that room.
    void nameBytes(int index, int bytes) {
        headers.set(ValueLayout.JAVA_INT, (long) index * BYTES + NAME_LENGTH, bytes);
    }

    /// Its address is a copy of another's.
    void copyName(int index, MessageHeaders from, int other) {
        int bytes = from.nameBytes(other);
        MemorySegment.copy(from.names[other], 0, names[index], 0, bytes);
        nameBytes(index, bytes);
    }

    /// Whether two have the same address.
    boolean sameName(int one, int other) {
        int bytes = nameBytes(one);
        return bytes == nameBytes(other)
                && MemorySegment.mismatch(names[one], 0, bytes, names[other], 0, bytes) < 0;
    }

    // --- control messages ---

    /// It has so many bytes of them.
    void controls(int index, int bytes) {
        word(index, CONTROL, bytes == 0 ? 0 : controls.address() + (long) index * CONTROL_BYTES);
        word(index, CONTROL_LENGTH, bytes);
    }

    /// There is room for those that may come.
    void roomForControls(int index) {
        controls(index, CONTROL_BYTES);
    }

    /// Its first one says from which local address it is sent.
    ///
    /// @param from a socket address
    /// @return how many bytes it takes up
    int source(int index, MemorySegment from) {
        return PacketInfo.control(from, controls, (long) index * CONTROL_BYTES);
    }

    /// Its first ones are copies of another's.
    void copyControls(int index, int other, int bytes) {
        MemorySegment.copy(controls, (long) other * CONTROL_BYTES, controls, (long) index * CONTROL_BYTES, bytes);
    }

    /// Whether two begin with the same ones.
    boolean sameControls(int one, int other, int bytes) {
        long at = (long) one * CONTROL_BYTES;
        long otherAt = (long) other * CONTROL_BYTES;
        return MemorySegment.mismatch(controls, at, at + bytes, controls, otherAt, otherAt + bytes) < 0;
    }

    /// Behind so many bytes of others, it has the option with a number of 16 bits; it is the last one.
    void lastControl(int index, int behind, SocketOption option, int value) {
        long data = ControlMessages.begin(controls, (long) index * CONTROL_BYTES + behind, option, Short.BYTES);
        controls.set(ValueLayout.JAVA_SHORT, data, (short) value);
        controls(index, behind + ControlMessages.space(Short.BYTES));
    }

    /// The number of 32 bits that came with it for that option.
    ///
    /// @return 0 when none came
    int controlValue(int index, SocketOption option) {
        return controlValue(controls, (long) index * CONTROL_BYTES, controlBytes(index), option);
    }

    private long controlBytes(int index) {
        return headers.get(ValueLayout.JAVA_LONG, (long) index * BYTES + CONTROL_LENGTH);
    }

    /// The number of 32 bits for that option among control messages of so many bytes.
    ///
    /// @return 0 when none is of that option
    static int controlValue(MemorySegment controls, long at, long bytes, SocketOption option) {
        long data = ControlMessages.find(controls, at, bytes, option, Integer.BYTES);
        return data == ControlMessages.NONE ? 0 : controls.get(ValueLayout.JAVA_INT, data);
    }

    /// As [PacketInfo#name], of what came with it.
    int localName(int index, int port, MemorySegment into) {
        return PacketInfo.name(controls, (long) index * CONTROL_BYTES, controlBytes(index), port, into);
    }
}
