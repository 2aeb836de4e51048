package dev.polyserve.linux.system;

import static dev.polyserve.linux.system.SystemCalls.call;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;

/// Room for the messages of one `recvmmsg(2)`. Each has room for the longest datagram, so that none is truncated for
/// the sake of others.
///
/// **Thread**: its owner's.
public final class RecvmmsgBatch {
    /// The longest datagram received whole; also the most bytes of joined datagrams.
    public static final int MOST_BYTES = 64 << 10;
    /// Not a power of two: otherwise the starts of all payloads would compete for a few sets of the processor's caches.
    private static final int STRIDE = MOST_BYTES + 3 * 64;

    private final int capacity;
    private final MmsghdrArray headers;
    private final MemorySegment payloads;
    private final SocketAddressCache addresses = new SocketAddressCache();
    private final MemorySegment localName = Arena.ofAuto().allocate(SocketAddresses.LONGEST_BYTES, Long.BYTES);
    /// The headers from this index on are ready for a call.
    private int prepared;

    /// Creates room for this many messages, 64 KiB each.
    public RecvmmsgBatch(int capacity) {
        this.capacity = capacity;
        this.headers = new MmsghdrArray(capacity);
        this.payloads = Arena.ofAuto().allocate((long) capacity * STRIDE, Long.BYTES);
        for (int i = 0; i < capacity; i++) {
            headers.payload(i, payloads.address() + (long) i * STRIDE, MOST_BYTES);
        }
        prepared = capacity;
    }

    /// Returns the number of messages that fit.
    public int capacity() {
        return capacity;
    }

    /// `recvmmsg(2)`: replaces the messages of the previous call.
    ///
    /// @return the number of messages received, fewer than [#capacity] when no more are waiting; or `-errno`
    public int receive(SystemCallMemory memory, int descriptor) {
        for (int i = 0; i < prepared; i++) {
            headers.nameBytes(i, SocketAddresses.LONGEST_BYTES);
            headers.roomForControls(i);
        }
        int came = (int) call(memory, SystemCallNumber.RECVMMSG, descriptor, headers.address(0), capacity, 0, 0, 0);
        // The system writes the headers of the received messages, and perhaps that of the next one.
        prepared = Math.min(capacity, Math.max(0, came) + 1);
        return came;
    }

    /// Returns the length of a message.
    public int bytes(int index) {
        return headers.transferred(index);
    }

    /// Returns the length of each of several joined datagrams in a message; the last may be shorter.
    ///
    /// @return 0 when the message is one datagram
    public int segmentBytes(int index) {
        return headers.controlValue(index, IntSocketOption.UDP_GRO);
    }

    public SocketAddress sender(int index) {
        return addresses.read(headers.name(index), headers.nameBytes(index));
    }

    /// Returns the destination address of a message, for a socket that reports it ([IntSocketOption#IP_PKTINFO]).
    ///
    /// @param bound the address that the socket is bound to: it supplies the port, and is the result where no address
    /// was received
    public SocketAddress local(int index, SocketAddress bound) {
        if (!(bound instanceof InetSocketAddress inet)) {
            return bound;
        }
        int bytes = headers.localName(index, inet.getPort(), localName);
        return bytes == 0 ? bound : addresses.read(localName, bytes);
    }

    /// Copies a part of a message, and moves the buffer's position.
    public void copyTo(ByteBuffer into, int index, int from, int count) {
        NativeMemoryCopy.copyTo(into, payloads, (long) index * STRIDE + from, count);
    }

    MmsghdrArray headers() {
        return headers;
    }
}
