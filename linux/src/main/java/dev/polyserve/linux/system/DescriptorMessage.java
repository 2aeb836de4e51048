package dev.polyserve.linux.system;

import static dev.polyserve.linux.system.SystemCalls.call;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;

/// Room for one message with descriptors, for packet sockets (`SOCK_SEQPACKET`), which preserve message boundaries
/// (`unix(7)`, SCM_RIGHTS).
///
/// A descriptor in a message is a reference of its own to the open socket: the sender may close its copy right after
/// sending. Both copies share the socket's options, including its non-blocking mode.
///
/// **Thread**: its owner's.
public final class DescriptorMessage {
    public static final int MOST_BYTES = 128 << 10;
    /// The most descriptors in one message (`SCM_MAX_FD`).
    public static final int MOST_DESCRIPTORS = 253;

    static final int HEADER_BYTES = 56;
    static final int FLAGS = 48;
    static final int SCM_RIGHTS = 1;
    static final int SOL_SOCKET = 1;
    static final int MSG_CTRUNC = 0x8;
    static final int MSG_TRUNC = 0x20;
    static final int MSG_CMSG_CLOEXEC = 0x40000000;

    private static final int CONTROL_BYTES = MmsghdrArray.CONTROL_HEADER_BYTES
            + (MOST_DESCRIPTORS + 1) * Integer.BYTES;

    private final MemorySegment header;
    private final MemorySegment piece;
    private final MemorySegment control;
    private final MemorySegment bytes;

    /// Creates room for one message.
    public DescriptorMessage() {
        Arena arena = Arena.ofAuto();
        this.header = arena.allocate(HEADER_BYTES, Long.BYTES);
        this.piece = arena.allocate(MmsghdrArray.PIECE_BYTES, Long.BYTES);
        this.control = arena.allocate(CONTROL_BYTES, Long.BYTES);
        this.bytes = arena.allocate(MOST_BYTES, Long.BYTES);
        header.set(ValueLayout.JAVA_LONG, MmsghdrArray.PIECES, piece.address());
        header.set(ValueLayout.JAVA_LONG, MmsghdrArray.PIECES_COUNT, 1);
        piece.set(ValueLayout.JAVA_LONG, MmsghdrArray.PIECE_BASE, bytes.address());
    }

    /// `sendmsg(2)`, non-blocking and without a signal.
    ///
    /// @return the number of bytes, or `-errno`: `EMSGSIZE` and `EINVAL` also for more than [#MOST_BYTES] and
    /// [#MOST_DESCRIPTORS]
    public int send(SystemCallMemory memory, int socket, ByteBuffer message, int... descriptors) {
        int count = message.remaining();
        if (count > MOST_BYTES) {
            return -Errno.EMSGSIZE;
        }
        if (descriptors.length > MOST_DESCRIPTORS) {
            return -Errno.EINVAL;
        }
        NativeMemoryCopy.copyFrom(message, bytes, 0, count);
        piece.set(ValueLayout.JAVA_LONG, MmsghdrArray.PIECE_LENGTH, count);
        put(descriptors);
        return (int) call(memory, SystemCallNumber.SENDMSG, socket, header.address(),
                SocketCalls.MSG_DONTWAIT | SocketCalls.MSG_NOSIGNAL, 0, 0, 0);
    }

    private void put(int... descriptors) {
        if (descriptors.length == 0) {
            header.set(ValueLayout.JAVA_LONG, MmsghdrArray.CONTROL, 0);
            header.set(ValueLayout.JAVA_LONG, MmsghdrArray.CONTROL_LENGTH, 0);
            return;
        }
        long length = MmsghdrArray.CONTROL_HEADER_BYTES + (long) descriptors.length * Integer.BYTES;
        header.set(ValueLayout.JAVA_LONG, MmsghdrArray.CONTROL, control.address());
        header.set(ValueLayout.JAVA_LONG, MmsghdrArray.CONTROL_LENGTH, length);
        control.set(ValueLayout.JAVA_LONG, MmsghdrArray.CONTROL_HEADER_LENGTH, length);
        control.set(ValueLayout.JAVA_INT, MmsghdrArray.CONTROL_HEADER_LEVEL, SOL_SOCKET);
        control.set(ValueLayout.JAVA_INT, MmsghdrArray.CONTROL_HEADER_TYPE, SCM_RIGHTS);
        MemorySegment.copy(descriptors, 0, control, ValueLayout.JAVA_INT, MmsghdrArray.CONTROL_HEADER_BYTES,
                descriptors.length);
    }

    /// `recvmsg(2)`, non-blocking; received descriptors are closed on `exec`.
    ///
    /// @return the number of bytes, 0 at the end, or `-errno`
    public int receive(SystemCallMemory memory, int socket) {
        piece.set(ValueLayout.JAVA_LONG, MmsghdrArray.PIECE_LENGTH, MOST_BYTES);
        header.set(ValueLayout.JAVA_LONG, MmsghdrArray.CONTROL, control.address());
        header.set(ValueLayout.JAVA_LONG, MmsghdrArray.CONTROL_LENGTH, CONTROL_BYTES);
        header.set(ValueLayout.JAVA_INT, FLAGS, 0);
        return (int) call(memory, SystemCallNumber.RECVMSG, socket, header.address(),
                SocketCalls.MSG_DONTWAIT | MSG_CMSG_CLOEXEC, 0, 0, 0);
    }

    /// Returns a copy of the received bytes.
    public byte[] received(int count) {
        return bytes.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE);
    }

    /// Returns the received descriptors; the caller owns them.
    public int[] receivedDescriptors() {
        long length = header.get(ValueLayout.JAVA_LONG, MmsghdrArray.CONTROL_LENGTH);
        boolean some = length >= MmsghdrArray.CONTROL_HEADER_BYTES
                && control.get(ValueLayout.JAVA_INT, MmsghdrArray.CONTROL_HEADER_LEVEL) == SOL_SOCKET
                && control.get(ValueLayout.JAVA_INT, MmsghdrArray.CONTROL_HEADER_TYPE) == SCM_RIGHTS;
        if (!some) {
            return new int[0];
        }
        long bytesOfAll = control.get(ValueLayout.JAVA_LONG, MmsghdrArray.CONTROL_HEADER_LENGTH)
                - MmsghdrArray.CONTROL_HEADER_BYTES;
        return control.asSlice(MmsghdrArray.CONTROL_HEADER_BYTES, bytesOfAll).toArray(ValueLayout.JAVA_INT);
    }

    /// Returns true when the system has dropped a part, for example descriptors that exceed the limit of the process.
    public boolean wasCut() {
        return (header.get(ValueLayout.JAVA_INT, FLAGS) & (MSG_CTRUNC | MSG_TRUNC)) != 0;
    }
}
