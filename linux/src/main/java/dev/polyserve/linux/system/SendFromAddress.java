package dev.polyserve.linux.system;

import static dev.polyserve.linux.system.SystemCalls.call;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.SocketAddress;

/// Sends one datagram from a given local address of a socket with a wildcard address.
///
/// **Thread**: any.
public final class SendFromAddress {
    private static final int PIECE_AT = DescriptorMessage.HEADER_BYTES;
    private static final int CONTROL_AT = PIECE_AT + MmsghdrArray.PIECE_BYTES;

    private SendFromAddress() {}

    /// `sendmsg(2)` of the first bytes of the memory, stored there by [SystemCallMemory#copyFrom].
    ///
    /// @param family the address family of the socket
    /// @return the number of bytes, or `-errno`
    public static int send(SystemCallMemory memory, int descriptor, int bytes, int family, SocketAddress to,
            SocketAddress from) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocate(SocketAddresses.LONGEST_BYTES, Long.BYTES);
            int unused = SocketAddresses.write(name, SocketAddresses.familyOf(from), from);
            assert unused > 0;
            MemorySegment message = arena.allocate(CONTROL_AT + MmsghdrArray.CONTROL_BYTES, Long.BYTES);
            word(message, MmsghdrArray.NAME, memory.socketAddressAddress());
            word(message, MmsghdrArray.NAME_LENGTH, SocketAddresses.write(memory.socketAddress(), family, to));
            word(message, MmsghdrArray.PIECES, message.address() + PIECE_AT);
            word(message, MmsghdrArray.PIECES_COUNT, 1);
            word(message, PIECE_AT + MmsghdrArray.PIECE_BASE, memory.transferAddress());
            word(message, PIECE_AT + MmsghdrArray.PIECE_LENGTH, bytes);
            word(message, MmsghdrArray.CONTROL, message.address() + CONTROL_AT);
            word(message, MmsghdrArray.CONTROL_LENGTH, PacketInfo.control(name, message, CONTROL_AT));
            return (int) call(memory, SystemCallNumber.SENDMSG, descriptor, message.address(), SocketCalls.MSG_NOSIGNAL,
                    0, 0, 0);
        }
    }

    private static void word(MemorySegment message, int at, long value) {
        message.set(ValueLayout.JAVA_LONG, at, value);
    }
}
